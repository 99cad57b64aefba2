// After a wrong prediction the kernel's block leaves whatever holds it, and nothing else changes.

import { describe, expect, it } from 'vitest';
import {
  KIND_MOVABLE,
  KIND_PCP,
  KIND_UNMOVABLE,
  LOG_MISMATCH,
  PROGRAM_POP,
  PROGRAM_REFILL,
  PROGRAM_TAKE,
  RESYNC_BUDDY,
  RESYNC_IN_USE,
  RESYNC_PCP,
  RESYNC_SPLIT,
  STATUS_BAD_ARGUMENT,
} from '../../../../src/core/index.ts';
import { emptyLists } from '../../../../src/recording/read/pagestate.ts';
import { type FreeList, M, U, makeState, withPcp } from '../../../model/fixture.ts';
import { type Op, Replayed } from '../../../support/program.ts';

const NONE = 0xffffffff;

function replayOf(lists: readonly FreeList[], parked: Record<number, number[]> = {}): Replayed {
  const perCpu = emptyLists(14);
  let count = 0;
  for (const [list, frames] of Object.entries(parked)) {
    perCpu[Number(list)] = Uint32Array.from(frames);
    count += frames.length * (Number(list) >= 12 ? 512 : 2 ** Math.floor(Number(list) / 3));
  }
  return new Replayed(withPcp(makeState([M, M, U], lists), { count, lists: perCpu }));
}

/** A pop of an order from its empty list: wrong at once, so the block is looked for. */
const pop = (frame: number, order = 0): Op => ({ op: PROGRAM_POP, type: U, frame, order });

describe('the kernel’s block', () => {
  it('that is a free block leaves its list', () => {
    const replay = replayOf([[3, M, [16, 64]]]);
    expect(replay.logOf(pop(64, 3))).toEqual([[LOG_MISMATCH, 0, NONE, RESYNC_BUDDY]]);
    expect(replay.lists()).toEqual(['3 1: 16']);
    expect(replay.zone().present).toBe(8 * 512);
  });

  it('inside a larger one is cut out; the rest stays free at the heads, unmerged', () => {
    const replay = replayOf([
      [0, M, [4]],
      [4, M, [16]],
    ]);
    expect(replay.logOf(pop(22, 1))).toEqual([[LOG_MISMATCH, 0, NONE, RESYNC_SPLIT]]);
    expect(replay.lists()).toEqual(['0 1: 4', '1 1: 20', '2 1: 16', '3 1: 24']);
    expect(replay.state(22)).toBe(KIND_UNMOVABLE | 1);
  });

  it('that covers several free ones takes them all', () => {
    const replay = replayOf([
      [0, M, [16, 30]],
      [1, M, [20]],
    ]);
    expect(replay.logOf(pop(16, 3))).toEqual([[LOG_MISMATCH, 0, NONE, RESYNC_SPLIT]]);
    expect(replay.lists()).toEqual(['0 1: 30']);
  });

  it('on a per-cpu list leaves it, from its middle too', () => {
    const replay = replayOf([], { 1: [8, 10, 12] });
    expect(replay.logOf(pop(10))).toEqual([[LOG_MISMATCH, 0, NONE, RESYNC_PCP]]);
    expect(replay.parked(1)).toEqual([8, 12]);
    expect(replay.pcp().count).toBe(2);
  });

  it('inside a parked one takes that off its list, and what is left of it is in use', () => {
    const replay = replayOf([], { 10: [8] });
    expect(replay.logOf(pop(12, 2))).toEqual([[LOG_MISMATCH, 0, NONE, RESYNC_PCP]]);
    expect(replay.parked(10)).toEqual([]);
    expect(replay.state(8) & ~15).toBe(KIND_UNMOVABLE);
    expect(replay.pcp().count).toBe(0);
  });

  it('that nothing holds was in use, and is so now', () => {
    const replay = replayOf([[3, M, [16]]]);
    expect(replay.logOf(pop(100))).toEqual([[LOG_MISMATCH, 0, NONE, RESYNC_IN_USE]]);
    expect(replay.lists()).toEqual(['3 1: 16']);
  });

  it('in no zone is refused', () => {
    const state = makeState([M, U], [[3, M, [16]]]);
    const replay = new Replayed(state, 0x4000);
    expect(replay.run([pop(0x3000)])).toBe(STATUS_BAD_ARGUMENT);
    expect(replay.lists()).toEqual(['3 1: 16']);
  });
});

const refill = (frame: number): Op => ({ op: PROGRAM_REFILL, type: M, frame });

const take = (frame: number): Op => ({ op: PROGRAM_TAKE, type: M, frame });

/** Single blocks of order 0 that cannot merge. */
const singles = (): Replayed => replayOf([[0, M, [4, 8, 12, 16, 20]]]);

describe('a block predicted wrongly', () => {
  it('once is first again, twice in a row last', () => {
    const replay = singles();
    replay.logOf(take(8));
    expect(replay.lists()).toEqual(['0 1: 4 12 16 20']);
    replay.logOf(take(12));
    expect(replay.lists()).toEqual(['0 1: 16 20 4']);
  });

  it('by two operations is not wrong twice', () => {
    const replay = singles();
    replay.logOf(take(8), refill(12));
    expect(replay.lists()).toEqual(['0 1: 4 16 20']);
    expect(replay.parked(1)).toEqual([12]);
    expect(replay.state(12)).toBe(KIND_PCP);
    replay.logOf(refill(16));
    expect(replay.lists()).toEqual(['0 1: 20 4']);
  });

  it('is forgotten when another one is wrong in between', () => {
    const replay = singles();
    replay.logOf(take(8), take(4), take(16), take(20));
    // 4 was wrong, then right; 12 was wrong twice in a row and is all that is left
    expect(replay.lists()).toEqual(['0 1: 12']);
    expect(replay.state(4)).toBe(KIND_MOVABLE);
  });
});
