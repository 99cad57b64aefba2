// Small maps made by hand.

import { type MapCells, type MemoryMap, emptyCells } from '../../src/map/cells.ts';
import type { MapReel } from '../../src/map/reel.ts';
import { USES_MOST } from '../../src/map/use.ts';

/** A map of so many pageblocks in which each cell is set as `set` says. */
export function handMap(
  blocks: number,
  set: (cells: MapCells, cell: number) => void,
  frames: Readonly<Record<number, readonly [number, number]>> = {},
): MemoryMap {
  const cells = emptyCells(blocks);
  for (let cell = 0; cell < blocks; cell += 1) set(cells, cell);
  const totals = new Uint32Array(USES_MOST);
  const backed = new Uint32Array(USES_MOST);
  for (const [use, [all, held]] of Object.entries(frames)) {
    totals[Number(use)] = all;
    backed[Number(use)] = held;
  }
  return { start: 0, count: blocks * 512, cellFrames: 512, cells, frames: totals, backed };
}

export function handReel(...maps: readonly MemoryMap[]): MapReel {
  return {
    name: 'by <hand>',
    zones: ['DMA', 'DMA32', 'Normal', 'Movable'],
    owners: ['one', 'two'],
    instants: maps.map((map, at) => ({ atMs: 1000 * at, map, note: `step ${at}` })),
  };
}
