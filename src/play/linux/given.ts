// What a driver that nobody here wrote has given of its machine's memory, page by page, by what the device was told; and as a map.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import {
  type Frames,
  KIND_BALLOON,
  KIND_MOVABLE,
  type MapReel,
  type MapSource,
  USE_OWNER,
  mapOf,
} from '../../map/index.ts';
import type { V86Balloon } from '../../v86/index.ts';
import { type Cause, DiscardCauses } from './cause.ts';

/** The device and the host's account of the frames behind it. */
export type Told = {
  readonly model: Pick<V86Balloon['model'], 'counters'>;
  readonly device: { readonly counters: Pick<V86Balloon['device']['counters'], 'resets'> };
  readonly frames: Pick<V86Balloon['frames'], 'frames' | 'isBacked' | 'onEvent'>;
};

/** What is known of a page: nothing, or how it was given. */
const GUEST = 0;
const GIVEN: Readonly<Record<Cause, number>> = { balloon: 1, report: 2, hint: 3 };

const ABOUT: Pick<MapReel, 'zones' | 'owners'> = {
  zones: ['DMA', 'Normal'],
  owners: ['in the guest', 'reported free', 'hinted free'],
};
/** Use on the map of a page that is not in the balloon, by what is known of it. */
const USE_OF: readonly number[] = [USE_OWNER, USE_OWNER, USE_OWNER + 1, USE_OWNER + 2];

/** Where ZONE_NORMAL begins on x86. */
const NORMAL_MIB = 16;

export class GivenPages {
  /** Whether something was said since this was last set. */
  hasNews = true;
  readonly #told: Told;
  readonly #causes: DiscardCauses;
  readonly #given: Uint8Array;
  #resets = 0;

  /** Listens to the frames' events from now on. */
  constructor(told: Told) {
    this.#told = told;
    this.#causes = new DiscardCauses(told.model.counters);
    this.#given = new Uint8Array(told.frames.frames);
    told.frames.onEvent = (event, pfn, count): void => {
      this.#forgetAtReset();
      const given = event === 'need' ? GUEST : GIVEN[this.#causes.next()];
      this.#given.fill(given, pfn, pfn + count);
      this.hasNews = true;
    };
  }

  /** Whoever resets the device has all pages back: a driver that goes, or a machine that boots anew. */
  #forgetAtReset(): void {
    const { resets } = this.#told.device.counters;
    if (resets !== this.#resets) this.#given.fill(GUEST);
    this.#resets = resets;
  }

  /** The guest has its hinted pages back. */
  endHints(): void {
    for (let pfn = 0; pfn < this.#given.length; pfn += 1) {
      if (this.#given[pfn] === GIVEN.hint) this.#given[pfn] = GUEST;
    }
  }

  /** The map as it is now, in cells of a page or of a pageblock. */
  reel(cellFrames: number): MapReel {
    this.#forgetAtReset();
    const source: MapSource = {
      spanFrames: this.#given.length,
      slice: (start, count) => this.#slice(start, count),
      zone: (pfn) => (pfn < NORMAL_MIB * FRAMES_PER_MIB ? 0 : 1),
      useOf: (_, given) => USE_OF[given] as number,
    };
    const map = mapOf(source, cellFrames);
    return { name: 'Linux in v86', ...ABOUT, instants: [{ atMs: 0, map }] };
  }

  #slice(start: number, count: number): Frames {
    const states = new Uint8Array(count);
    const owners = new Uint32Array(count);
    const host = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) {
      const isBacked = this.#told.frames.isBacked(start + at);
      const given = this.#seen(start + at, isBacked);
      states[at] = given === GIVEN.balloon ? KIND_BALLOON : KIND_MOVABLE;
      owners[at] = given;
      host[at] = isBacked ? 1 : 0;
    }
    return { states, owners, host };
  }

  /** A page that was discarded and holds something has been taken back without a word, as reported pages are. */
  #seen(pfn: number, isBacked: boolean): number {
    const given = this.#given[pfn] as number;
    const isDiscarded = given === GIVEN.balloon || given === GIVEN.report;
    if (isBacked && isDiscarded) this.#given[pfn] = GUEST;
    return this.#given[pfn] as number;
  }
}
