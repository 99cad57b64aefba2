// Which requests a zone serves, on the core and on the model: marks, rights and reserves. Every expected number follows
// from docs/linux-memory.md A.14 and A.15.

import { beforeEach, describe, expect, it } from 'vitest';
import {
  GFP_ATOMIC,
  GFP_DIRECT_RECLAIM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_NOWAIT,
} from '../../../../src/abi/gfp.ts';
import type { AllocatorUnderTest } from '../../../model/allocator.ts';
import {
  HIGHATOMIC,
  M,
  U,
  makeState,
  printLists,
  typeAt,
  withZone,
} from '../../../model/fixture.ts';
import { ALLOCATORS } from '../../../model/under-test.ts';

const MARKS = { min: 32, low: 40, high: 48 };
const FREE = 1024;
const STATE = withZone(makeState([U, U], [[10, U, [0]]]), MARKS);
/** A request that may not reclaim ends when the zone is at its mark. */
const KERNEL = GFP_KERNEL & ~GFP_DIRECT_RECLAIM;
const USER = GFP_HIGHUSER_MOVABLE & ~GFP_DIRECT_RECLAIM;

describe.each(ALLOCATORS)('requests to the %s', (_, create) => {
  let allocator: AllocatorUnderTest;
  /** Blocks until the first refusal. */
  const served = (gfp: number, order: number): number => {
    let blocks = 0;
    while (allocator.allocPages(gfp, order, 0) >= 0) blocks += 1;
    return blocks;
  };

  beforeEach(() => {
    allocator = create();
    allocator.loadState(STATE);
  });

  it.each([
    ['the min mark', KERNEL, FREE - 32],
    ['the min mark without the right to wait', GFP_NOWAIT, FREE - 32],
    ['3/8 of it for an atomic request', GFP_ATOMIC, FREE - 12],
  ])('are served down to %s', (_name, gfp, pages) => {
    expect(served(gfp, 0)).toBe(pages);
  });

  it('leave the lowmem reserve to those that have no other zone', () => {
    // by the highest zone that a request may use: NORMAL for the kernel's, MOVABLE for user memory
    const reserve = [0, 0, 100, 200, 200];
    allocator.loadState(withZone(STATE, { reserve }));
    expect(served(KERNEL, 0)).toBe(FREE - 32 - 100);
    expect(served(GFP_ATOMIC, 0)).toBe(32 - 12);
    allocator.loadState(withZone(makeState([M, M], [[10, M, [0]]]), { ...MARKS, reserve }));
    expect(served(USER, 0)).toBe(FREE - 32 - 200);
  });

  it('of another type that only find small blocks raise the marks against the next', () => {
    // 256 movable pages free in blocks too small to claim their pageblock, in use by movable ones
    const blocks = [0, 512, 1024, 1536].map((start) => start + 64);
    allocator.loadState(withZone(makeState([M, M, M, M], [[6, M, blocks]]), MARKS));
    expect(served(KERNEL, 0)).toBe(1);
    // by a pageblock at most, in a zone of four or more (A.13)
    expect(allocator.state().zones[0]?.boost).toBe(512);
    expect(served(USER, 0)).toBe(0);
    // an atomic request is tried once more without what was raised: 255 pages less 3/8 of min
    expect(served(GFP_ATOMIC, 0)).toBe(255 - 12);
  });

  it('above order 0 need a block, however many pages are free', () => {
    const singles = Array.from({ length: 256 }, (_unused, i) => 2 * i);
    allocator.loadState(withZone(makeState([U], [[0, U, singles]]), MARKS));
    expect(served(KERNEL, 1)).toBe(0);
    expect(served(KERNEL, 0)).toBe(256 - 32);
  });

  it('above order 0 must leave the mark beside the block', () => {
    // pass while free - (2^6 - 1) > 32: the last block goes at 128 free, not at 64
    expect(served(KERNEL, 6)).toBe(15);
  });

  it('of high order that may not wait turn their pageblock into a reserve', () => {
    const types = Array.from({ length: 104 }, () => U);
    const large = makeState(types, [[10, U, [0, 1024]]]);
    // the low mark is out of reach, so that the request comes to the slow path
    allocator.loadState(withZone(large, { min: 32, low: 60_000, high: 60_000 }));
    expect(allocator.allocPages(GFP_ATOMIC, 1, 0)).toBe(0);
    const state = allocator.state();
    expect([typeAt(state, 0), typeAt(state, 512)]).toEqual([HIGHATOMIC, U]);
    expect(state.zones[0]?.highatomic).toBe(512);
    expect(printLists(state)).toContain('1 3: 2');
    // others are served elsewhere
    expect(allocator.allocPages(KERNEL, 0, 0)).toBe(512);
  });

  it('of high order reserve nothing in a zone under 200 MiB', () => {
    allocator.loadState(withZone(STATE, { low: 60_000, high: 60_000 }));
    expect(allocator.allocPages(GFP_ATOMIC, 1, 0)).toBe(0);
    expect(typeAt(allocator.state(), 0)).toBe(U);
  });
});
