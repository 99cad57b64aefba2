// How single events become commands, on made traces; what the commands do is the ports' business.

import { describe, expect, it } from 'vitest';
import { compileGuided } from '../../../../src/recording/program/guided.ts';
import type { Capture } from '../../../../src/recording/read/capture.ts';
import * as P from '../../../../src/recording/program/program.ts';
import {
  alloc,
  batched,
  briefly,
  bulkBegin,
  bulkEnd,
  compactBegin,
  compactEnd,
  drain,
  fallback,
  free,
  migrated,
  take,
  writtenCapture,
} from '../../../support/written.ts';

/** op, frame, operand of each command. */
function commandsOf(capture: Capture): number[][] {
  return briefly(compileGuided(capture).commands);
}

const events = (after: string): Capture =>
  writtenCapture([
    ['sh', '.....', free('1')],
    ['sh', '.....', free('2')],
    ['sh', '...2.', batched('1')],
    ['sh', '..s2.', free('3')],
    ['sh', '...2.', after],
  ]);

describe('the guided program', () => {
  it('frees a batched page at its batched event', () => {
    const capture = writtenCapture([
      ['sh', '.....', free('2')],
      ['sh', '.....', free('1')],
      ['sh', '...2.', batched('1')],
      ['sh', '...2.', batched('2')],
      ['sh', '.....', free('3')],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_FREE, 1, 0],
      [P.OP_FREE, 2, 0],
      [P.OP_FREE, 3, 0],
    ]);
  });

  it('tells a refill from a block taken past the per-cpu lists by the depth', () => {
    const capture = writtenCapture([
      ['sh', 'd..3.', take('1')],
      ['sh', '.....', alloc('1')],
      ['sh', 'd..1.', take('2')],
      ['sh', '.....', alloc('2')],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_REFILL, 1, 0],
      [P.OP_POP, 1, 2],
      [P.OP_TAKE, 2, 0],
    ]);
    expect([...compileGuided(capture).confirmed]).toEqual([3, 2]);
  });

  it('starts a drain at the freed list after a free, at list 0 for the worker', () => {
    const capture = writtenCapture([
      ['sh', '.....', free('1')],
      ['sh', 'd..3.', drain('5')],
      ['sh', 'd..3.', drain('6')],
      ['kworker/0:1', 'd..2.', drain('7')],
    ]);
    expect(commandsOf(capture).slice(1)).toEqual([
      [P.OP_DRAIN, 5, P.DRAIN_FROM_FREED],
      [P.OP_DRAIN, 6, P.DRAIN_CONTINUE],
      [P.OP_DRAIN, 7, P.DRAIN_FROM_ZERO],
    ]);
  });

  it('goes on with the list of a free that lost the processor amid its drain', () => {
    const capture = writtenCapture([
      ['sh', '.....', free('1')],
      ['sh', 'd..3.', drain('5')],
      ['other', '.....', alloc('9')],
      ['other', '.....', free('8', 2)],
      ['sh', 'd..3.', drain('6')],
    ]);
    expect(commandsOf(capture).at(-1)).toEqual([P.OP_DRAIN, 6, P.DRAIN_CONTINUE]);
  });

  it('sends an interrupt past the lock that its task holds between batched frees', () => {
    expect(commandsOf(events(batched('2')))[1]).toEqual([P.OP_FREE, 3, P.FREE_DIRECT]);
    expect(commandsOf(events(free('4')))[2]).toEqual([P.OP_FREE, 3, 0]);
  });

  it('passes the outcome of a claim and of a steal on', () => {
    const capture = writtenCapture([
      ['sh', 'd..3.', take('40')],
      ['sh', 'd..3.', fallback('40', 6, 1)],
      ['sh', 'd..3.', fallback('400', 10, 1)],
      ['sh', 'd..3.', fallback('80', 3, 0)],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_REFILL, 0x40, P.HINT_CLAIM | (6 << P.HINT_ORDER_SHIFT)],
      [P.OP_REFILL, 0x400, P.HINT_CLAIM | (10 << P.HINT_ORDER_SHIFT)],
      [P.OP_REFILL, 0x80, P.HINT_STEAL],
    ]);
  });

  it('pops what a bulk call took and no event shows', () => {
    const capture = writtenCapture([
      ['sh', '.....', bulkBegin(4)],
      ['sh', '.....', alloc('9')],
      ['sh', '.....', bulkEnd(4)],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_BULK, 0x2dc2, 3],
      [P.OP_POP, 9, 2],
    ]);
    expect(compileGuided(capture).bulkPages).toBe(3);
  });

  it('keeps to the events between the two snapshots', () => {
    const capture = writtenCapture([
      ['sh', '.....', free('1')],
      ['sh', 'd....', 'ps_write: pagestate start'],
      ['sh', '.....', free('2')],
      ['sh', 'd....', 'ps_write: pagestate end'],
      ['sh', '.....', free('3')],
    ]);
    expect(commandsOf(capture)).toEqual([[P.OP_FREE, 2, 0]]);
  });

  it('asks for the pages that compaction takes without an event', () => {
    const capture = writtenCapture([
      ['sh', '.....', compactBegin('0', '600')],
      ['sh', '.....', free('900')],
      ['sh', '.....', free('401')],
      ['sh', '.....', migrated(1, 1, 'compaction')],
      ['sh', '.....', free('401')],
      ['sh', '.....', compactEnd('0', '200', 'complete')],
      ['sh', '.....', free('402')],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_SCAN_BEGIN, 0x600, 0],
      [P.OP_SCAN_BATCH, 0x900, 2 | P.SCAN_BLOCK_DONE],
      [P.OP_SCAN_TAKE, 0, 1],
      [P.OP_FREE, 0x900, 0],
      [P.OP_SCAN_RETURN, 0x401, 0],
      [P.OP_SCAN_TAKE, 0, 1],
      [P.OP_SCAN_LEAVE, 0x401, 0],
      [P.OP_FREE, 0x401, 0],
      [P.OP_SCAN_END, 0x200, 1],
      [P.OP_FREE, 0x402, 0],
    ]);
  });
});
