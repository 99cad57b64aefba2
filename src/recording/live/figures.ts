// What is compared of a guest at one moment: the same of both, read the same way from two cores.

import { type Core, THP_ORDER, ORDERS, ZONE_NAMES } from '../../core/index.ts';

/** By name of the series; frames if the name says nothing else. */
export type Figures = Readonly<Record<string, number>>;

const PERCENT = 100;

/** Free frames by zone, and how much of what is free lies in blocks of 2 MiB. */
export function freeFigures({ kernelZones }: Core): Record<string, number> {
  const figures: Record<string, number> = {};
  let free = 0;
  let wholeFrames = 0;
  kernelZones.forEach((zone, index) => {
    const name = ZONE_NAMES[index];
    if (zone.present > 0) figures[`free ${name}`] = zone.free;
    free += zone.free;
    for (let order = THP_ORDER; order < ORDERS; order += 1) {
      wholeFrames += zone.freeBlocks(order) * 2 ** order;
    }
  });
  figures['free'] = free;
  figures['free 2 MiB blocks'] = wholeFrames / 2 ** THP_ORDER;
  figures['unusable index %'] = free === 0 ? 0 : PERCENT * (1 - wholeFrames / free);
  return figures;
}

export function managedFrames({ kernelZones }: Core): number {
  return kernelZones.reduce((sum, zone) => sum + zone.managed, 0);
}
