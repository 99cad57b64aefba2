// What a command of a recording may name.

import { describe, expect, it } from 'vitest';
import {
  KIND_MOVABLE,
  PROGRAM_FREE,
  PROGRAM_POP,
  PROGRAM_SCAN_BEGIN,
  PROGRAM_TAKE,
  STATUS_BAD_ARGUMENT,
} from '../../../../src/core/index.ts';
import { parked, pop } from '../../../support/program.ts';

describe('a program', () => {
  it.each([
    ['no operation', { op: 99 }],
    ['a frame outside memory', { op: PROGRAM_POP, frame: 0x7fffffff }],
    ['a zone of no kernel', { op: PROGRAM_POP, zone: 4 }],
    ['a CPU that is not there', { op: PROGRAM_POP, cpu: 9 }],
    ['a block that is not at its order', { op: PROGRAM_POP, frame: 10, order: 2 }],
    ['an order of no block', { op: PROGRAM_TAKE, frame: 0, order: 11 }],
    ['a type of no per-cpu list', { op: PROGRAM_POP, frame: 10, type: 3 }],
    ['a type that no request has', { op: PROGRAM_TAKE, frame: 10, type: 4 }],
    ['a scanner outside memory', { op: PROGRAM_SCAN_BEGIN, operand: 0xffff_fe00 }],
  ])('with %s is done up to that command, and refused there', (_, bad) => {
    const replay = parked([8, 10]);
    expect(replay.run([pop(8), bad])).toBe(1);
    expect(replay.state(8)).toBe(KIND_MOVABLE);
    expect(replay.run([bad])).toBe(STATUS_BAD_ARGUMENT);
  });

  it('that names another zone than a block’s is about the block’s own', () => {
    const replay = parked([8, 10]);
    expect(replay.logOf({ op: PROGRAM_FREE, frame: 40, zone: 0 })).toEqual([]);
    expect(replay.parked(1)).toEqual([40, 8, 10]);
  });
});
