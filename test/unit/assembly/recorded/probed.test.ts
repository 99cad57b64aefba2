// Blocks that leave their lists because the second trace says so: for a while, or as places that compaction found.

import { describe, expect, it } from 'vitest';
import {
  KIND_FREE,
  KIND_ISOLATED,
  LOG_MISMATCH,
  LOG_PLACE,
  PROGRAM_PUT_BACK,
  PROGRAM_SCAN_BATCH,
  PROGRAM_SCAN_BEGIN,
  PROGRAM_SCAN_HOLD,
  PROGRAM_SCAN_LEAVE,
  PROGRAM_SCAN_SEARCH,
  PROGRAM_SCAN_SETTLE,
  PROGRAM_TAKE_FREE,
  RESYNC_BUDDY,
} from '../../../../src/core/index.ts';
import { M, makeState } from '../../../model/fixture.ts';
import { Replayed } from '../../../support/program.ts';

const ALL_M = Array.from({ length: 8 }, () => M);
const TARGET = 7 * 512;

describe('a block that leaves its list for a while', () => {
  it('comes back to the tail', () => {
    const replay = new Replayed(makeState(ALL_M, [[2, M, [8, 24, 40]]]));
    const block = { frame: 8, order: 2 };
    expect(replay.logOf({ op: PROGRAM_TAKE_FREE, ...block })).toEqual([]);
    expect([replay.state(8), replay.lists()]).toEqual([KIND_ISOLATED | 2, ['2 1: 24 40']]);
    expect(replay.logOf({ op: PROGRAM_PUT_BACK, ...block })).toEqual([]);
    expect(replay.lists()).toEqual(['2 1: 24 40 8']);
  });

  it('comes back though it never left: a wrong frame, and on its list once', () => {
    const replay = new Replayed(makeState(ALL_M, [[2, M, [8, 24, 40]]]));
    const log = replay.logOf({ op: PROGRAM_PUT_BACK, frame: 24, order: 2 });
    expect(log).toEqual([[LOG_MISMATCH, 0, 24, RESYNC_BUDDY]]);
    expect(replay.lists()).toEqual(['2 1: 8 40 24']);
  });

  it('is not one that compaction holds', () => {
    const replay = new Replayed(makeState(ALL_M, [[2, M, [8, 24, 40]]]));
    expect(
      replay.logOf(
        { op: PROGRAM_TAKE_FREE, frame: 24, order: 2 },
        { op: PROGRAM_SCAN_BEGIN, frame: TARGET, operand: 0 },
        { op: PROGRAM_SCAN_LEAVE, frame: 24, order: 2 },
        { op: PROGRAM_SCAN_HOLD, frame: 24, order: 2 },
      ),
    ).toEqual([[LOG_PLACE, 3, 24, 0]]);
    expect([replay.lists(), replay.state(24)]).toEqual([['2 1: 8 40'], KIND_ISOLATED | 2]);
    expect(replay.logOf({ op: PROGRAM_SCAN_LEAVE, frame: 24, order: 2 })).toEqual([]);
    expect(replay.state(24)).not.toBe(KIND_ISOLATED | 2);
  });

  it('is refused where the zone has no memory', () => {
    const replay = new Replayed(makeState(ALL_M, []), 20 * 512);
    const outside = { frame: 16 * 512, order: 2 };
    expect(replay.run([{ op: PROGRAM_TAKE_FREE, ...outside }])).toBeLessThan(0);
    expect(replay.run([{ op: PROGRAM_PUT_BACK, ...outside }])).toBeLessThan(0);
  });

  it('that is not free is a wrong frame', () => {
    const replay = new Replayed(makeState(ALL_M, [[2, M, [8]]]));
    const log = replay.logOf({ op: PROGRAM_TAKE_FREE, frame: 16, order: 2 });
    expect(log.map(([kind]) => kind)).toEqual([LOG_MISMATCH]);
  });
});

/** A run from edge to edge that has a page to move; free frames lie in the highest pageblock and elsewhere. */
function sought(): Replayed {
  const replay = new Replayed(
    makeState(ALL_M, [
      [0, M, [TARGET + 6, 600]],
      [3, M, [TARGET + 64, 1024]],
    ]),
  );
  replay.logOf(
    { op: PROGRAM_SCAN_BEGIN, frame: TARGET, operand: 0 },
    { op: PROGRAM_SCAN_BATCH, frame: 8, operand: 1 },
    { op: PROGRAM_SCAN_SEARCH },
  );
  return replay;
}

describe('a search for places', () => {
  it('that finds what the kernel found says nothing', () => {
    const replay = sought();
    expect(replay.state(TARGET + 6)).toBe(KIND_ISOLATED);
    expect(
      replay.logOf(
        { op: PROGRAM_SCAN_HOLD, frame: TARGET + 6 },
        { op: PROGRAM_SCAN_SETTLE, operand: 1 },
      ),
    ).toEqual([]);
    expect(replay.state(TARGET + 6)).toBe(KIND_ISOLATED);
  });

  it('that finds another block logs the kernel’s, holds it, and gives its own back', () => {
    const replay = sought();
    expect(
      replay.logOf(
        { op: PROGRAM_SCAN_HOLD, frame: TARGET + 64, order: 3 },
        { op: PROGRAM_SCAN_SETTLE },
        { op: PROGRAM_SCAN_SETTLE, order: 3, operand: 1 },
      ),
    ).toEqual([[LOG_PLACE, 0, TARGET + 64, 0]]);
    expect([replay.state(TARGET + 6), replay.state(TARGET + 64)]).toEqual([
      KIND_FREE,
      KIND_ISOLATED | 3,
    ]);
  });

  it('is not made while a place is held', () => {
    const replay = sought();
    replay.logOf({ op: PROGRAM_SCAN_SEARCH });
    expect(replay.state(600)).toBe(KIND_FREE);
  });
});
