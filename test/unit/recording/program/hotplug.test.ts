// Ranges that leave the guest, told from migrations and the device's log, on made traces.

import { describe, expect, it } from 'vitest';
import { MEMORY_BLOCK_FRAMES } from '../../../../src/core/index.ts';
import {
  CONTIG_BATCH_PAGES,
  CONTIG_BATCH_TRIES,
  ContigPlan,
} from '../../../../src/recording/program/hotplug.ts';
import * as P from '../../../../src/recording/program/program.ts';
import {
  type WrittenLine,
  alloc,
  drain,
  extraLine,
  free,
  migrated,
  writtenCapture,
  writtenZones,
} from '../../../support/written.ts';

const ACK = 'virtio_mem_send_response type=0';
const unplug = (pfn: number, blocks: number): string =>
  `virtio_mem_unplug_request addr=0x${(pfn * 4096).toString(16)} nb_blocks=${blocks}`;

/** Event, op, frame and frames of each command. */
function planned(lines: readonly WrittenLine[], deviceLog: readonly string[]): number[][] {
  const capture = writtenCapture(lines, deviceLog);
  const plan = new ContigPlan(capture);
  const zones = writtenZones(capture);
  const out = new P.ProgramBuilder();
  for (let event = 0; event < capture.trace.count; event++) plan.emit(out, zones, event);
  const commands = out.finish();
  return Array.from({ length: P.commandCount(commands) }, (_, at) => [
    P.eventOf(commands, at),
    P.opOf(commands, at),
    P.frameOf(commands, at),
    P.operandOf(commands, at),
  ]);
}

const contig = (moved: number, wrong = 0): string => migrated(moved, wrong, 'contig_range');
/** A page moves from a frame to another. */
const moves = (to: string, from: string): WrittenLine[] => [
  ['kw', '.....', alloc(to)],
  ['kw', '.....', free(from)],
];

/** The same where the second trace shows the ranges: of a page that is freed at the end too. */
function probed(extra: readonly string[], freed = 0): number[][] {
  const capture = writtenCapture([['sh', '.....', free('1')]], [], extra);
  const plan = new ContigPlan(capture);
  const zones = writtenZones(capture);
  const out = new P.ProgramBuilder();
  for (const event of capture.extra.events) plan.probe(out, zones, 0, event);
  plan.freed(out, 1, freed, 0);
  const commands = out.finish();
  return Array.from({ length: P.commandCount(commands) }, (_, at) => [
    P.opOf(commands, at),
    P.frameOf(commands, at),
    P.operandOf(commands, at),
    P.shapeOf(commands, at).type,
  ]);
}

describe('a range that the second trace shows', () => {
  const iso = extraLine(1, 'iso: (f+0x4/0x160) start=0x400 end=0x600');
  const done = extraLine(2, 'iso_r: (alloc_contig_range+0x1/0x2 <- start_isolate) ret=0');
  const taken = extraLine(3, 'isofree: (f+0x4/0x200) page=0xffd4000000010000 order=9');
  const undo = extraLine(4, 'undo: (f+0x4/0xa0) start=0x400 end=0x600');

  it('is isolated, claimed when its first free block is taken, and left', () => {
    expect(probed([iso, done, taken, undo])).toEqual([
      [P.OP_ISOLATE, 0x400, 512, 1],
      [P.OP_CLAIM_RANGE, 0x400, 512, 1],
      [P.OP_UNISOLATE, 0x400, 512, 1],
      [P.OP_OFFLINE, 0x400, 512, P.OFFLINE_LEAVES],
    ]);
  });

  it('comes back with its first frame', () => {
    expect(probed([iso, done, taken, undo], 0x400).at(-1)).toEqual([
      P.OP_OFFLINE,
      0x400,
      512,
      P.OFFLINE_RETURNS,
    ]);
  });

  it('of which nothing was taken is as before', () => {
    expect(probed([iso, done, undo]).map(([op]) => op)).toEqual([P.OP_ISOLATE, P.OP_UNISOLATE]);
  });

  it('that could not be isolated was not', () => {
    const busy = extraLine(2, 'iso_r: (alloc_contig_range+0x1/0x2 <- start_isolate) ret=-16');
    expect(probed([iso, busy])).toEqual([]);
  });

  it('that nobody ends is a memory block that goes offline', () => {
    const tested = 'test_pages_isolated: start_pfn=0x400 end_pfn=0x600 fin_pfn=0x600 ret=success';
    expect(probed([iso, done, extraLine(3, tested)])).toEqual([
      [P.OP_ISOLATE, 0x400, 512, 1],
      [P.OP_OFFLINE, 0x400, 512, P.OFFLINE_GONE],
      [P.OP_RETUNE, 0, 0, 0],
    ]);
  });

  it('that ends without a beginning is memory that came online: its frees say so', () => {
    expect(probed([undo])).toEqual([]);
  });
});

describe('a range that left', () => {
  it('is isolated before its task’s first event, and gone after the last migration', () => {
    const lines: WrittenLine[] = [
      ['sh', '.....', free('1')],
      ['kw', 'd..2.', drain('5')],
      ...moves('900', '410'),
      ['kw', '.....', contig(1)],
      ['sh', '.....', free('2')],
    ];
    expect(planned(lines, [unplug(0x400, 1), ACK])).toEqual([
      [1, P.OP_ISOLATE, 0x400, 512],
      [4, P.OP_CLAIM_RANGE, 0x400, 512],
      [4, P.OP_UNISOLATE, 0x400, 512],
      [4, P.OP_OFFLINE, 0x400, 512],
    ]);
  });

  it('begins not before a pause of its task', () => {
    const lines: WrittenLine[] = [
      ['kw', 'd..2.', drain('5'), 0],
      ['kw', 'd..2.', drain('6'), 50_000],
      ['kw', '.....', contig(0), 99_999],
    ];
    expect(planned(lines, [unplug(0x400, 1), ACK])[0]).toEqual([1, P.OP_ISOLATE, 0x400, 512]);
  });

  it('that is whole memory blocks goes offline, and sizes change', () => {
    const lines: WrittenLine[] = [['kw', '.....', contig(0)]];
    const blocks = MEMORY_BLOCK_FRAMES / 512;
    const ops = planned(lines, [unplug(MEMORY_BLOCK_FRAMES, blocks), ACK]).map(([, op]) => op);
    expect(ops.slice(-2)).toEqual([P.OP_OFFLINE, P.OP_RETUNE]);
    const part = planned(lines, [unplug(MEMORY_BLOCK_FRAMES, blocks - 1), ACK]);
    expect(part.at(-1)?.[1]).toBe(P.OP_OFFLINE);
  });

  it('is one of those that the device was asked for with success, in their order', () => {
    const log = [unplug(0x200, 1), 'virtio_mem_send_response type=1', unplug(0x400, 1), ACK];
    const lines: WrittenLine[] = [
      ['kw', '.....', contig(0)],
      ['kw', '.....', contig(0), 200_000],
    ];
    expect(
      planned(lines, [...log, unplug(0x600, 1), ACK]).map(([at, op, pfn]) => [at, op, pfn]),
    ).toEqual([
      [0, P.OP_ISOLATE, 0x400],
      [0, P.OP_CLAIM_RANGE, 0x400],
      [0, P.OP_UNISOLATE, 0x400],
      [0, P.OP_OFFLINE, 0x400],
      [1, P.OP_ISOLATE, 0x600],
      [1, P.OP_CLAIM_RANGE, 0x600],
      [1, P.OP_UNISOLATE, 0x600],
      [1, P.OP_OFFLINE, 0x600],
    ]);
  });

  it('takes several migrations while they are full ones', () => {
    const full = Array.from({ length: CONTIG_BATCH_PAGES }, (_, page): WrittenLine => [
      'kw',
      '.....',
      free((0x400 + page).toString(16)),
    ]);
    const lines = [
      ...full,
      ['kw', '.....', contig(CONTIG_BATCH_PAGES)],
      ['kw', '.....', contig(0)],
    ];
    expect(
      planned(lines as WrittenLine[], [unplug(0x400, 1), ACK]).map(([at, op]) => [at, op]),
    ).toEqual([
      [0, P.OP_ISOLATE],
      [CONTIG_BATCH_PAGES + 1, P.OP_CLAIM_RANGE],
      [CONTIG_BATCH_PAGES + 1, P.OP_UNISOLATE],
      [CONTIG_BATCH_PAGES + 1, P.OP_OFFLINE],
    ]);
  });
});

describe('an attempt that came to nothing', () => {
  const tried: WrittenLine[] = [
    ...moves('900', '410'),
    ...Array.from({ length: CONTIG_BATCH_TRIES }, (_, at): WrittenLine => [
      'kw',
      '.....',
      contig(at === 0 ? 1 : 0, 1),
    ]),
  ];

  it('isolates the pageblock that its pages came from, and no more', () => {
    const last = 1 + CONTIG_BATCH_TRIES;
    expect(planned(tried, [])).toEqual([
      [0, P.OP_ISOLATE, 0x400, 512],
      [last, P.OP_UNISOLATE, 0x400, 512],
    ]);
  });

  it('leaves the range that was asked for to the one after it', () => {
    const lines: WrittenLine[] = [...tried, ['kw', '.....', contig(0), 200_000]];
    const commands = planned(lines, [unplug(0x400, 1), ACK]);
    expect(commands.map(([, op]) => op)).toEqual([
      P.OP_ISOLATE,
      P.OP_UNISOLATE,
      P.OP_ISOLATE,
      P.OP_CLAIM_RANGE,
      P.OP_UNISOLATE,
      P.OP_OFFLINE,
    ]);
  });

  it('has no source in a place that a failed move gave back', () => {
    const lines: WrittenLine[] = [
      ['kw', '.....', alloc('900')],
      ['kw', '.....', free('410')],
      ['kw', '.....', alloc('901')],
      ['kw', '.....', free('901')],
      ...Array.from({ length: CONTIG_BATCH_TRIES }, (_, at): WrittenLine => [
        'kw',
        '.....',
        contig(at === 0 ? 1 : 0, 1),
      ]),
    ];
    expect(planned(lines, [])[0]).toEqual([0, P.OP_ISOLATE, 0x400, 512]);
  });
});
