// Maps of several guests as one: each has a place, one after the other, and a place without a guest is no memory.

import { MEMORY_BLOCK_FRAMES, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import { CELL_COLUMNS, type MemoryMap, emptyCells } from './cells.ts';
import { USES_MOST, USE_NONE } from './use.ts';

/** A guest's map and the place that it has. */
export interface PlacedMap {
  readonly place: number;
  readonly map: MemoryMap;
}

/** Frames of a place that has room for each of the maps: whole memory blocks. */
export function placeFrames(maps: readonly PlacedMap[]): number {
  const most = Math.max(1, ...maps.map(({ map }) => map.count));
  return Math.ceil(most / MEMORY_BLOCK_FRAMES) * MEMORY_BLOCK_FRAMES;
}

/** One map of so many places of so many frames; cells are pageblocks. */
export function joinMaps(maps: readonly PlacedMap[], places: number, frames: number): MemoryMap {
  const perPlace = frames / PAGEBLOCK_FRAMES;
  const cells = emptyCells(places * perPlace);
  const totals = new Uint32Array(USES_MOST);
  const backed = new Uint32Array(USES_MOST);
  for (const { place, map } of maps) {
    for (const name of CELL_COLUMNS) cells[name].set(map.cells[name], place * perPlace);
    map.frames.forEach((here, use) => (totals[use] = (totals[use] as number) + here));
    map.backed.forEach((here, use) => (backed[use] = (backed[use] as number) + here));
  }
  const count = places * frames;
  const known = totals.reduce((sum, here) => sum + here, 0);
  totals[USE_NONE] = (totals[USE_NONE] as number) + count - known;
  return { start: 0, count, cellFrames: PAGEBLOCK_FRAMES, cells, frames: totals, backed };
}
