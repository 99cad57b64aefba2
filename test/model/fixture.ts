// Small allocator states for tests: one zone with given free blocks and pageblock types.

import { MIGRATE_TYPES, ORDERS, PAGEBLOCK_FRAMES, PCP_LISTS } from '../../src/core/index.ts';
import {
  emptyLists,
  freeListIndex,
  type AllocatorState,
} from '../../src/recording/read/pagestate.ts';

export const U = 0;
export const M = 1;
export const R = 2;
export const HIGHATOMIC = 3;

/** order, migratetype, frames head first. */
export type FreeList = readonly [order: number, type: number, frames: readonly number[]];

/** A zone DMA32 from frame 0 whose pages are in use except the given free blocks. */
export function makeState(types: readonly number[], lists: readonly FreeList[]): AllocatorState {
  const spanned = types.length * PAGEBLOCK_FRAMES;
  const free = emptyLists(ORDERS * MIGRATE_TYPES);
  for (const [order, type, frames] of lists) {
    free[freeListIndex(order, type)] = Uint32Array.from(frames);
  }
  return {
    label: 'test',
    zones: [
      {
        name: 'DMA32',
        index: 1,
        startPfn: 0,
        spanned,
        present: spanned,
        managed: spanned,
        min: 0,
        low: 0,
        high: 0,
        boost: 0,
        reserve: [0, 0, 0, 0, 0],
        highatomic: 0,
        flags: 0,
        blocks: Int8Array.from(types),
        free,
        pcps: [
          {
            count: 0,
            high: 0,
            highMin: 0,
            highMax: 0,
            batch: 1,
            flags: 0,
            allocFactor: 0,
            freeCount: 0,
            lists: emptyLists(PCP_LISTS),
          },
        ],
      },
    ],
  };
}

/** The free lists that are not empty, as "order type: frames". */
export function printLists(state: AllocatorState): string[] {
  const out: string[] = [];
  for (const zone of state.zones) {
    zone.free.forEach((list, i) => {
      if (list.length === 0) return;
      const order = Math.floor(i / MIGRATE_TYPES);
      out.push(`${order} ${i % MIGRATE_TYPES}: ${list.join(' ')}`);
    });
  }
  return out;
}
