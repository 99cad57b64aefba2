// How long compaction takes in a live run: as long as the recorded one, run by run and batch by batch.

import { expect, it } from 'vitest';
import {
  CompactionPace,
  isKcompactd,
  kcompactdRuns,
  lookUs,
  usWhen,
} from '../../../../src/recording/live/pace.ts';
import * as P from '../../../../src/recording/program/index.ts';
import type { KernelTrace } from '../../../../src/recording/read/index.ts';
import * as T from '../../../../src/recording/read/index.ts';

const [BEGIN, MOVE, END] = [T.EVENT_COMPACT_BEGIN, T.EVENT_MIGRATE, T.EVENT_COMPACT_END];

/** Events of kcompactd (task 0) and of a shell (1): time, kind, task, pages. */
function traceOf(events: readonly (readonly [number, number, number, number])[]): KernelTrace {
  return {
    count: events.length,
    timeUs: Float64Array.from(events, ([timeUs]) => timeUs),
    kind: Uint8Array.from(events, ([, kind]) => kind),
    task: Uint32Array.from(events, ([, , task]) => task),
    pfn: Uint32Array.from(events, ([, , , pages]) => pages),
    tasks: [
      { comm: 'kcompactd0', pid: 33 },
      { comm: 'sh', pid: 7 },
    ],
  } as unknown as KernelTrace;
}

const RECORDED = traceOf([
  [0, BEGIN, 0, 0],
  [500, BEGIN, 1, 0],
  [600, END, 1, 0],
  [1000, END, 0, 0],
  [2000, BEGIN, 0, 0],
  [2500, MOVE, 0, 32],
  [2900, MOVE, 1, 100],
  [4000, MOVE, 0, 68],
  [4000, END, 0, 0],
]);

it('tells kcompactd from the tasks that compact', () => {
  expect([isKcompactd(RECORDED, 0), isKcompactd(RECORDED, 1)]).toEqual([true, false]);
});

it('takes for a run without moves what it took, for others what came there before the next batch', () => {
  const pace = new CompactionPace(kcompactdRuns(RECORDED));
  expect(pace.isTold).toBe(true);
  expect(pace.takesUs(0, 1)).toBe(1000);
  // 32 pages after 500 us, 68 more after 1500 us, then the end
  expect(pace.takesUs(16, 1)).toBe(500);
  expect(pace.takesUs(16, 0)).toBe(1500);
  expect(pace.takesUs(34, 0)).toBe(0);
  expect(pace.takesUs(34, 0)).toBe(0);
});

it('is as fast as the recorded run was in the mean once it has moved more, the last run for all that follow', () => {
  const pace = new CompactionPace(kcompactdRuns(RECORDED));
  pace.takesUs(0, 1);
  expect(pace.takesUs(100, 1)).toBe(2000);
  expect(pace.takesUs(50, 0)).toBe(1000);
  expect(pace.takesUs(31, 1)).toBe(500);
});

it('takes the whole time of runs that are over with the next', () => {
  const pace = new CompactionPace(kcompactdRuns(RECORDED));
  expect(pace.takesUs(32, 2)).toBe(1000 + 2000);
});

it('is not told where kcompactd never ran', () => {
  const pace = new CompactionPace(kcompactdRuns(traceOf([[0, BEGIN, 1, 0]])));
  expect([pace.isTold, pace.takesUs(5, 1)]).toEqual([false, 0]);
});

/** Commands that begin runs, by event and order. */
function begun(...runs: readonly (readonly [event: number, order: number])[]): Uint32Array {
  return Uint32Array.from(
    runs.flatMap(([event, order]) => [P.packShape(P.OP_SCAN_BEGIN, { order }), 0, 0, event]),
  );
}

it('knows when kcompactd looked by itself from its first run, unless it was woken for that', () => {
  expect(lookUs(RECORDED, begun([1, 0], [4, 0], [0, 0]))).toBe(2000);
  expect(lookUs(RECORDED, begun([0, 9], [4, 0]))).toBeUndefined();
  expect(lookUs(RECORDED, begun([1, 0]))).toBeUndefined();
});

it('knows when a run had moved so many pages, and guesses for more by its mean', () => {
  const run = [
    { pages: 32, us: 500 },
    { pages: 100, us: 2000 },
  ];
  expect([0, 1, 32, 33, 100, 150].map((pages) => usWhen(run, pages))).toEqual([
    0, 500, 500, 2000, 2000, 3000,
  ]);
  expect(usWhen([], 5)).toBe(0);
});
