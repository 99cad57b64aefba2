// Memory that comes and goes while a recording runs: when and which frames the trace says.

import { describe, expect, it } from 'vitest';
import {
  PROGRAM_CLAIM_RANGE,
  PROGRAM_ISOLATE,
  PROGRAM_OFFLINE,
  PROGRAM_ONLINE,
  PROGRAM_RAISE,
  PROGRAM_RETUNE,
  PROGRAM_UNISOLATE,
  STATUS_BAD_ARGUMENT,
  ZONE_MOVABLE,
} from '../../../../src/core/index.ts';
import { M, U, makeState, withZone } from '../../../model/fixture.ts';
import { Replayed } from '../../../support/program.ts';

const PLUG = 0x2000;
const FRAMES = 0x4000;
const ISOLATE = 4;

const replayOf = (): Replayed =>
  new Replayed(
    makeState(
      [M, M, M, U],
      [
        [10, M, [0]],
        [3, M, [1024]],
      ],
    ),
    FRAMES,
  );

const online = (frame: number) => ({
  op: PROGRAM_ONLINE,
  frame,
  order: 10,
  zone: ZONE_MOVABLE,
});

describe('memory that comes', () => {
  it('makes its zone appear, in MOVABLE pageblocks, at the tails of the lists', () => {
    const replay = replayOf();
    expect(replay.logOf(online(PLUG), online(PLUG + 1024))).toEqual([]);
    const zone = replay.zone(ZONE_MOVABLE);
    expect([zone.startPfn, zone.spanned, zone.present, zone.managed]).toEqual([
      PLUG,
      2048,
      2048,
      2048,
    ]);
    expect([...zone.blocks]).toEqual([M, M, M, M]);
    expect([...(zone.free[10 * 5 + M] ?? [])]).toEqual([PLUG, PLUG + 1024]);
    // user memory prefers it from now on
    expect(replay.core.pages.alloc(0x100cca, 0, 0)).toBe(PLUG);
  });

  it('grows the marks only when onlining is over', () => {
    const replay = new Replayed(withZone(makeState([M], [[10, M, [0]]]), { min: 7 }), FRAMES);
    replay.logOf({ op: PROGRAM_ONLINE, frame: PLUG, order: 10 });
    expect(replay.zone().min).toBe(7);
    replay.logOf({ op: PROGRAM_RETUNE });
    expect(replay.zone().min).toBeGreaterThan(7);
  });
});

it('khugepaged raises the marks and the sizes of per-cpu lists, but no reserve', () => {
  const reserve = [0, 0, 182, 182, 182];
  const replay = new Replayed(
    withZone(makeState([M, M, M, M], [[10, M, [0]]]), { min: 7, reserve }),
  );
  replay.logOf({ op: PROGRAM_RAISE });
  const { min, low, managed, pcps, reserve: kept } = replay.zone();
  expect(min).toBe(Math.floor(managed / 20));
  expect(pcps[0]?.highMin).toBe(low);
  expect(kept).toEqual(reserve);
});

describe('memory that comes where a misread trace has it already', () => {
  it('as a part of a pageblock stays of its type and zone', () => {
    const replay = replayOf();
    replay.logOf(
      { op: PROGRAM_ISOLATE, frame: 1024, operand: 512 },
      { op: PROGRAM_ONLINE, frame: 1040, zone: ZONE_MOVABLE },
    );
    expect(replay.lists()).toEqual(['0 4: 1040', '3 4: 1024', '10 1: 0']);
    expect(replay.zone().blocks[2]).toBe(ISOLATE);
  });

  it('leaves the lists that it was on', () => {
    const replay = replayOf();
    replay.logOf({ op: PROGRAM_ISOLATE, frame: 1024, operand: 512 });
    replay.logOf({ op: PROGRAM_ONLINE, frame: 1024, order: 9 });
    expect(replay.lists()).toEqual(['9 1: 1024', '10 1: 0']);
  });
});

describe('memory that goes', () => {
  it('is isolated with what is free in it, claimed, and no longer managed', () => {
    const replay = replayOf();
    const range = { frame: 0, operand: 1024 };
    replay.logOf({ op: PROGRAM_ISOLATE, ...range });
    expect([...replay.zone().blocks.subarray(0, 3)]).toEqual([ISOLATE, ISOLATE, M]);
    expect(replay.lists()).toEqual(['3 1: 1024', '9 4: 0 512']);
    replay.logOf({ op: PROGRAM_CLAIM_RANGE, ...range });
    expect(replay.lists()).toEqual(['3 1: 1024']);
    const { managed, present } = replay.zone();
    replay.logOf({ op: PROGRAM_OFFLINE, ...range });
    expect(replay.zone().managed).toBe(managed - 1024);
    expect(replay.zone().present).toBe(present);
  });

  it('for good is not present either, and the span shrinks at its edge', () => {
    const replay = replayOf();
    replay.logOf({ op: PROGRAM_OFFLINE, type: 1, frame: 3072, operand: 1024 });
    const zone = replay.zone();
    expect([zone.present, zone.spanned]).toEqual([3072, 3072]);
  });

  it('comes back as the type that is said, merged again', () => {
    const replay = replayOf();
    const range = { frame: 0, operand: 1024 };
    replay.logOf({ op: PROGRAM_ISOLATE, ...range }, { op: PROGRAM_UNISOLATE, type: U, ...range });
    expect([...replay.zone().blocks.subarray(0, 2)]).toEqual([U, U]);
    expect(replay.lists()).toEqual(['3 1: 1024', '10 0: 0']);
  });

  it('in part of a free block leaves the rest of it free', () => {
    const replay = replayOf();
    replay.logOf({ op: PROGRAM_CLAIM_RANGE, frame: 256, operand: 256 });
    expect(replay.lists()).toEqual(['3 1: 1024', '8 1: 0', '9 1: 512']);
  });
});

it.each([
  [PROGRAM_ONLINE, { frame: FRAMES - 512, order: 10 }],
  [PROGRAM_OFFLINE, { frame: FRAMES - 512, operand: 513 }],
  [PROGRAM_ISOLATE, { frame: FRAMES - 512, operand: 1024 }],
  [PROGRAM_CLAIM_RANGE, { frame: 512, operand: FRAMES }],
  [PROGRAM_UNISOLATE, { frame: FRAMES - 512, operand: 1024 }],
  [PROGRAM_ISOLATE, { frame: PLUG, operand: 512 }],
  [PROGRAM_CLAIM_RANGE, { frame: 1536, operand: 4096 }],
  [PROGRAM_UNISOLATE, { frame: 0, operand: 512, type: 9 }],
])('operation %i does not reach outside a zone', (op, where) => {
  expect(replayOf().run([{ op, ...where }])).toBe(STATUS_BAD_ARGUMENT);
});
