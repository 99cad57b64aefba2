// The free scanner: down from pageblock to pageblock, up inside each, past those that take no pages.

import { describe, expect, it } from 'vitest';
import {
  PROGRAM_SCAN_BATCH,
  PROGRAM_SCAN_BEGIN,
  PROGRAM_SCAN_TAKE,
  SCAN_ASYNC,
  SCAN_FLAGS_SHIFT,
} from '../../../../src/core/index.ts';
import {
  GUEST_ZONES_OFFSET,
  PAGEBLOCK_SKIP,
  ZONE_COMPACT_FREE_OFFSET,
  ZONE_STRIDE,
} from '../../../../src/abi/layout.ts';
import { headerWord, wordsOf } from '../../../../src/core/raw.ts';
import { type FreeList, M, U, makeState } from '../../../model/fixture.ts';
import { pageblock, zoneField } from '../../../support/core.ts';
import { Replayed } from '../../../support/program.ts';

const ALL_M = Array.from({ length: 8 }, () => M);
const DMA32 = 1;
const block = (at: number): number => at * 512;

interface Run {
  readonly types?: readonly number[];
  readonly lists: readonly FreeList[];
  /** 0: from edge to edge, hints ignored. */
  readonly order?: number;
  readonly flags?: number;
  readonly source?: number;
  readonly pages: number;
}

/** Places that a batch of pages gets, in the order of their addresses. */
function places(run: Run): { replay: Replayed; taken: number[] } {
  // two frames in the lowest pageblock that no scanner reaches: a zone does not spare its last
  const spare: FreeList[] = [[5, M, [480]]];
  const replay = new Replayed(makeState(run.types ?? ALL_M, [...spare, ...run.lists]));
  const zones = headerWord(replay.core, GUEST_ZONES_OFFSET) + DMA32 * ZONE_STRIDE;
  wordsOf(replay.core)[(zones + ZONE_COMPACT_FREE_OFFSET) >> 2] = block(7);
  replay.logOf(
    {
      op: PROGRAM_SCAN_BEGIN,
      order: run.order ?? 0,
      type: (run.flags ?? 0) << SCAN_FLAGS_SHIFT,
      frame: block(7),
      operand: 0,
    },
    { op: PROGRAM_SCAN_BATCH, frame: run.source ?? 32, operand: run.pages },
    { op: PROGRAM_SCAN_TAKE, operand: run.pages },
  );
  const free = run.lists.flatMap(([, , frames]) => frames);
  const left = new Set(replay.zone().free.flatMap((list) => [...list]));
  return { replay, taken: free.filter((pfn) => !left.has(pfn)).toSorted((a, b) => a - b) };
}

describe('the free scanner', () => {
  it('takes from the highest pageblock, upwards, before it goes to the next', () => {
    const lists: FreeList[] = [[0, M, [block(7) + 300, block(7) + 10, block(6) + 4, block(6) + 8]]];
    expect(places({ lists, pages: 1 }).taken).toEqual([block(7) + 10]);
    expect(places({ lists, pages: 2 }).taken).toEqual([block(7) + 10, block(7) + 300]);
    expect(places({ lists, pages: 3 }).taken).toEqual([
      block(6) + 4,
      block(7) + 10,
      block(7) + 300,
    ]);
  });

  it('takes nothing from pageblocks of another type, or free as a whole', () => {
    const types = [M, M, M, M, M, M, M, U];
    const lists: FreeList[] = [
      [0, U, [block(7) + 4]],
      [9, M, [block(6)]],
      [0, M, [block(5) + 4]],
    ];
    expect(places({ types, lists, pages: 1 }).taken).toEqual([block(5) + 4]);
  });

  it('ends where the pages come from', () => {
    const lists: FreeList[] = [[0, M, [block(6) + 4, block(2) + 4]]];
    expect(places({ lists, source: block(5) + 5, pages: 2 }).taken).toEqual([block(6) + 4]);
    expect(places({ lists, source: block(6) + 5, pages: 2 }).taken).toEqual([]);
  });

  it('looks at half as many frames of the next pageblock after each that gave nothing', () => {
    // 7, 6 and 5 are full: in 4 it is every eighth frame
    const lists: FreeList[] = [[0, M, [block(4) + 4, block(4) + 16]]];
    expect(places({ lists, pages: 1 }).taken).toEqual([block(4) + 16]);
  });

  it('leaves a hint on what it has seen to the end, where the next run begins below', () => {
    const lists: FreeList[] = [[0, M, [block(7) + 4, block(6) + 4]]];
    const { replay } = places({ lists, pages: 2 });
    const hints = [7, 6, 5].map((at) => pageblock(replay.core, block(at)) & PAGEBLOCK_SKIP);
    // of the second it has seen no more than the page that it took
    expect(hints).toEqual([PAGEBLOCK_SKIP, 0, 0]);
    expect(zoneField(replay.core, DMA32, ZONE_COMPACT_FREE_OFFSET)).toBe(block(6));
  });

  it('passes pageblocks with a hint, unless the run ignores hints', () => {
    const first = places({ lists: [[0, M, [block(7) + 4, block(6) + 4, block(6) + 8]]], pages: 2 });
    const again = (order: number): number[] => {
      const { replay } = first;
      // free again in the pageblock that has a hint
      replay.core.pages.free(block(7) + 4, 0, 0);
      replay.logOf(
        { op: PROGRAM_SCAN_BEGIN, type: 1, order, frame: block(7), operand: 0 },
        { op: PROGRAM_SCAN_BATCH, type: 1, frame: 40, operand: 1 },
        { op: PROGRAM_SCAN_TAKE, type: 1, operand: 1 },
      );
      const left = new Set(replay.zone().free.flatMap((list) => [...list]));
      return [block(7) + 4, block(6) + 8].filter((pfn) => !left.has(pfn));
    };
    expect(again(2)).toEqual([block(6) + 8]);
    expect(again(0)).toEqual([block(7) + 4, block(6) + 8]);
  });

  it('of an asynchronous run looks at every 32nd frame until it finds one', () => {
    const lists: FreeList[] = [[0, M, [block(7) + 5, block(7) + 64, block(7) + 67]]];
    const { taken } = places({ lists, order: 9, flags: SCAN_ASYNC, pages: 2 });
    expect(taken).not.toContain(block(7) + 5);
  });
});

describe('a run for an order', () => {
  it('searches the lists first: a block of the upper quarter, from the tail', () => {
    const lists: FreeList[] = [[2, M, [block(6) + 8, block(1) + 8, block(6) + 64, block(2) + 8]]];
    expect(places({ lists, order: 9, pages: 4 }).taken).toEqual([block(6) + 64]);
  });

  it('takes the second best from the upper half when there is no better one', () => {
    const lists: FreeList[] = [[2, M, [block(1) + 8, block(4) + 8, block(2) + 8]]];
    expect(places({ lists, order: 9, pages: 4 }).taken).toEqual([block(4) + 8]);
  });
});
