// Lines between cells: where a zone ends, and where a block of the region for CZones does.

import type { MemoryMap } from './cells.ts';
import type { MapReel } from './reel.ts';

export const BORDER_NONE = 0;
export const BORDER_BLOCK = 1;
export const BORDER_ZONE = 2;

/** What a map does not say of itself. */
export type MapAbout = Pick<MapReel, 'region' | 'guestFrames'>;

/** What is between two cells of a map, which are neighbours in a picture. */
export function borderOf(
  { cells: { zone }, start, cellFrames }: MemoryMap,
  { region, guestFrames = Infinity }: MapAbout,
): (cell: number, other: number) => number {
  const blockOf = (cell: number): number => {
    if (region === undefined) return -1;
    const pfn = start + cell * cellFrames;
    const own = guestFrames === Infinity ? pfn : pfn % guestFrames;
    if (own < region.start || own >= region.start + region.frames) return -1;
    return Math.floor((own - region.start) / region.blockFrames);
  };
  return (cell, other) => {
    if (zone[cell] !== zone[other]) return BORDER_ZONE;
    return blockOf(cell) === blockOf(other) ? BORDER_NONE : BORDER_BLOCK;
  };
}
