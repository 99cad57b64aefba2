// Hints of compaction are cleared together, and the next run's scanners begin at the outermost pageblocks that are of use.

import { describe, expect, it } from 'vitest';
import {
  type Core,
  COMPACT_COMPLETE,
  COMPACT_SYNC_FULL,
  GFP_KERNEL,
} from '../../../../src/core/index.ts';
import {
  GUEST_BLOCKS_OFFSET,
  GUEST_ZONES_OFFSET,
  PAGEBLOCK_SKIP,
  ZONE_COMPACT_FREE_OFFSET,
  ZONE_FLAGS_OFFSET,
  ZONE_FLAG_FLUSH_SKIP,
  ZONE_STRIDE,
} from '../../../../src/abi/layout.ts';
import { headerWord, wordsOf } from '../../../../src/core/raw.ts';
import { type FreeList, M, U } from '../../../model/fixture.ts';
import { pageblock, zoneField } from '../../../support/core.ts';
import { coreWith } from '../../../support/exact.ts';

const DMA32 = 1;
const block = (at: number): number => at * 512;
const ALL = [0, 1, 2, 3, 4, 5, 6, 7];

/** Every pageblock has a hint; `isStale`: the scanners of a direct run have met. */
function hinted(types: readonly number[], lists: readonly FreeList[], isStale = true): Core {
  const core = coreWith(types, lists);
  const words = wordsOf(core);
  const blocks = headerWord(core, GUEST_BLOCKS_OFFSET) >> 2;
  for (const at of ALL) words[blocks + at] = (words[blocks + at] as number) | PAGEBLOCK_SKIP;
  const zone = headerWord(core, GUEST_ZONES_OFFSET) + DMA32 * ZONE_STRIDE;
  if (isStale) words[(zone + ZONE_FLAGS_OFFSET) >> 2] = ZONE_FLAG_FLUSH_SKIP;
  return core;
}

const hints = (core: Core): number[] =>
  ALL.filter((at) => (pageblock(core, block(at)) & PAGEBLOCK_SKIP) !== 0);
/** Pageblocks where the free scanner, asynchronous and synchronous runs begin. */
const scanners = (core: Core): number[] =>
  [0, 4, 8].map((more) => zoneField(core, DMA32, ZONE_COMPACT_FREE_OFFSET + more) / 512);

describe('hints that are stale', () => {
  it('are cleared where pages can move or free blocks lie, and the scanners begin at the outermost', () => {
    // pages that move in 2 and 3; free blocks that a sample hits in 5, the kernel's memory elsewhere
    const types = [U, U, M, M, U, M, U, U];
    const core = hinted(types, [[3, M, [block(5) + 8]]]);
    core.compaction.forgetHints();
    expect(scanners(core)).toEqual([5, 2, 2]);
    expect(hints(core)).toEqual([0, 1, 4, 6, 7]);
    expect(zoneField(core, DMA32, ZONE_FLAGS_OFFSET) & ZONE_FLAG_FLUSH_SKIP).toBe(0);
  });

  it('are cleared between the two as well, once both sides have one', () => {
    const core = hinted([M, M, M, M, M, M, M, M], [[3, M, [block(7) + 8]]]);
    core.compaction.forgetHints();
    expect(scanners(core)).toEqual([7, 0, 0]);
    expect(hints(core)).toEqual([]);
  });

  it('stay where nothing is of use, and the scanners meet in the middle', () => {
    const core = hinted([U, U, U, U, U, U, U, U], []);
    core.compaction.forgetHints();
    expect(hints(core)).toEqual(ALL);
    expect(scanners(core)).toEqual([3, 4, 4]);
  });

  it('are not looked for between samples of eight frames', () => {
    const core = hinted([U, U, U, U, U, U, U, M], [[0, M, [block(7) + 4]]]);
    // the free frame lies between; the pageblock's own pages are seen from below only
    core.compaction.forgetHints();
    expect(hints(core)).toContain(7);
  });
});

describe('hints that are not stale', () => {
  it('stay', () => {
    const core = hinted([M, M, M, M, M, M, M, M], [[3, M, [block(7) + 8]]], false);
    core.compaction.forgetHints();
    expect(hints(core)).toEqual(ALL);
  });
});

it('a direct run whose scanners met makes hints stale', () => {
  const singles = Array.from({ length: 400 }, (_, at) => 8 * at);
  const core = coreWith([U, U, U, U, U, U, U, U], [[0, U, singles]]);
  const flag = (): number => zoneField(core, DMA32, ZONE_FLAGS_OFFSET) & ZONE_FLAG_FLUSH_SKIP;
  expect(core.compaction.background(5, DMA32, 0)).toBe(0);
  expect(flag()).toBe(0);
  expect(core.compaction.direct(GFP_KERNEL, 5, COMPACT_SYNC_FULL, 0)).toBe(COMPACT_COMPLETE);
  expect(flag()).toBe(ZONE_FLAG_FLUSH_SKIP);
  core.compaction.forgetHints();
  expect(flag()).toBe(0);
});
