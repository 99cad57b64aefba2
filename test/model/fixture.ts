// Small allocator states for tests: one zone with given free blocks and pageblock types.

import { MIGRATE_TYPES, ORDERS, PAGEBLOCK_FRAMES, PCP_LISTS } from '../../src/core/index.ts';
import {
  emptyLists,
  freeListIndex,
  type AllocatorState,
  type PcpState,
  type ZoneState,
} from '../../src/recording/read/pagestate.ts';

export const U = 0;
export const M = 1;
export const R = 2;
export const HIGHATOMIC = 3;

/** order, migratetype, frames head first. */
export type FreeList = readonly [order: number, type: number, frames: readonly number[]];

/** Below five pageblocks Linux keeps no types apart (docs/linux-memory.md A.2). */
const PAGEBLOCKS_LEAST = 8;

/**
 * A zone DMA32 from frame 0 whose pages are in use except the given free blocks; pageblocks in use
 * follow those of the given types. Its per-cpu lists are as at boot, high below batch: each request
 * takes one block from the buddy lists and each free puts one there.
 */
export function makeState(first: readonly number[], lists: readonly FreeList[]): AllocatorState {
  const missing = Math.max(0, PAGEBLOCKS_LEAST - first.length);
  const types = [...first, ...Array.from({ length: missing }, () => U)];
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

/** The state with other marks, reserves or counts of its zone. */
export function withZone(state: AllocatorState, fields: Partial<ZoneState>): AllocatorState {
  return { ...state, zones: state.zones.map((zone) => ({ ...zone, ...fields })) };
}

/** The state with other sizes of CPU 0's per-cpu lists, which stay empty. */
export function withPcp(state: AllocatorState, sizes: Partial<PcpState>): AllocatorState {
  const zones = state.zones.map((zone) => ({
    ...zone,
    pcps: zone.pcps.map((pcp) => ({ ...pcp, ...sizes })),
  }));
  return { ...state, zones };
}

/** CPU 0's lists of the first zone. */
export function pcpOf({ zones }: AllocatorState): PcpState {
  const pcp = zones[0]?.pcps[0];
  if (pcp === undefined) throw new Error('a state without per-cpu lists');
  return pcp;
}

/** Migratetype of a frame's pageblock in a state of one zone from frame 0. */
export function typeAt({ zones }: AllocatorState, pfn: number): number {
  return zones[0]?.blocks[Math.floor(pfn / PAGEBLOCK_FRAMES)] ?? -1;
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
