// What the second trace makes of a run of compaction: searches, what they found, places.

import { describe, expect, it } from 'vitest';
import { readProbedRun } from '../../../../src/recording/program/compaction-probed.ts';
import * as P from '../../../../src/recording/program/program.ts';
import { extraLine, free, writtenCapture } from '../../../support/written.ts';

const page = (pfn: number): string => `0xffd4${(pfn * 64).toString(16).padStart(12, '0')}`;
const calloc = (pfn: number): string => `calloc: (f+0x4/0xf60) src=${page(pfn)}`;
const answer = (pfn: number): string => `calloc_r: (f+0x4/0xf60 <- g) page=${page(pfn)}`;
const nothing = 'calloc_r: (f+0x4/0xf60 <- g) page=0x0';
const isofree = (pfn: number, order: number): string =>
  `isofree: (f+0x4/0x200) page=${page(pfn)} order=${order}`;
const batch = 'mm_compaction_isolate_migratepages: range=(0x200 ~ 0x220) nr_scanned=32 nr_taken=32';
const taken = (frames: number): string =>
  `mm_compaction_isolate_freepages: range=(0x800 ~ 0x810) nr_scanned=16 nr_taken=${frames}`;
const finished = (order: number): string =>
  `mm_compaction_finished: node=0 zone=DMA32    order=${order} ret=continue`;

/** A task's run over two frees, with these events in between. */
function runOf(...events: string[]) {
  const { trace, extra } = writtenCapture(
    [
      ['kcompactd0', '.....', free('200'), 0],
      ['kcompactd0', '.....', free('201'), 900_000],
      ['kcompactd0', '.....', free('202'), 999_999],
    ],
    [],
    events.map((event, i) => extraLine(1.1 + i / 100, event)),
  );
  return readProbedRun(trace, { begin: 0, end: 2, task: 0 }, extra.events);
}

const briefly = (...events: string[]): unknown =>
  runOf(...events)?.steps.flatMap(({ op, order, frame, operand }) =>
    op === P.OP_SCAN_SETTLE && operand === 0 ? [] : [[op, order, frame, operand]],
  );

/** What a search holds whose two blocks were tried, and how much of it, when the kernel took so many frames. */
const held = (frames: number): unknown =>
  runOf(calloc(0x201), isofree(0x800, 1), isofree(0x804, 2), taken(frames), nothing)
    ?.steps.filter(({ op, operand }) => op === P.OP_SCAN_HOLD || operand > 0)
    .map(({ op, frame, order }) => [op, frame, order]);

describe('a run of compaction with probes', () => {
  it('searches when the first block is found, and keeps what was found', () => {
    expect(briefly(batch, calloc(0x201), isofree(0x800, 1), answer(0x800))).toEqual([
      [P.OP_SCAN_BATCH, 0, 0x200, 32],
      [P.OP_SCAN_SEARCH, 0, 0, 0],
      [P.OP_SCAN_HOLD, 1, 0x800, 0],
      [P.OP_SCAN_SETTLE, 1, 0, 1],
      [P.OP_SCAN_TAKE, 0, 0x800, 1],
    ]);
  });

  it('leaves the last block that was tried where it is when the kernel took less', () => {
    expect(held(2)).toEqual([
      [P.OP_SCAN_HOLD, 0x800, 1],
      [P.OP_SCAN_SETTLE, 0, 1],
    ]);
    expect(held(6)).toHaveLength(4);
  });

  it('does not search while places are held, and counts those that a batch has', () => {
    expect(briefly(batch, calloc(0x201), answer(0x801), calloc(0x202), answer(0x802))).toEqual([
      [P.OP_SCAN_BATCH, 0, 0x200, 32],
      [P.OP_SCAN_TAKE, 0, 0x801, 1],
      [P.OP_SCAN_TAKE, 0, 0x802, 2],
    ]);
  });

  it('searches in vain where there is no place', () => {
    expect(briefly(calloc(0x201), nothing)).toEqual([[P.OP_SCAN_SEARCH, 0, 0, 0]]);
  });

  it('gives a place back at the free of its frame', () => {
    const run = runOf(calloc(0x201), answer(0x201), `cfree: (f+0x4/0x9) dst=${page(0x201)}`);
    expect([...(run?.returned ?? [])]).toEqual([1]);
  });

  it('is for the order that its end tells; nothing is said where no probe is', () => {
    expect([runOf(finished(9))?.order, runOf(finished(-1))?.order]).toEqual([9, 0]);
    expect(runOf()).toBeUndefined();
  });
});
