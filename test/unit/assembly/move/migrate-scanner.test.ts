// The migrate scanner: upwards from pageblock to pageblock, past hints and what gives nothing.

import { describe, expect, it } from 'vitest';
import {
  type Core,
  PROGRAM_SCAN_BATCH,
  PROGRAM_SCAN_BEGIN,
  SCAN_ASYNC,
  SCAN_BLOCK_DONE,
  SCAN_FLAGS_SHIFT,
} from '../../../../src/core/index.ts';
import {
  GUEST_BLOCKS_OFFSET,
  PAGEBLOCK_SKIP,
  ZONE_COMPACT_FREE_OFFSET,
} from '../../../../src/abi/layout.ts';
import { headerWord, wordsOf } from '../../../../src/core/raw.ts';
import { type FreeList, M, U, makeState } from '../../../model/fixture.ts';
import { pageblock, zoneField } from '../../../support/core.ts';
import { Replayed } from '../../../support/program.ts';

const DMA32 = 1;
const block = (at: number): number => at * 512;

/** A run from the zone's start that shows a batch from a pageblock. */
function batchFrom(
  at: number,
  options: {
    types?: number[];
    lists?: FreeList[];
    order?: number;
    flags?: number;
    done?: boolean;
    hints?: number[];
  } = {},
): Replayed {
  const types = options.types ?? Array.from({ length: 8 }, () => M);
  const replay = new Replayed(makeState(types, options.lists ?? []));
  for (const hint of options.hints ?? []) hintAt(replay.core, hint);
  replay.logOf(
    {
      op: PROGRAM_SCAN_BEGIN,
      order: options.order ?? 2,
      type: (options.flags ?? 0) << SCAN_FLAGS_SHIFT,
      frame: block(7),
      operand: 0,
    },
    {
      op: PROGRAM_SCAN_BATCH,
      frame: block(at) + 9,
      operand: 3 + (options.done === true ? SCAN_BLOCK_DONE : 0),
    },
  );
  return replay;
}

function hintAt(core: Core, at: number): void {
  const word = (headerWord(core, GUEST_BLOCKS_OFFSET) >> 2) + at;
  wordsOf(core)[word] = (wordsOf(core)[word] as number) | PAGEBLOCK_SKIP;
}

const hinted = (replay: Replayed): number[] =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter(
    (at) => (pageblock(replay.core, block(at)) & PAGEBLOCK_SKIP) !== 0,
  );
/** Where the next asynchronous and synchronous run begins. */
const begins = (replay: Replayed): number[] =>
  [4, 8].map((more) => zoneField(replay.core, DMA32, ZONE_COMPACT_FREE_OFFSET + more) / 512);

describe('the migrate scanner', () => {
  it('leaves hints on pageblocks that gave nothing, and on the one that gives; the next run begins there', () => {
    const replay = batchFrom(2);
    expect(hinted(replay)).toEqual([0, 1, 2]);
    expect(begins(replay)).toEqual([2, 2]);
  });

  it('of an asynchronous run moves the asynchronous begin only', () => {
    expect(begins(batchFrom(2, { flags: SCAN_ASYNC }))).toEqual([2, 0]);
  });

  it('of an asynchronous run passes pageblocks of another type', () => {
    const types = [U, U, M, M, M, M, M, M];
    expect(hinted(batchFrom(2, { types, flags: SCAN_ASYNC }))).toEqual([2]);
    expect(hinted(batchFrom(2, { types }))).toEqual([0, 1, 2]);
  });

  it('passes pageblocks with a hint unread, but for the zone’s first', () => {
    const replay = batchFrom(3, { hints: [0, 1] });
    expect(hinted(replay)).toEqual([0, 1, 2, 3]);
    expect(begins(replay)).toEqual([3, 3]);
  });

  it('from edge to edge sees hints neither way', () => {
    const replay = batchFrom(2, { order: 0, hints: [1] });
    // passed ones are hinted all the same, the one begun is not
    expect(hinted(replay)).toEqual([0, 1]);
  });

  it('for a costly order jumps to a pageblock with free blocks near the start', () => {
    const lists: FreeList[] = [[5, M, [block(2) + 32]]];
    // straight to it: nothing before it has been looked at
    expect(hinted(batchFrom(2, { order: 9, lists }))).toEqual([2]);
    expect(hinted(batchFrom(2, { order: 3, lists }))).toEqual([0, 1, 2]);
  });
});
