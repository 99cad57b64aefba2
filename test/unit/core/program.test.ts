// Commands of a recording and the log behind them, in one buffer.

import { describe, expect, it } from 'vitest';
import {
  COMMAND_SLOTS,
  KIND_MOVABLE,
  LOG_MISMATCH,
  PROGRAM_DRAIN_ALL,
  PROGRAM_POP,
  PROGRAM_TAKE,
  RESYNC_SPLIT,
  STATUS_TABLE_FULL,
} from '../../../src/core/index.ts';
import { M, makeState } from '../../model/fixture.ts';
import { stateAt } from '../../support/core.ts';
import { Replayed } from '../../support/program.ts';

const replayed = (): Replayed => new Replayed(makeState([M], [[5, M, [32]]]));
const head = (op: number): number => op | (M << 12) | (1 << 16);

const wrong = (frame: number): number[] => [head(PROGRAM_POP), frame, 0, 0];

describe('Program', () => {
  it('has the log of as many commands as were run last', () => {
    const { core } = replayed();
    expect(core.program.run(Uint32Array.of(...wrong(40), ...wrong(44)), 7)).toBe(2);
    expect([...core.program.log()]).toEqual([
      LOG_MISMATCH | (7 << 2),
      0xffff_ffff,
      RESYNC_SPLIT,
      LOG_MISMATCH | (8 << 2),
      0xffff_ffff,
      RESYNC_SPLIT,
    ]);
    expect(core.program.run(Uint32Array.of(...wrong(50)), 0)).toBe(1);
    expect(core.program.log()).toHaveLength(3);
    expect(core.program.run(new Uint32Array(0), 0)).toBe(0);
    expect(core.program.log()).toHaveLength(0);
  });

  it('takes words of 32 bits and nothing else', () => {
    const { core } = replayed();
    const run = (): number => core.program.run(undefined as never, 0);
    expect(run).toThrow('commands: expected a Uint32Array, found undefined');
  });

  it('takes whole commands, and as many as its buffer holds', () => {
    const { program } = replayed().core;
    const run = (words: number): number => program.run(new Uint32Array(words), 0);
    expect(() => run(3)).toThrow('commands: expected a multiple of 4, found 3');
    expect(() => run(2 ** 24)).toThrow('commands: expected a whole number of 0 to ');
  });

  it.each([Symbol('x'), 5n, -1, 0.5])('refuses %s for a word of a command', (word) => {
    const { program } = replayed().core;
    const given = word as never;
    expect(() => program.runOne(given, 0, 0)).toThrow('runOne: head: expected a whole number of 0');
    expect(() => program.runOne(0, given, 0)).toThrow('runOne: frame: ');
    expect(() => program.runOne(0, 0, given)).toThrow('runOne: operand: ');
    expect(() => program.run(new Uint32Array(0), given)).toThrow('run: number: ');
  });

  it('carries out one command by its words', () => {
    const { core } = replayed();
    expect(core.program.runOne(head(PROGRAM_TAKE), 32, 0)).toBe(1);
    expect(stateAt(core, 32)).toBe(KIND_MOVABLE);
    expect(core.program.runOne(head(PROGRAM_DRAIN_ALL), 0, 0)).toBe(1);
    expect(core.program.runOne(head(77), 0, 0)).toBeLessThan(0);
  });

  it('answers with a status where the buffer has no room for the log of one command', () => {
    const state = makeState([M], [[5, M, [32]]]);
    const small = new Replayed(state, 0, 64).core;
    expect(small.program.runOne(head(PROGRAM_TAKE), 32, 0)).toBe(STATUS_TABLE_FULL);
    const enough = new Replayed(state, 0, COMMAND_SLOTS).core;
    expect(enough.program.runOne(head(PROGRAM_TAKE), 32, 0)).toBe(1);
  });
});
