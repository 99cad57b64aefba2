// What a replay remembers between commands: runs of compaction in their slots, notes by CPU and zone, the length of its log.

import { describe, expect, it } from 'vitest';
import {
  DRAIN_FROM_FREED,
  KIND_ISOLATED,
  KIND_MOVABLE,
  LOG_RECORD_BYTES,
  PROGRAM_DRAIN,
  PROGRAM_FREE,
  PROGRAM_POP,
  PROGRAM_SCAN_BATCH,
  PROGRAM_SCAN_BEGIN,
  PROGRAM_SCAN_END,
  PROGRAM_SCAN_TAKE,
  SCAN_SLOTS,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { M, U, makeState } from '../../../model/fixture.ts';
import { Replayed } from '../../../support/program.ts';

const ALL_M = Array.from({ length: 8 }, () => M);

describe('runs in different slots', () => {
  it('hold their own blocks', () => {
    // a block of two for each run, in a pageblock of its own
    const heads = Array.from({ length: SCAN_SLOTS }, (_, slot) => (7 - slot) * 512 + 32);
    // and one more: a zone does not spare its last
    const replay = new Replayed(
      makeState(ALL_M, [
        [1, M, heads],
        [3, M, [600]],
      ]),
    );
    for (let slot = 0; slot < SCAN_SLOTS; slot += 1) {
      replay.logOf(
        { op: PROGRAM_SCAN_BEGIN, type: slot, frame: (7 - slot) * 512, operand: 0 },
        { op: PROGRAM_SCAN_BATCH, type: slot, frame: 8, operand: 1 },
        { op: PROGRAM_SCAN_TAKE, type: slot, operand: 1 },
      );
    }
    expect(replay.lists()).toEqual(['3 1: 600']);
    expect(heads.map((pfn) => replay.state(pfn + 1))).toEqual(heads.map(() => KIND_ISOLATED));
    replay.logOf({ op: PROGRAM_SCAN_END, type: 2 });
    const after = heads.map((pfn) => replay.state(pfn + 1));
    expect(after).toEqual(heads.map((_, slot) => (slot === 2 ? KIND_MOVABLE : KIND_ISOLATED)));
  });
});

const drain = (frame: number, cpu: number) => ({
  op: PROGRAM_DRAIN,
  frame,
  cpu,
  operand: DRAIN_FROM_FREED,
});

describe('the list of the last free', () => {
  it('is remembered by CPU', () => {
    const state = makeState([M, U], []);
    const zones = state.zones.map((zone) => ({ ...zone, pcps: [...zone.pcps, ...zone.pcps] }));
    const replay = new Replayed({ ...state, zones });
    replay.logOf(
      { op: PROGRAM_FREE, frame: 8, cpu: 0 },
      { op: PROGRAM_FREE, frame: 600, cpu: 0 },
      { op: PROGRAM_FREE, frame: 604, cpu: 1 },
      { op: PROGRAM_FREE, frame: 12, cpu: 1 },
    );
    // CPU 0 freed to the unmovable list last, CPU 1 to the movable one
    replay.logOf(drain(600, 0), drain(12, 1));
    expect([replay.parked(1, 0), replay.parked(0, 1)]).toEqual([[8], [604]]);
  });
});

it('the log’s length is that of the last run', () => {
  const replay = new Replayed(makeState([M], []));
  replay.run([4, 8].map((frame) => ({ op: PROGRAM_POP, type: M, frame })));
  expect(rawOf(replay.core).programLog()).toBe(2 * LOG_RECORD_BYTES);
  replay.run([]);
  expect(rawOf(replay.core).programLog()).toBe(0);
});
