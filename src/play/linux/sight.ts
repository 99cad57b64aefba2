// What the page shows of a guest and its balloon, whoever its driver is: a map, what the device counted, what the driver says.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import type { MapReel } from '../../map/index.ts';
import type { V86Balloon } from '../../v86/index.ts';

/** The device of either side: the same class. */
export type Model = V86Balloon['model'];

/** A run that was asked for, that the driver has begun, that it is through with: its pages are held. */
export type Hinting = 'no' | 'asked' | 'under way' | 'held';

/** Sizes in MiB. */
export interface Sight {
  readonly reel: MapReel;
  readonly targetMib: number;
  readonly balloonMib: number;
  readonly backedMib: number;
  readonly hinting: Hinting;
  /** By what it is, in the order of rows. */
  readonly counted: Readonly<Record<string, number>>;
  readonly statistics: Model['stats'];
}

/** In the config space, a run of hinting has an id above these two. */
const HINT_DONE = 1;

function hintingOf({ hinting, counters }: Model, hintedBefore: number): Hinting {
  const { hostCmdId, guestCmdId } = hinting;
  if (hostCmdId <= HINT_DONE) return 'no';
  if (guestCmdId === hostCmdId) return 'under way';
  // the driver's word is the same before a run and after it
  return counters.hintedPages > hintedBefore ? 'held' : 'asked';
}

/** Host-backed pages as the map counts them. */
function backedPages({ instants }: MapReel): number {
  return instants[0]?.map.backed.reduce((sum, pages) => sum + pages, 0) ?? 0;
}

/** `hintedBefore`: pages that had been hinted when the last run was asked for. */
export function sightOf(model: Model, reel: MapReel, hintedBefore: number): Sight {
  const { counters } = model;
  return {
    reel,
    targetMib: model.targetPages / FRAMES_PER_MIB,
    balloonMib: model.actualPages / FRAMES_PER_MIB,
    backedMib: backedPages(reel) / FRAMES_PER_MIB,
    hinting: hintingOf(model, hintedBefore),
    counted: {
      'pages into the balloon': counters.inflatedPages,
      'pages out of it': counters.deflatedPages,
      'pages reported': counters.reportedPages,
      'pages hinted': counters.hintedPages,
      'pages the host got back': counters.releasedPages,
      'messages of the driver':
        counters.inflateRequests +
        counters.deflateRequests +
        counters.reportRequests +
        counters.statsRequests,
    },
    statistics: { ...model.stats },
  };
}
