// Recordings of a real kernel on the model: the interpretation of events and the rules, proven
// together and without the Wasm core.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/recording/read/capture.ts';
import { compileFreeRunning } from '../../src/recording/program/free-running.ts';
import { compileGuided } from '../../src/recording/program/guided.ts';
import {
  verifyFreeRunning,
  verifyGuided,
  type Score,
  type VerifyResult,
} from '../../src/recording/verify/verify.ts';
import { ModelPort } from '../model/port.ts';
import { sized } from './size.ts';

const CAPTURES = path.resolve(import.meta.dirname, '../../../shared/captures');
const folder = (name: string): string => path.join(CAPTURES, `linux-6.12-${name}`);

const full = (total: number): Score => ({ exact: total, total });

/** alloc, refill, drain, bulk pages, final lists. */
const RECORDED: readonly (readonly [string, number, number, number, number, number])[] = [
  ['smoke-768', 2506, 220, 0, 4, 27],
  ['fifo-768', 26130, 14096, 3644, 24, 34],
  ['inflate-512', 42966, 34709, 30126, 70, 34],
  ['files-512', 25759, 25076, 24062, 4, 36],
  ['plug-384', 28394, 15640, 11769, 70, 48],
];

/** The model is slow: two recordings by default, one without and one with devices. */
const PLAYED = sized(
  RECORDED.filter(([name]) => name === 'smoke-768' || name === 'plug-384'),
  RECORDED,
);

function expectExact(result: VerifyResult, row: (typeof RECORDED)[number]): void {
  const [, alloc, refill, drain, bulk, lists] = row;
  expect(result.divergences).toEqual([]);
  expect(result).toMatchObject({ alloc: full(alloc), refill: full(refill), drain: full(drain) });
  expect(result.bulk).toBe(bulk);
  expect(result.listDifferences).toEqual([]);
  expect(result.finalLists).toEqual({ identical: lists, total: lists });
}

describe.skipIf(!existsSync(CAPTURES))('recordings in ../shared on the model', () => {
  it.each(PLAYED.map((row) => [row[0], row] as const))(
    'guided: every frame of %s',
    async (name, row) => {
      const capture = await openCapture(folder(name));
      expectExact(verifyGuided(capture, compileGuided(capture), new ModelPort()), row);
    },
  );

  it.each(PLAYED.map((row) => [row[0], row] as const))(
    'free-running: every frame of %s',
    async (name, row) => {
      const capture = await openCapture(folder(name));
      expectExact(verifyFreeRunning(capture, compileFreeRunning(capture), new ModelPort()), row);
    },
  );

  it('notices one wrong frame, resynchronises and goes on', async () => {
    const capture = await openCapture(folder('smoke-768'));
    const program = compileGuided(capture);
    const port = new ModelPort();
    const [zone] = capture.start.zones.slice(1);
    const list = zone?.pcps[0]?.lists[1];
    if (list === undefined) throw new Error('no list of movable pages');
    const [first, second] = list;
    list[0] = second ?? 0;
    list[1] = first ?? 0;
    const result = verifyGuided(capture, program, port);
    expect(result.divergences).toHaveLength(1);
    expect(result.divergences[0]).toMatchObject({
      kind: 'mm_page_alloc',
      expected: first,
      predicted: second,
      resync: 3,
    });
    expect(result.finalLists.identical).toBe(27);
  });
});

/** Other kernels' rules, a count that lags, requests made again: what no recording above has. */
const RULED = sized(
  ['6.1-base-512', '6.12-report-oom-256', '6.12-smp2-256'],
  ['6.1-base-512', '6.12-report-oom-256', '6.12-smp2-256', '7.3-base-640'],
);

it.each(RULED)(
  'free-running: every frame of %s on the model with its kernel’s rules',
  async (name) => {
    const capture = await openCapture(
      path.resolve(import.meta.dirname, `../recordings/linux-${name}`),
    );
    const port = new ModelPort({ ...capture.kernel, countsLag: true });
    const result = verifyFreeRunning(capture, compileFreeRunning(capture), port);
    expect(result.divergences).toEqual([]);
    for (const { exact, total } of [result.alloc, result.refill, result.drain]) {
      expect(exact).toBe(total);
    }
    expect(result.listDifferences).toEqual([]);
  },
);
