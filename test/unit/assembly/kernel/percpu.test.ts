// A CPU's own lists of free blocks, on the core and on the model: what a request fills them with, when a free drains them,
// how they decay. Every expected number follows from docs/linux-memory.md A.10.

import { beforeEach, describe, expect, it } from 'vitest';
import type { AllocatorUnderTest } from '../../../model/allocator.ts';
import {
  HIGHATOMIC,
  M,
  U,
  makeState,
  pcpOf,
  printLists,
  typeAt,
  withPcp,
} from '../../../model/fixture.ts';
import { ALLOCATORS, take } from '../../../model/under-test.ts';

const FREE = makeState([M, M, M, M, M, M, M, M], [[10, M, [0, 1024, 2048, 3072]]]);
/** All in use; movable pages in the first two pageblocks. */
const FULL = makeState([M, M, HIGHATOMIC], []);
const FIXED = { high: 60, highMin: 60, highMax: 60, batch: 7 };

describe.each(ALLOCATORS)('per-cpu lists of the %s', (_, create) => {
  let allocator: AllocatorUnderTest;
  const pcp = (): ReturnType<typeof pcpOf> => pcpOf(allocator.state());
  const list = (order: number, type: number): number[] => [
    ...(pcp().lists[order === 9 ? 12 + type : 3 * order + type] ?? []),
  ];
  const free = (...pfns: number[]): void => {
    for (const pfn of pfns) allocator.freePages(pfn, 0, 0);
  };

  beforeEach(() => {
    allocator = create();
  });

  it('leave other orders to the zone', () => {
    allocator.loadState(withPcp(FREE, FIXED));
    expect(take(allocator, 4, M)).toBe(0);
    expect(pcp().count).toBe(0);
  });

  it('take a freed page at the head and halve alloc_factor', () => {
    allocator.loadState(withPcp(FULL, { ...FIXED, allocFactor: 5 }));
    free(4, 2);
    expect(list(0, M)).toEqual([2, 4]);
    expect(pcp()).toMatchObject({ count: 2, allocFactor: 1, freeCount: 2 });
  });

  it('give back from the tail when their count reaches high', () => {
    allocator.loadState(withPcp(FULL, { high: 10, highMin: 10, highMax: 10, batch: 4 }));
    free(0, 2, 4, 6, 8, 10, 12, 14, 16);
    expect(pcp().count).toBe(9);
    free(18);
    // free_count 10, kept between batch and high - batch: six go, the oldest first
    expect(list(0, M)).toEqual([18, 16, 14, 12]);
    expect(printLists(allocator.state())).toEqual(['0 1: 10 8 6 4 2 0']);
  });

  it('keep pages of HIGHATOMIC pageblocks with the movable ones', () => {
    allocator.loadState(withPcp(FULL, FIXED));
    free(1030);
    expect(typeAt(allocator.state(), 1030)).toBe(HIGHATOMIC);
    expect(list(0, M)).toEqual([1030]);
  });

  it('decay by an eighth of high, and are drained down to it from list 0', () => {
    allocator.loadState(withPcp(FULL, { high: 32, highMin: 4, highMax: 400, batch: 1 }));
    // pages of an unmovable pageblock lie on list 0, before the movable ones
    free(...Array.from({ length: 30 }, (_unused, i) => (i < 4 ? 1536 + 2 * i : 2 * i)));
    expect([list(0, U).length, list(0, M).length]).toEqual([4, 26]);
    allocator.decay(0);
    // the largest of count - 32 * batch, high - high / 8 and high_min
    expect(pcp()).toMatchObject({ high: 28, count: 28 });
    expect([list(0, U).length, list(0, M).length]).toEqual([2, 26]);
  });

  it('are empty after a drain of all', () => {
    allocator.loadState(withPcp(FREE, FIXED));
    take(allocator, 0, M);
    allocator.drainAll();
    expect(pcp().count).toBe(0);
    allocator.freePages(0, 0, 0);
    allocator.drainAll();
    expect(printLists(allocator.state())).toEqual(['10 1: 0 1024 2048 3072']);
  });
});
