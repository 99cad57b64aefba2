// Where a request goes that its own lists cannot serve: claiming a pageblock or stealing a page, on the core and on the
// model. The numbered vectors are those of docs/linux-memory.md G.1.

import { beforeEach, describe, expect, it } from 'vitest';
import type { AllocatorUnderTest } from '../../../model/allocator.ts';
import { M, R, U, makeState, printLists, typeAt } from '../../../model/fixture.ts';
import { ALLOCATORS, take } from '../../../model/under-test.ts';

describe.each(ALLOCATORS)('fallback of the %s', (_, create) => {
  let allocator: AllocatorUnderTest;
  const lists = (): string[] => printLists(allocator.state());
  const typeOf = (pfn: number): number => typeAt(allocator.state(), pfn);

  beforeEach(() => {
    allocator = create();
  });

  it('claims a whole order-10 block for an unmovable request (2)', () => {
    allocator.loadState(makeState([M, M, M, M, M, M, M, M], [[10, M, [0, 1024, 2048, 3072]]]));
    expect(take(allocator, 0, U)).toBe(0);
    expect([typeOf(0), typeOf(512), typeOf(1024)]).toEqual([U, U, M]);
    expect(lists()).toEqual([
      '0 0: 1',
      '1 0: 2',
      '2 0: 4',
      '3 0: 8',
      '4 0: 16',
      '5 0: 32',
      '6 0: 64',
      '7 0: 128',
      '8 0: 256',
      '9 0: 512',
      '10 1: 1024 2048 3072',
    ]);
    expect(take(allocator, 3, M)).toBe(1024);
  });

  it('steals without claiming when the only blocks are small (4)', () => {
    allocator.loadState(
      makeState(
        [U],
        [
          [1, U, [8]],
          [3, U, [32]],
        ],
      ),
    );
    expect(take(allocator, 0, M)).toBe(8);
    expect(lists()).toEqual(['0 0: 9', '3 0: 32']);
    expect(typeOf(0)).toBe(U);
  });

  it('claims a block that is half free (5)', () => {
    allocator.loadState(
      makeState(
        [M],
        [
          [5, M, [0]],
          [8, M, [256]],
        ],
      ),
    );
    expect(take(allocator, 0, U)).toBe(0);
    expect(typeOf(0)).toBe(U);
    expect(lists()).toEqual(['0 0: 1', '1 0: 2', '2 0: 4', '3 0: 8', '4 0: 16', '8 0: 256']);
  });

  it('counts pages alike: 128 free of 512 is too little unless 128 others are unmovable (6)', () => {
    const state = makeState([M], [[7, M, [0]]]);
    allocator.loadState(state);
    for (let pfn = 128; pfn < 512; pfn += 1) allocator.setMovable(pfn, 0, true);
    expect(take(allocator, 0, U)).toBe(0);
    expect(typeOf(0)).toBe(M);
    expect(lists()[0]).toBe('0 1: 1');

    allocator.loadState(state);
    for (let pfn = 128; pfn < 512; pfn += 1) allocator.setMovable(pfn, 0, pfn < 384);
    expect(take(allocator, 0, U)).toBe(0);
    expect(typeOf(0)).toBe(U);
  });

  it('lets a movable request claim from order 4 on (7)', () => {
    allocator.loadState(makeState([U], [[4, U, [0]]]));
    for (let pfn = 16; pfn < 300; pfn += 1) allocator.setMovable(pfn, 0, true);
    expect(take(allocator, 0, M)).toBe(0);
    expect(typeOf(0)).toBe(M);
  });

  // UNMOVABLE: RECLAIMABLE, then MOVABLE; MOVABLE: RECLAIMABLE, then UNMOVABLE; RECLAIMABLE: UNMOVABLE, then MOVABLE
  it.each([
    ['unmovable', U, M, R],
    ['movable', M, U, R],
    ['reclaimable', R, M, U],
  ])('asks the types in Linux’s order, a %s request', (_name, type, last, first) => {
    // equal blocks in pageblocks of both other types
    allocator.loadState(
      makeState(
        [last, first],
        [
          [9, last, [0]],
          [9, first, [512]],
        ],
      ),
    );
    expect(take(allocator, 0, type)).toBe(512);
    expect([typeOf(0), typeOf(512)]).toEqual([last, type]);
  });

  it('takes from the largest block of another type to claim, from the smallest to steal', () => {
    allocator.loadState(
      makeState(
        [M, M],
        [
          [2, M, [0]],
          [9, M, [512]],
        ],
      ),
    );
    for (let pfn = 4; pfn < 512; pfn += 1) allocator.setMovable(pfn, 0, true);
    expect(take(allocator, 0, U)).toBe(512);
    expect([typeOf(0), typeOf(512)]).toEqual([M, U]);
  });
});
