// What a CPU's own lists of free blocks are filled with, on the core and on the model. Every expected number follows from
// docs/linux-memory.md A.10.

import { beforeEach, describe, expect, it } from 'vitest';
import type { AllocatorUnderTest } from '../../../model/allocator.ts';
import { M, makeState, pcpOf, withPcp } from '../../../model/fixture.ts';
import { ALLOCATORS, take } from '../../../model/under-test.ts';

const FREE = makeState([M, M, M, M, M, M, M, M], [[10, M, [0, 1024, 2048, 3072]]]);
const FIXED = { high: 60, highMin: 60, highMax: 60, batch: 7 };

describe.each(ALLOCATORS)('per-cpu lists of the %s', (_, create) => {
  let allocator: AllocatorUnderTest;
  const pcp = (): ReturnType<typeof pcpOf> => pcpOf(allocator.state());
  const list = (order: number, type: number): number[] => [
    ...(pcp().lists[order === 9 ? 12 + type : 3 * order + type] ?? []),
  ];

  beforeEach(() => {
    allocator = create();
  });

  it('are filled with a batch when empty, and with twice as many the next time', () => {
    allocator.loadState(withPcp(FREE, FIXED));
    expect(take(allocator, 0, M)).toBe(0);
    expect(list(0, M)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(pcp()).toMatchObject({ count: 6, allocFactor: 1, high: 60 });
    for (let pfn = 1; pfn < 7; pfn += 1) expect(take(allocator, 0, M)).toBe(pfn);
    expect(pcp().count).toBe(0);
    take(allocator, 0, M);
    expect(pcp()).toMatchObject({ count: 13, allocFactor: 2 });
  });

  it('are filled no further than their room, which is a batch at least', () => {
    // room = max(16 - 0 - 7, 7) = 9 < 7 << 1, so the factor stays
    allocator.loadState(
      withPcp(FREE, { ...FIXED, high: 16, highMin: 16, highMax: 16, allocFactor: 1 }),
    );
    take(allocator, 0, M);
    expect(pcp()).toMatchObject({ count: 8, allocFactor: 1 });
  });

  it('grow their high by what a fill takes, to high_max at most', () => {
    allocator.loadState(withPcp(FREE, { ...FIXED, highMax: 66 }));
    take(allocator, 0, M);
    expect(pcp().high).toBe(66);
  });

  it('take two blocks at least of a high order, and count frames', () => {
    allocator.loadState(withPcp(FREE, FIXED));
    expect(take(allocator, 3, M)).toBe(0);
    expect(list(3, M)).toEqual([8]);
    expect(pcp().count).toBe(8);
    expect(take(allocator, 9, M)).toBe(512);
    expect(list(9, M)).toEqual([1024]);
    expect(pcp().count).toBe(8 + 512);
  });
});
