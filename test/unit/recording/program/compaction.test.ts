// What the commands of a run of compaction are, and before which events, on made traces.

import { describe, expect, it } from 'vitest';
import { MIGRATE_UNMOVABLE } from '../../../../src/core/index.ts';
import { RecordedCompaction } from '../../../../src/recording/program/compaction.ts';
import * as P from '../../../../src/recording/program/program.ts';
import { linkBatches, recordedSpan } from '../../../../src/recording/read/index.ts';
import {
  type WrittenLine,
  alloc,
  compactBegin,
  compactEnd,
  free,
  migrated,
  take,
  writtenCapture,
  writtenZones,
} from '../../../support/written.ts';

interface Made {
  readonly event: number;
  readonly op: number;
  readonly order: number;
  readonly slot: number;
  readonly flags: number;
  readonly frame: number;
  readonly operand: number;
}

interface Compiled {
  readonly commands: Made[];
  /** Events that a command stands for. */
  readonly replaced: number[];
  readonly captures: ReadonlyMap<number, number>;
}

function compiled(lines: readonly WrittenLine[]): Compiled {
  const capture = writtenCapture(lines);
  const { trace, start } = capture;
  const zones = writtenZones(capture);
  const runs = new RecordedCompaction(
    trace,
    zones,
    start,
    recordedSpan(trace),
    linkBatches(trace),
    [],
  );
  const out = new P.ProgramBuilder();
  const replaced: number[] = [];
  for (let event = 0; event < trace.count; event++) if (runs.emit(out, event)) replaced.push(event);
  const words = out.finish();
  const commands = Array.from({ length: P.commandCount(words) }, (_, at): Made => {
    const { order, type } = P.shapeOf(words, at);
    return {
      event: P.eventOf(words, at),
      op: P.opOf(words, at),
      order,
      slot: type & P.SCAN_SLOT_MASK,
      flags: type >> P.SCAN_FLAGS_SHIFT,
      frame: P.frameOf(words, at),
      operand: P.operandOf(words, at),
    };
  });
  return { commands, replaced, captures: runs.captures };
}

function begun(lines: readonly WrittenLine[]): Made | undefined {
  return compiled(lines).commands.find(({ op }) => op === P.OP_SCAN_BEGIN);
}

/** A run by a task that moves the page of frame 0x900 and ends in a way. */
function run(
  task: string,
  mode: 'ASYNC' | 'SYNC_LIGHT' | 'SYNC',
  status = 'complete',
): [WrittenLine, ...WrittenLine[]] {
  return [
    [task, '.....', compactBegin('800', 'c00')],
    [task, '.....', free('900')],
    [task, '.....', migrated(1, 0, 'compaction', mode)],
    [task, '.....', compactEnd('a00', 'a00', status)],
  ];
}

describe('a run', () => {
  it('says where its scanners stand, what it collected, and how it ended', () => {
    const { commands } = compiled(run('sh', 'SYNC'));
    expect(commands.map(({ event, op, frame, operand }) => [event, op, frame, operand])).toEqual([
      [0, P.OP_SCAN_BEGIN, 0xc00, 0x800],
      [1, P.OP_SCAN_BATCH, 0x900, 1 | P.SCAN_BLOCK_DONE],
      [1, P.OP_SCAN_TAKE, 0, 1],
      [2, P.OP_SCAN_TAKE, 0, 1],
      [3, P.OP_SCAN_END, 0xa00, 1],
    ]);
  });

  it('that reached its aim has scanners that did not meet', () => {
    expect(compiled(run('sh', 'SYNC', 'success')).commands.at(-1)?.operand).toBe(0);
  });

  it('that moved nothing is none', () => {
    const lines: WrittenLine[] = [
      ['sh', '.....', compactBegin('800', 'c00')],
      ['sh', '.....', free('900')],
      ['sh', '.....', compactEnd('a00', 'a00', 'complete')],
    ];
    expect(compiled(lines).commands).toEqual([]);
  });

  it('beside another has a place of its own, which is free again after it', () => {
    const [a, b] = [run('a', 'SYNC'), run('b', 'SYNC')];
    const open = [a[0], b[0], ...a.slice(1), ...b.slice(1), ...run('c', 'SYNC')];
    const slots = compiled(open).commands.filter(({ op }) => op === P.OP_SCAN_BEGIN);
    expect(slots.map(({ slot }) => slot)).toEqual([0, 1, 0]);
  });
});

describe('what a run is for', () => {
  it('is no order when somebody asked for all of memory', () => {
    expect(begun(run('sh', 'SYNC'))).toMatchObject({ order: 0, flags: 0 });
  });

  it('is what its task asks for next when it compacts for itself', () => {
    const next = (order: number, type: number): WrittenLine[] => [
      ...run('sh', 'ASYNC'),
      ['other', '.....', alloc('100', 5)],
      ['sh', '..s..', alloc('200', 5)],
      ['sh', '.....', take('40', order)],
      ['sh', '.....', alloc('40', order, type)],
    ];
    expect(begun(next(3, 1))).toMatchObject({ order: 3, flags: P.SCAN_ASYNC });
    expect(begun(next(0, 1))).toMatchObject({ order: 1 });
    expect(begun(next(3, MIGRATE_UNMOVABLE))?.flags).toBe(P.SCAN_ASYNC | P.SCAN_IN_ORDER);
    expect(begun(run('sh', 'SYNC_LIGHT'))).toMatchObject({ order: 9, flags: 0 });
  });

  it('is a huge page when kcompactd was woken for this zone alone', () => {
    expect(begun(run('kcompactd0', 'SYNC_LIGHT'))).toMatchObject({ order: 9 });
  });
});

const batches = (second: string): WrittenLine[] => [
  ['sh', '.....', compactBegin('800', 'c00')],
  ['sh', '.....', free('900')],
  ['sh', '.....', migrated(1, 0, 'compaction')],
  ['sh', '.....', free(second)],
  ['sh', '.....', migrated(1, 0, 'compaction')],
  ['sh', '.....', compactEnd('a00', 'a00', 'complete')],
];

/** Of each batch, whether it was its pageblock's last. */
const done = (second: string) =>
  compiled(batches(second))
    .commands.filter(({ op }) => op === P.OP_SCAN_BATCH)
    .map(({ operand }) => operand & P.SCAN_BLOCK_DONE);

describe('frees within a run', () => {
  const lines: WrittenLine[] = [
    ['sh', '.....', compactBegin('800', 'c00')],
    ['sh', '.....', free('900', 2)],
    ['sh', '.....', free('904', 2)],
    ['sh', '.....', free('401', 0)],
    ['sh', '.....', free('908', 0)],
    ['sh', '.....', migrated(9, 1, 'compaction')],
    ['sh', '.....', free('402', 0)],
    ['sh', '.....', compactEnd('a00', '400', 'complete')],
  ];

  it('are pages that moved, for which places are taken order by order, or places given back', () => {
    const { commands, replaced } = compiled(lines);
    expect(replaced).toEqual([3]);
    const takes = commands.filter(({ op }) => op === P.OP_SCAN_TAKE);
    expect(takes.map(({ event, order, operand }) => [event, order, operand])).toEqual([
      [1, 2, 8],
      [4, 0, 9],
      [5, 0, 9],
    ]);
    expect(commands.find(({ op }) => op === P.OP_SCAN_BATCH)?.operand).toBe(10 | P.SCAN_BLOCK_DONE);
  });

  it('after the last migration release what the run holds', () => {
    const left = compiled(lines).commands.filter(({ op }) => op === P.OP_SCAN_LEAVE);
    expect(left).toMatchObject([{ event: 6, frame: 0x402, order: 0 }]);
  });

  it('by others and in interrupts are not the run’s', () => {
    const [first, ...rest] = run('sh', 'SYNC');
    const { commands } = compiled([
      first,
      ['other', '.....', free('a00')],
      ['sh', '..s..', free('a01')],
      ...rest,
    ]);
    expect(commands.find(({ op }) => op === P.OP_SCAN_BATCH)).toMatchObject({
      event: 3,
      frame: 0x900,
    });
  });

  it('of a pageblock that the next batch goes on with leave it open', () => {
    expect(done('901')).toEqual([0, P.SCAN_BLOCK_DONE]);
    expect(done('a01')).toEqual([P.SCAN_BLOCK_DONE, 0]);
  });
});

describe('the moment of a scan', () => {
  it('is the first event after the time that it takes', () => {
    const lines: WrittenLine[] = [
      ['sh', '.....', compactBegin('800', 'c00'), 0],
      ['other', '.....', free('1'), 29],
      ['other', '.....', free('2'), 59],
      ['other', '.....', free('3'), 559],
      ['sh', '.....', free('900'), 600],
      ['sh', '.....', migrated(1, 0, 'compaction'), 601],
      ['sh', '.....', compactEnd('a00', 'a00', 'complete'), 602],
    ];
    const { commands } = compiled(lines);
    expect(commands.find(({ op }) => op === P.OP_SCAN_BATCH)?.event).toBe(2);
    expect(commands.find(({ op }) => op === P.OP_SCAN_TAKE)?.event).toBe(3);
  });
});

const request = (before: readonly WrittenLine[] = []): WrittenLine[] => [
  ['sh', '.....', compactBegin('800', 'c00')],
  ['sh', '.....', free('900')],
  ['sh', '.....', free('a00')],
  ['sh', '.....', migrated(2, 0, 'compaction', 'ASYNC')],
  ['sh', '.....', compactEnd('a00', 'a00', 'success')],
  ...before,
  ['sh', '.....', alloc('900', 3)],
];

describe('a block that a run freed for its own request', () => {
  it('is its allocation’s from the last free in it on', () => {
    const { commands, captures } = compiled(request());
    const at = commands.findIndex(({ op }) => op === P.OP_CAPTURE);
    expect(commands[at]).toMatchObject({ event: 2, order: 3, frame: 0x900, operand: 1 });
    expect([...captures]).toEqual([[5, at]]);
  });

  it('was not captured when the request took one from the lists', () => {
    const { commands, captures } = compiled(request([['sh', 'd..3.', take('900', 3)]]));
    expect(commands.some(({ op }) => op === P.OP_CAPTURE)).toBe(false);
    expect(captures.size).toBe(0);
  });
});
