// Compaction as a recording shows it: the scanners are those of a live guest, the trace says how far they came.

import { describe, expect, it } from 'vitest';
import {
  KIND_ISOLATED,
  KIND_MOVABLE,
  LOG_MISMATCH,
  PROGRAM_CAPTURE,
  PROGRAM_FREE,
  PROGRAM_POP,
  PROGRAM_SCAN_BATCH,
  PROGRAM_SCAN_BEGIN,
  PROGRAM_SCAN_END,
  PROGRAM_SCAN_LEAVE,
  PROGRAM_SCAN_RETURN,
  PROGRAM_SCAN_TAKE,
  RESYNC_IN_USE,
} from '../../../../src/core/index.ts';
import { FREE_DIRECT, SCAN_BLOCK_DONE } from '../../../../src/abi/program.ts';
import { M, makeState } from '../../../model/fixture.ts';
import { Replayed } from '../../../support/program.ts';

const ALL_M = Array.from({ length: 8 }, () => M);
const TARGET = 7 * 512;

/** The lists after a run whose free scanner ends at `target`; its migrate scanner has come to 1536. */
function listsAfter(target: number): string[] {
  const replay = new Replayed(makeState(ALL_M, [[3, M, [8, 24, 40]]]));
  replay.logOf(
    { op: PROGRAM_SCAN_BEGIN, order: 9, frame: TARGET, operand: 1025 },
    { op: PROGRAM_SCAN_BATCH, frame: 1030, operand: SCAN_BLOCK_DONE | 3 },
    { op: PROGRAM_SCAN_END, frame: target, operand: 1 },
  );
  return replay.lists();
}

/** A run from edge to edge that has taken three pages from the lowest pageblock; free frames lie in the highest. */
function begun(): Replayed {
  const replay = new Replayed(
    makeState(ALL_M, [
      [0, M, [TARGET + 6, TARGET + 100]],
      [2, M, [TARGET + 16]],
    ]),
  );
  replay.logOf(
    { op: PROGRAM_SCAN_BEGIN, frame: TARGET, operand: 0 },
    { op: PROGRAM_SCAN_BATCH, frame: 64, operand: 3 },
  );
  return replay;
}

const take = (frames: number) => ({ op: PROGRAM_SCAN_TAKE, operand: frames });

/** What a run logs whose second page has this place. */
const placed = (frame: number) =>
  begun()
    .logOf(take(1), { ...take(2), frame })
    .map(([kind, , place]) => [kind, place]);

const leave = (frame: number, order: number) => ({ op: PROGRAM_SCAN_LEAVE, frame, order });

describe('a run', () => {
  it('takes free blocks whole, as many as the batch needs, and leaves the rest free', () => {
    const replay = begun();
    expect(replay.logOf(take(2))).toEqual([]);
    // one page and a block of four hold the batch of three: the page behind them stays
    expect(replay.lists()).toEqual([`0 1: ${TARGET + 100}`]);
    const states = [6, 16, 17, 18].map((at) => replay.state(TARGET + at));
    expect(states).toEqual([KIND_MOVABLE, KIND_MOVABLE, KIND_ISOLATED, KIND_ISOLATED | 1]);
  });

  it('predicts a place that probes show', () => {
    expect(placed(TARGET + 16)).toEqual([]);
    expect(placed(TARGET + 100)).toEqual([[LOG_MISMATCH, TARGET + 16]]);
  });

  it('takes no more than was asked for', () => {
    const replay = begun();
    replay.logOf(take(1));
    expect(replay.state(TARGET + 16)).toBe(KIND_ISOLATED | 2);
    replay.logOf(take(1));
    expect(replay.state(TARGET + 16)).toBe(KIND_ISOLATED | 2);
  });

  it('gets a place back from a move that failed, and hands it out next', () => {
    const replay = begun();
    replay.logOf(take(2));
    const place = { frame: TARGET + 6 };
    expect(replay.logOf({ op: PROGRAM_SCAN_RETURN, ...place })).toEqual([]);
    expect(replay.state(TARGET + 6)).toBe(KIND_ISOLATED);
    replay.logOf(take(2));
    expect(replay.state(TARGET + 6)).toBe(KIND_MOVABLE);
  });

  it('hands places out until the one that came back has been one', () => {
    const replay = begun();
    expect(replay.logOf({ op: PROGRAM_SCAN_RETURN, frame: TARGET + 16 })).toEqual([]);
    expect(replay.state(TARGET + 6)).toBe(KIND_MOVABLE);
    expect(replay.state(TARGET + 16)).toBe(KIND_ISOLATED);
  });

  it('that would not have taken a place takes it now, which is wrong', () => {
    const replay = begun();
    const log = replay.logOf({ op: PROGRAM_SCAN_RETURN, frame: TARGET + 100 });
    expect(log.map(([kind]) => kind)).toEqual([LOG_MISMATCH]);
    expect(replay.state(TARGET + 100)).toBe(KIND_ISOLATED);
  });

  it('releases what it holds, the lowest order first', () => {
    const replay = begun();
    replay.logOf(take(2));
    expect(replay.logOf(leave(TARGET + 18, 1))).toEqual([
      [LOG_MISMATCH, 0, TARGET + 17, RESYNC_IN_USE],
    ]);
    expect(replay.logOf(leave(TARGET + 17, 0))).toEqual([]);
    // what it does not hold is any block
    expect(replay.logOf(leave(TARGET + 300, 0))).toEqual([]);
  });

  it('that ends has what it still holds in use', () => {
    const replay = begun();
    replay.logOf(take(2), { op: PROGRAM_SCAN_END, frame: TARGET });
    expect(replay.state(TARGET + 17)).toBe(KIND_MOVABLE);
    expect(replay.state(TARGET + 18)).toBe(KIND_MOVABLE | 1);
  });

  it('that ends because its scanners have met looks for no more pages to move', () => {
    expect(listsAfter(1536)).toEqual(['3 1: 8 24 40']);
    expect(listsAfter(2048)).toEqual(['3 1: 24 40 8']);
  });

  it('loses a block that turns up elsewhere', () => {
    const replay = begun();
    replay.logOf(take(2));
    expect(replay.logOf({ op: PROGRAM_POP, type: M, frame: TARGET + 19 })).toHaveLength(1);
    // its half of two is in use; the single page is still held
    expect(replay.state(TARGET + 17)).toBe(KIND_ISOLATED);
    replay.logOf({ op: PROGRAM_SCAN_LEAVE, frame: TARGET + 17 });
    expect(replay.state(TARGET + 17)).toBe(KIND_MOVABLE);
  });
});

const free = (frame: number) => ({ op: PROGRAM_FREE, frame, operand: FREE_DIRECT });

const capture = (frame: number) => ({ op: PROGRAM_CAPTURE, order: 2, frame, operand: 1 });

describe('a captured block', () => {
  it('is the one that the last free made whole, and reaches no list', () => {
    const replay = new Replayed(
      makeState(
        [M],
        [
          [1, M, [8]],
          [0, M, [10]],
        ],
      ),
    );
    expect(replay.logOf(free(11), capture(8))).toEqual([]);
    expect(replay.lists()).toEqual([]);
    expect(replay.state(8)).toBe(KIND_MOVABLE | 2);
  });

  it('around another place is a wrong prediction', () => {
    const replay = new Replayed(
      makeState(
        [M],
        [
          [1, M, [8]],
          [0, M, [10]],
          [2, M, [32]],
        ],
      ),
    );
    expect(replay.logOf(free(11), capture(32)).map(([kind, , frame]) => [kind, frame])).toEqual([
      [LOG_MISMATCH, 8],
    ]);
  });
});
