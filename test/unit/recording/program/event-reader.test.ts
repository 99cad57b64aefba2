// What a compiler hears of a trace, and in which order; what it makes of it is its own business.

import { describe, expect, it } from 'vitest';
import { MIGRATE_MOVABLE } from '../../../../src/core/index.ts';
import { EventReader } from '../../../../src/recording/program/event-reader.ts';
import * as P from '../../../../src/recording/program/program.ts';
import {
  type WrittenLine,
  alloc,
  batched,
  briefly,
  bulkBegin,
  bulkEnd,
  compactBegin,
  compactEnd,
  drain,
  failed,
  fallback,
  free,
  migrated,
  take,
  writtenCapture,
} from '../../../support/written.ts';

/** The reader after its one reading, and the calls that it made but `before`. */
function heard(lines: readonly WrittenLine[]): {
  reader: EventReader;
  calls: unknown[][];
  before: number[];
} {
  const reader = new EventReader(writtenCapture(lines));
  const calls: unknown[][] = [];
  const before: number[] = [];
  const hear =
    (name: string) =>
    (...said: unknown[]): void =>
      void calls.push([name, ...said]);
  reader.read({
    before: (event) => void before.push(event),
    alloc: hear('alloc'),
    free: hear('free'),
    online: hear('online'),
    take: hear('take'),
    fallback: hear('fallback'),
    drain: hear('drain'),
    beginBulk: hear('beginBulk'),
    endBulk: hear('endBulk'),
  });
  return { reader, calls, before };
}

const listed = (pfn: number, order = 0) => ({ pfn, order, zone: 1, cpu: 0, isDirect: false });

describe('a compiler hears', () => {
  it('of each event that acts, between the snapshots, in order', () => {
    const { calls, before, reader } = heard([
      ['sh', '.....', free('1')],
      ['sh', 'd....', 'ps_write: pagestate start'],
      ['sh', 'd..3.', take('2')],
      ['sh', 'd..3.', fallback('4', 3, 0)],
      ['sh', '.....', alloc('2')],
      ['sh', '.....', free('8', 2)],
      ['sh', 'd..3.', drain('5')],
      ['sh', '.....', 'sched_process_exit: comm=sh pid=7 prio=120'],
      ['sh', 'd....', 'ps_write: pagestate end'],
      ['sh', '.....', free('6')],
    ]);
    expect(calls).toEqual([
      ['take', 2],
      ['fallback', 3],
      ['alloc', 4, 2],
      ['free', 5, listed(8, 2)],
      ['drain', 6],
    ]);
    expect(before).toEqual([2, 3, 4, 5, 6, 7]);
    expect(reader.span).toEqual({ first: 2, end: 8 });
  });

  it('of a batched page when it reaches a list, with the order that its free said', () => {
    const { calls } = heard([
      ['sh', '.....', free('2')],
      ['sh', '.....', free('1')],
      ['sh', '...2.', batched('1')],
      ['sh', '...2.', batched('2')],
    ]);
    expect(calls).toEqual([
      ['free', 2, listed(1)],
      ['free', 3, listed(2)],
    ]);
  });

  it('of a free that went past the lists: of an order that has one, in an interrupt', () => {
    const { calls } = heard([
      ['sh', 'd..2.', drain('5')],
      ['sh', '..s2.', free('6')],
      ['sh', 'd..2.', drain('5')],
      ['sh', '..s2.', free('40', 5)],
    ]);
    expect(calls.filter(([name]) => name === 'free')).toEqual([
      ['free', 1, { ...listed(6), isDirect: true }],
      ['free', 3, listed(0x40, 5)],
    ]);
  });

  it('nothing of a request that failed, which is counted', () => {
    const { calls, reader } = heard([['sh', '.....', failed]]);
    expect([calls, reader.failedRequests]).toEqual([[], 1]);
  });

  it('at a bulk call’s begin how many of its pages show no event', () => {
    const { calls } = heard([
      ['sh', '.....', bulkBegin(9)],
      ['sh', '.....', alloc('1')],
      ['sh', '..s..', alloc('2')],
      ['sh', '.....', alloc('40', 3)],
      ['other', '.....', bulkEnd(5)],
      ['sh', '.....', bulkEnd(7)],
    ]);
    expect(calls.filter(([name]) => name === 'beginBulk')).toEqual([['beginBulk', 0, 6]]);
    expect(calls.filter(([name]) => name === 'endBulk')).toEqual([
      ['endBulk', 4],
      ['endBulk', 5],
    ]);
  });

  it('of memory that came online when its command is written, and of its frees as others’', () => {
    const { calls, reader } = heard([
      ['sh', '.....', free('8000', 10)],
      ['sh', '.....', free('8001')],
    ]);
    expect(calls).toEqual([
      ['online', 0],
      ['free', 1, listed(0x8001)],
    ]);
    const commands = reader.out.finish();
    expect(briefly(commands)).toEqual([[P.OP_ONLINE, 0x8000, 0]]);
    expect(P.shapeOf(commands, 0)).toEqual({ order: 10, type: MIGRATE_MOVABLE, zone: 1, cpu: 0 });
  });

  it('nothing of a place that compaction gave back, for which a command stands', () => {
    const { calls, reader } = heard([
      ['sh', '.....', compactBegin('0', '600')],
      ['sh', '.....', free('900')],
      ['sh', '.....', free('401')],
      ['sh', '.....', migrated(1, 1, 'compaction')],
      ['sh', '.....', compactEnd('0', '200', 'complete')],
    ]);
    expect(calls).toEqual([['free', 1, listed(0x900)]]);
    expect(briefly(reader.out.finish()).map(([op]) => op)).toContain(P.OP_SCAN_RETURN);
  });
});

/** kthreadd starts a thread for whoever switched huge pages on, or off; all lines are by pid 7 unless they say more. */
const started = (name: string): string =>
  `sched_process_fork: comm=kthreadd pid=2 child_comm=${name} child_pid=9`;

const commandsAfter = (name: string): number[][] =>
  briefly(
    heard([
      ['kthreadd', '.....', started(name)],
      ['sh', '..s..', free('1')],
      ['sh', '.....', free('2')],
      ['sh', '.....', free('3')],
    ]).reader.out.finish(),
  );

it('khugepaged’s raise stands where the task that waits for it goes on', () => {
  expect(commandsAfter('khugepaged')).toEqual([[P.OP_RAISE, 0, 0]]);
  expect(commandsAfter('kworker/0:3')).toEqual([]);
});

const ignore = (): void => {};

describe('a reader', () => {
  it('says of an event its block, and what its flow of control did before', () => {
    const reader = new EventReader(
      writtenCapture([
        ['sh', 'd..3.', take('8', 3)],
        ['sh', '..s..', free('1')],
        ['sh', '.....', alloc('8', 3)],
      ]),
    );
    const before: (number | undefined)[] = [];
    reader.read({
      before: (event) => void before.push(reader.beforeInFlow(event)),
      alloc: ignore,
      free: ignore,
      take: ignore,
      fallback: ignore,
      drain: ignore,
      beginBulk: ignore,
      endBulk: ignore,
    });
    expect(before).toEqual([undefined, undefined, 0]);
    expect(reader.shapeOf(0)).toEqual({ order: 3, type: MIGRATE_MOVABLE, zone: 1, cpu: 0 });
  });
});
