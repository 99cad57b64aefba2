// Commands of a recording: what each predicts, what it does when right, and what is logged when it is wrong.

import { describe, expect, it } from 'vitest';
import {
  DRAIN_ALL_ZONES,
  DRAIN_CONTINUE,
  DRAIN_CPU_ZONE,
  DRAIN_FROM_FREED,
  DRAIN_FROM_ZERO,
  DRAIN_ZONE,
  FREE_DIRECT,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_NOMEMALLOC,
  KIND_MOVABLE,
  KIND_PCP,
  KIND_UNMOVABLE,
  LOG_DRAIN,
  LOG_MISMATCH,
  LOG_REFILL,
  PROGRAM_AGAIN,
  PROGRAM_BULK,
  PROGRAM_DRAIN,
  PROGRAM_DRAIN_ALL,
  PROGRAM_FREE,
  PROGRAM_RECLAIM,
  PROGRAM_REFILL,
  PROGRAM_REFUSED,
  PROGRAM_RELEASE,
  PROGRAM_REQUEST,
  PROGRAM_REQUEST_BULK,
  PROGRAM_TAKE,
  PROGRAM_VICTIM,
  RESYNC_BUDDY,
  RESYNC_IN_USE,
  RESYNC_PCP,
  RESYNC_SPLIT,
} from '../../../../src/core/index.ts';
import { HIGHATOMIC, M, U, makeState, withZone } from '../../../model/fixture.ts';
import { type Op, Replayed, parked, pop } from '../../../support/program.ts';

const UNMOVABLE_LIST = 0;
const MOVABLE_LIST = 1;

describe('a pop', () => {
  it('takes the head of the list, for its type of memory', () => {
    const replay = parked([8, 10], [600]);
    expect(replay.logOf(pop(8), pop(600, U))).toEqual([]);
    expect([replay.state(8), replay.state(600)]).toEqual([KIND_MOVABLE, KIND_UNMOVABLE]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([10]);
    expect(replay.pcp().count).toBe(1);
  });

  it('of another frame than the head logs the head, which the second time goes behind the others', () => {
    const replay = parked([8, 10, 12, 14]);
    expect(replay.logOf(pop(10))).toEqual([[LOG_MISMATCH, 0, 8, RESYNC_PCP]]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([8, 12, 14]);
    expect(replay.logOf(pop(14))).toEqual([[LOG_MISMATCH, 0, 8, RESYNC_PCP]]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([12, 8]);
  });
});

describe('a block of the buddy lists', () => {
  it('is put at the tail of a per-cpu list by a refill, and in use by a take', () => {
    const replay = parked([8]);
    expect(replay.logOf({ op: PROGRAM_REFILL, type: M, frame: 64 })).toEqual([]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([8, 64]);
    expect(replay.logOf({ op: PROGRAM_TAKE, type: M, frame: 65 })).toEqual([]);
    expect(replay.state(65)).toBe(KIND_MOVABLE);
    expect(replay.lists()).toEqual(['1 1: 66', '2 1: 68']);
  });

  it('that was not the kernel’s goes back, and the kernel’s is cut out', () => {
    const replay = parked([]);
    expect(replay.logOf({ op: PROGRAM_TAKE, type: M, frame: 70 })).toEqual([
      [LOG_MISMATCH, 0, 64, RESYNC_SPLIT],
    ]);
    expect(replay.state(70)).toBe(KIND_MOVABLE);
    expect(replay.lists()).toEqual(['0 1: 71', '1 1: 68', '2 1: 64']);
  });

  it('of the HIGHATOMIC reserve comes from no other list', () => {
    const replay = new Replayed(
      makeState(
        [M, HIGHATOMIC],
        [
          [2, M, [0]],
          [3, HIGHATOMIC, [512]],
        ],
      ),
    );
    const take = { op: PROGRAM_TAKE, order: 2, type: HIGHATOMIC, frame: 512 };
    expect(replay.logOf(take)).toEqual([]);
    expect(replay.lists()).toEqual(['2 1: 0', '2 3: 516']);
  });
});

describe('a free', () => {
  it('puts the block on the list of its pageblock, or with FREE_DIRECT into the zone', () => {
    const replay = parked([8], []);
    expect(replay.logOf({ op: PROGRAM_FREE, frame: 20 }, { op: PROGRAM_FREE, frame: 700 })).toEqual(
      [],
    );
    expect(replay.parked(MOVABLE_LIST)).toEqual([20, 8]);
    expect(replay.parked(UNMOVABLE_LIST)).toEqual([700]);
    replay.logOf({ op: PROGRAM_FREE, frame: 30, operand: FREE_DIRECT });
    expect(replay.lists()).toContain('0 1: 30');
  });

  it('of what is free already counts as a wrong prediction of the frame itself', () => {
    const replay = parked([8]);
    expect(replay.logOf({ op: PROGRAM_FREE, frame: 8 })).toEqual([
      [LOG_MISMATCH, 0, 8, RESYNC_PCP],
    ]);
    expect(replay.logOf({ op: PROGRAM_FREE, frame: 64, order: 3 })).toEqual([
      [LOG_MISMATCH, 0, 64, RESYNC_BUDDY],
    ]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([8]);
  });
});

const drain = (frame: number, operand: number): Op => ({ op: PROGRAM_DRAIN, frame, operand });

describe('a drain', () => {
  it('takes tails: from the list freed to last, from list 0, or where the last one was', () => {
    const replay = parked([8, 10, 12], [600, 602]);
    expect(replay.logOf({ op: PROGRAM_FREE, frame: 20 }, drain(12, DRAIN_FROM_FREED))).toEqual([
      [LOG_DRAIN, 1, 12, 0],
    ]);
    replay.logOf(drain(10, DRAIN_CONTINUE));
    replay.logOf(drain(602, DRAIN_FROM_ZERO), drain(600, DRAIN_CONTINUE));
    expect(replay.log().map(([kind, , frame]) => [kind, frame])).toEqual([
      [LOG_DRAIN, 602],
      [LOG_DRAIN, 600],
    ]);
    // list 0 is empty: on to the next
    expect(replay.logOf(drain(8, DRAIN_CONTINUE))).toEqual([[LOG_DRAIN, 0, 8, 0]]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([20]);
    expect(replay.lists()).toEqual(['0 0: 600 602', '0 1: 8 10 12', '3 1: 64']);
  });

  it('of another list than predicted empties the lists up to that one', () => {
    const replay = parked([8, 10], [600, 602]);
    expect(replay.logOf(drain(10, DRAIN_FROM_ZERO))).toEqual([
      [LOG_DRAIN, 0, 602, 0],
      [LOG_DRAIN, 0, 600, 0],
      [LOG_MISMATCH, 0, 602, RESYNC_PCP],
    ]);
    expect(replay.parked(UNMOVABLE_LIST)).toEqual([]);
    expect(replay.logOf(drain(8, DRAIN_CONTINUE))).toEqual([[LOG_DRAIN, 0, 8, 0]]);
  });

  it('of another page of the list predicted twice puts the predicted one at the head', () => {
    const replay = parked([8, 10, 12, 14]);
    expect(replay.logOf(drain(10, DRAIN_FROM_ZERO))).toEqual([[LOG_MISMATCH, 0, 14, RESYNC_PCP]]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([8, 12, 14]);
    expect(replay.logOf(drain(12, DRAIN_FROM_ZERO))).toEqual([[LOG_MISMATCH, 0, 14, RESYNC_PCP]]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([14, 8]);
  });

  it('of all empties every list', () => {
    const replay = parked([8, 10], [600]);
    expect(replay.logOf({ op: PROGRAM_DRAIN_ALL })).toHaveLength(3);
    expect(replay.pcp().count).toBe(0);
  });
});

describe('many pages at once', () => {
  it('are popped from the highest zone that has enough', () => {
    const replay = parked([8, 10, 12]);
    expect(
      replay.logOf({ op: PROGRAM_BULK, type: M, frame: GFP_HIGHUSER_MOVABLE, operand: 2 }),
    ).toEqual([]);
    expect([8, 10].map((pfn) => replay.state(pfn))).toEqual([KIND_MOVABLE, KIND_MOVABLE]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([12]);
  });

  it('refill their list where the core decides by itself, and not where the trace does', () => {
    const replay = parked([8]);
    replay.logOf({ op: PROGRAM_BULK, type: M, frame: GFP_HIGHUSER_MOVABLE, operand: 3 });
    expect(replay.lists()).toEqual(['3 1: 64']);
    const bulk = { op: PROGRAM_REQUEST_BULK, frame: 3, operand: GFP_HIGHUSER_MOVABLE };
    expect(replay.logOf(bulk).map(([kind]) => kind)).toEqual(Array(7).fill(LOG_REFILL));
    expect(replay.parked(MOVABLE_LIST)).toEqual([67, 68, 69, 70]);
  });
});

/** Where a second zone begins. */
const START = 8 * 512;
const BELOW_HIGH = 4;

const asked = (frame: number): Op => ({
  op: PROGRAM_REQUEST,
  frame,
  operand: GFP_HIGHUSER_MOVABLE,
});

describe('a request that the core serves by itself', () => {
  it('predicts the frame, and logs what it refilled', () => {
    const replay = parked([8]);
    expect(replay.logOf(asked(8))).toEqual([]);
    const log = replay.logOf(asked(64));
    expect(log).toHaveLength(7);
    expect(log[0]).toEqual([LOG_REFILL, 0, 64, 0]);
    expect(replay.logOf(asked(66))).toEqual([[LOG_MISMATCH, 0, 65, RESYNC_PCP]]);
  });

  it('that fails predicts no frame', () => {
    const replay = new Replayed(makeState([M], []));
    const request = { op: PROGRAM_REQUEST, frame: 5, operand: GFP_KERNEL };
    expect(replay.logOf(request)).toEqual([[LOG_MISMATCH, 0, 0xffffffff, RESYNC_IN_USE]]);
    expect(replay.state(5)).toBe(KIND_UNMOVABLE);
  });

  it('goes on at the min mark when it was refused before; a new one goes to a zone that is above its low mark', () => {
    const [lower] = makeState([M], [[6, M, [64]]]).zones;
    const [upper] = makeState([M], [[6, M, [START + 64]]]).zones;
    if (lower === undefined || upper === undefined) throw new Error('no zones');
    const marks = { startPfn: START, index: 2, name: 'Normal', min: 32, low: 100, high: 200 };
    const state = { label: '', zones: [lower, { ...upper, ...marks }] };
    const served = (...ops: Op[]): unknown =>
      new Replayed(state).logOf(...ops).filter(([kind]) => kind === LOG_MISMATCH);
    expect(served(asked(64))).toEqual([]);
    expect(served({ op: PROGRAM_AGAIN }, asked(START + 64))).toEqual([]);
    expect(served({ op: PROGRAM_AGAIN }, asked(START + 64), asked(64))).toEqual([]);
  });

  it('that came to nothing leaves its zones flagged as below their high mark', () => {
    const state = makeState([M, U], [[3, M, [64]]]);
    const replay = new Replayed({
      ...state,
      zones: state.zones.map((zone) => ({ ...zone, min: 2, low: 3, high: 8 })),
    });
    expect(replay.zone().flags & BELOW_HIGH).toBe(0);
    replay.logOf({ op: PROGRAM_REFUSED, operand: GFP_HIGHUSER_MOVABLE });
    expect(replay.zone().flags & BELOW_HIGH).toBe(BELOW_HIGH);
  });

  it('is undone by a release, which goes the way of any free', () => {
    const replay = parked([]);
    expect(replay.logOf({ op: PROGRAM_RELEASE, frame: 40 })).toEqual([]);
    expect(replay.state(40)).toBe(KIND_PCP);
    expect(replay.logOf({ op: PROGRAM_RELEASE, frame: 40 })).toEqual([
      [LOG_MISMATCH, 0, 40, RESYNC_PCP],
    ]);
  });
});

it('kswapd takes away the boost that it saw when its run began', () => {
  const state = makeState([M, U], [[3, M, [64]]]);
  const zones = state.zones.map((zone) => ({ ...zone, boost: 512 }));
  const replay = new Replayed({ ...state, zones });
  replay.logOf({ op: PROGRAM_RECLAIM, operand: 1 });
  expect(replay.zone().boost).toBe(512);
  replay.logOf({ op: PROGRAM_RECLAIM, operand: 0 });
  expect(replay.zone().boost).toBe(0);
});

/** Pages that a drain of all lists takes from those of DMA32. */
function drained(operand: number, zone = 1): number {
  const replay = parked([8, 10]);
  replay.logOf({ op: PROGRAM_DRAIN_ALL, operand, zone });
  return 2 - replay.pcp().count;
}

it('a drain of all lists is of one CPU, of one zone, or of all', () => {
  expect([DRAIN_ALL_ZONES, DRAIN_ZONE, DRAIN_CPU_ZONE].map((which) => drained(which))).toEqual([
    2, 2, 2,
  ]);
  expect([DRAIN_ALL_ZONES, DRAIN_ZONE, DRAIN_CPU_ZONE].map((which) => drained(which, 0))).toEqual([
    2, 0, 0,
  ]);
});

it('kswapd’s turn is marked in all zones up to one', () => {
  const replay = parked([]);
  replay.logOf({ op: PROGRAM_RECLAIM, operand: 1 });
  expect(replay.zone().flags & 2).toBe(2);
  replay.logOf({ op: PROGRAM_RECLAIM, operand: 0 });
  expect(replay.zone().flags & 2).toBe(0);
});

it('a task that is being killed for want of memory gets half of what the min mark keeps, unless its mask forbids', () => {
  const state = withZone(makeState([M, M, M, M], [[7, M, [0]]]), { min: 200, low: 250, high: 300 });
  const served = (ops: readonly Op[]): boolean =>
    new Replayed(state).logOf(...ops).every(([kind]) => kind !== LOG_MISMATCH);
  const request = { op: PROGRAM_REQUEST, frame: 0, operand: GFP_HIGHUSER_MOVABLE };
  expect(served([request])).toBe(false);
  expect(served([{ op: PROGRAM_VICTIM }, request])).toBe(true);
  const proud = { ...request, operand: GFP_HIGHUSER_MOVABLE | GFP_NOMEMALLOC };
  expect(served([{ op: PROGRAM_VICTIM }, proud])).toBe(false);
});
