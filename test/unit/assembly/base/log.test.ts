// What a replayed recording logs: which command, which frame, and only what the core decided by itself.

import { describe, expect, it } from 'vitest';
import {
  LOG_DRAIN,
  LOG_MISMATCH,
  LOG_REFILL,
  PROGRAM_POP,
  PROGRAM_REFILL,
  PROGRAM_RELEASE,
  PROGRAM_REQUEST,
  RESYNC_SPLIT,
} from '../../../../src/core/index.ts';
import { M, makeState, withPcp } from '../../../model/fixture.ts';
import { Replayed } from '../../../support/program.ts';

const state = makeState([M, M], [[9, M, [0]]]);
const sizes = { high: 4, highMin: 4, highMax: 4, batch: 3 };
const USER = 0x8;

describe('a record', () => {
  it('names its command by number, counted from the run’s first', () => {
    const replay = new Replayed(state);
    const wrong = { op: PROGRAM_POP, type: M, frame: 5 };
    expect(replay.run([wrong, { ...wrong, frame: 9 }], 1_000_000_000)).toBe(2);
    expect(replay.log()).toEqual([
      [LOG_MISMATCH, 1_000_000_000, 0xffffffff, RESYNC_SPLIT],
      [LOG_MISMATCH, 1_000_000_001, 0xffffffff, RESYNC_SPLIT],
    ]);
  });

  it('of a refill or a drain names the block, in the order in which blocks went', () => {
    const replay = new Replayed(withPcp(state, sizes));
    const request = { op: PROGRAM_REQUEST, frame: 0, operand: USER };
    expect(replay.logOf(request)).toEqual([0, 1, 2].map((pfn) => [LOG_REFILL, 0, pfn, 0]));
    const release = { op: PROGRAM_RELEASE, frame: 600 };
    expect(replay.logOf(release, { ...release, frame: 602 })).toEqual([[LOG_DRAIN, 1, 2, 0]]);
  });

  it('is not made of what the kernel decided: a refill of the trace', () => {
    const replay = new Replayed(withPcp(state, sizes));
    expect(replay.logOf({ op: PROGRAM_REFILL, type: M, frame: 0 })).toEqual([]);
    expect(replay.pcp().count).toBe(1);
  });
});

describe('the log', () => {
  const pops = [8, 10, 12].map((frame) => ({ op: PROGRAM_POP, type: M, frame }));

  it('is that of the last run', () => {
    const replay = new Replayed(state);
    expect(replay.logOf(...pops)).toHaveLength(3);
    expect(replay.logOf({ op: PROGRAM_REFILL, type: M, frame: 13 })).toHaveLength(0);
  });

  it('with no room for what one command may log stops the run before it', () => {
    const replay = new Replayed(state, 0, 0x2000);
    expect(replay.run(pops)).toBe(0);
    expect(replay.log()).toEqual([]);
    expect(replay.lists()).toEqual(['9 1: 0']);
  });
});
