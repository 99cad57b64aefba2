// Commands of a compiled recording (abi/program.ts), carried out by the core, and the log they
// leave.

import { expectMade, expectMultiple, expectWords } from '../check/index.ts';
import { BUFFER_SLOT_BYTES } from '../abi/layout.ts';
import { LOG_RECORD_BYTES, PROGRAM_COMMAND_BYTES, PROGRAM_COMMAND_WORDS } from '../abi/program.ts';
import { STATUS_TABLE_FULL } from '../abi/status.ts';
import type { Instance } from './instance.ts';

/** Buffer for one command at a time, and the log room that the core wants before it runs one. */
export const COMMAND_SLOTS: number =
  Math.ceil((LOG_RECORD_BYTES * 65_536) / BUFFER_SLOT_BYTES) + 1024;

const RUN = 'run number';
const RUN_ONE = 'runOne head frame operand';

export class Program {
  private readonly _instance: Instance;
  /** Words of the commands of the last run: its log lies behind them. */
  private _commandWords = 0;

  constructor(instance: Instance) {
    this._instance = instance;
  }

  /**
   * Carries out commands, the first of which has the number `number` in the log. Commands done:
   * fewer than given when the log is full.
   */
  run(commands: Uint32Array, number: number): number {
    const { length } = expectMade('commands', commands, Uint32Array);
    expectWords(RUN, number);
    const { program, raw } = this._instance;
    expectMultiple('commands', length, PROGRAM_COMMAND_WORDS, 0, program.length);
    program.set(commands);
    this._commandWords = length;
    const count = length / PROGRAM_COMMAND_WORDS;
    return raw.programRun(count, number, count * PROGRAM_COMMAND_BYTES, 1);
  }

  /** What the last run logged, LOG_RECORD_BYTES a record: a copy, as no view leaves this room. */
  log(): Uint32Array {
    const { program, raw } = this._instance;
    return program.slice(this._commandWords, this._commandWords + raw.programLog() / 4);
  }

  /** Carries out one command: 1, or a status; STATUS_TABLE_FULL: the buffer has no room for its log (COMMAND_SLOTS). */
  runOne(head: number, frame: number, operand: number): number {
    expectWords(RUN_ONE, head, frame, operand);
    const { program, raw } = this._instance;
    program[0] = head;
    program[1] = frame;
    program[2] = operand;
    return raw.programRun(1, 0, PROGRAM_COMMAND_BYTES, 0) || STATUS_TABLE_FULL;
  }
}
