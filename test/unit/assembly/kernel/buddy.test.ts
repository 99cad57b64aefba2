// Splitting and merging of free blocks, on the core and on the model: the vectors of docs/linux-memory.md G.1. They are a
// computation from the rules and so check a reading of them; the recordings check the rules.

import { beforeEach, describe, expect, it } from 'vitest';
import type { AllocatorUnderTest } from '../../../model/allocator.ts';
import { HIGHATOMIC, M, U, makeState, printLists, typeAt } from '../../../model/fixture.ts';
import { ALLOCATORS, take } from '../../../model/under-test.ts';

/** Four free blocks of the largest order. */
const WHOLE = makeState([M, M, M, M, M, M, M, M], [[10, M, [0, 1024, 2048, 3072]]]);

describe.each(ALLOCATORS)('buddy lists of the %s', (_, create) => {
  let allocator: AllocatorUnderTest;
  const lists = (): string[] => printLists(allocator.state());
  const free = (pfn: number, order: number): void => allocator.freePages(pfn, order, 0);

  beforeEach(() => {
    allocator = create();
    allocator.loadState(WHOLE);
  });

  it('split from the lowest block and merge back, to the head or the tail (1)', () => {
    expect([0, 1, 2, 3].map(() => take(allocator, 0, M))).toEqual([0, 1, 2, 3]);
    expect(lists()).toEqual([
      '2 1: 4',
      '3 1: 8',
      '4 1: 16',
      '5 1: 32',
      '6 1: 64',
      '7 1: 128',
      '8 1: 256',
      '9 1: 512',
      '10 1: 1024 2048 3072',
    ]);
    free(0, 0);
    expect(lists()).toContain('0 1: 0');
    free(1, 0);
    expect(lists().slice(0, 2)).toEqual(['1 1: 0', '2 1: 4']);
    free(2, 0);
    expect(lists()).toContain('0 1: 2');
    free(3, 0);
    expect(lists()).toEqual(['10 1: 0 1024 2048 3072']);
  });

  it('take the smallest block that is large enough, the first of its list', () => {
    allocator.loadState(
      makeState(
        [M],
        [
          [1, M, [8, 4]],
          [3, M, [32]],
        ],
      ),
    );
    expect([take(allocator, 0, M), take(allocator, 0, M)]).toEqual([8, 9]);
    expect(take(allocator, 2, M)).toBe(32);
    // the upper half of the split block stays, and the block of order 1 was too small
    expect(lists()).toEqual(['1 1: 4', '2 1: 36']);
  });

  it('put a page whose merge is near at the tail (3)', () => {
    for (let i = 0; i < 8; i += 1) take(allocator, 0, M);
    free(2, 0);
    free(3, 0);
    expect(lists()[0]).toBe('1 1: 2');
    free(6, 0);
    free(0, 0);
    expect(lists()[0]).toBe('0 1: 6 0');
  });

  it('merge blocks of two mergeable types into the type freed last, never HIGHATOMIC (8)', () => {
    allocator.loadState(makeState([M, U], [[9, M, [0]]]));
    allocator.setMovable(512, 9, true);
    free(512, 9);
    expect(lists()).toEqual(['10 0: 0']);
    expect([typeAt(allocator.state(), 0), typeAt(allocator.state(), 512)]).toEqual([U, U]);

    allocator.loadState(makeState([M, HIGHATOMIC], [[9, M, [0]]]));
    allocator.setMovable(512, 9, true);
    free(512, 9);
    expect(lists()).toEqual(['9 1: 0', '9 3: 512']);
  });

  it('do not merge with a block of another order', () => {
    allocator.loadState(makeState([M], [[1, M, [2]]]));
    allocator.setMovable(0, 0, true);
    free(0, 0);
    // 0's buddy is 1, in use; the pair at 2 is the buddy of the pair at 0 only
    expect(lists()).toEqual(['0 1: 0', '1 1: 2']);
  });
});
