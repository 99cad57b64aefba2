// The free blocks that a run of compaction holds: the smallest that serves is cut, what comes back goes out next.

import { describe, expect, it } from 'vitest';
import {
  KIND_ISOLATED,
  KIND_MOVABLE,
  PROGRAM_SCAN_BATCH,
  PROGRAM_SCAN_BEGIN,
  PROGRAM_SCAN_RETURN,
  PROGRAM_SCAN_TAKE,
} from '../../../../src/core/index.ts';
import { M, makeState } from '../../../model/fixture.ts';
import { type Op, Replayed } from '../../../support/program.ts';

const TOP = 7 * 512;
const [EIGHT, TWO, FOUR] = [TOP + 8, TOP + 32, TOP + 64];

/** Holds blocks of eight, two and four frames for a batch of so many pages. */
function holding(pages: number): Replayed {
  const state = makeState(
    Array.from({ length: 8 }, () => M),
    [
      [3, M, [EIGHT]],
      [1, M, [TWO]],
      [2, M, [FOUR]],
      [4, M, [1024]],
    ],
  );
  const replay = new Replayed(state);
  replay.logOf(
    { op: PROGRAM_SCAN_BEGIN, frame: TOP, operand: 0 },
    { op: PROGRAM_SCAN_BATCH, frame: 64, operand: pages },
  );
  return replay;
}

/** Places of an order, until so many frames of the batch have one. */
const take = (order: number, frames: number): Op => ({
  op: PROGRAM_SCAN_TAKE,
  order,
  operand: frames,
});

describe('what a run holds', () => {
  it('is as much as the batch wants, whole blocks', () => {
    const replay = holding(9);
    replay.logOf(take(0, 1));
    // eight and two: the block of four is not needed
    expect(replay.lists()).toEqual(['2 1: ' + FOUR, '4 1: 1024']);
    expect(replay.state(EIGHT)).toBe(KIND_ISOLATED | 3);
  });

  it('is cut from the smallest block that serves, its low end given', () => {
    const replay = holding(12);
    replay.logOf(take(1, 2));
    expect(replay.state(TWO)).toBe(KIND_MOVABLE | 1);
    replay.logOf(take(0, 3));
    const pieces = [0, 1, 2].map((at) => replay.state(FOUR + at));
    expect(pieces).toEqual([KIND_MOVABLE, KIND_ISOLATED, KIND_ISOLATED | 1]);
    replay.logOf(take(2, 7));
    expect(replay.state(EIGHT)).toBe(KIND_MOVABLE | 2);
    expect(replay.state(EIGHT + 4)).toBe(KIND_ISOLATED | 2);
  });

  it('is used up before more is looked for', () => {
    const replay = holding(9);
    replay.logOf(take(0, 9));
    expect(replay.lists()).toEqual(['2 1: ' + FOUR, '4 1: 1024']);
    expect(replay.state(EIGHT + 7)).toBe(KIND_ISOLATED);
  });

  it('gets a place back whole, and gives it out before others of its order', () => {
    const replay = holding(12);
    replay.logOf(take(0, 2));
    expect([TWO, TWO + 1].map((pfn) => replay.state(pfn))).toEqual([KIND_MOVABLE, KIND_MOVABLE]);
    replay.logOf({ op: PROGRAM_SCAN_RETURN, frame: TWO }, take(0, 2));
    expect(replay.state(TWO)).toBe(KIND_MOVABLE);
    expect(replay.state(FOUR)).toBe(KIND_ISOLATED | 2);
  });
});
