// The recordings in test/recordings through the Wasm core: every frame that a real kernel handed out, on a bare clone.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openCapture, verifyCapture } from '../../src/recording/index.ts';
import { compileFreeRunning } from '../../src/recording/program/index.ts';
import { isVmstatDrain } from '../../src/recording/program/vmstat-turns.ts';
import * as T from '../../src/recording/read/index.ts';

/** Drains this close belong to one turn. */
const TURN_APART_US = 200_000;

const folder = (name: string): string =>
  fileURLToPath(new URL(`../recordings/linux-6.12-${name}`, import.meta.url));

/** The trace without the blocks that were drained, but for the first of each turn of the vmstat worker: it says when, not how much. */
function withoutAmounts(trace: T.KernelTrace): T.KernelTrace {
  const kind = trace.kind.slice();
  let lastUs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < trace.count; i += 1) {
    if (kind[i] !== T.EVENT_DRAIN) continue;
    const timeUs = T.timeOf(trace, i);
    const begins = isVmstatDrain(trace, i) && timeUs - lastUs > TURN_APART_US;
    if (isVmstatDrain(trace, i)) lastUs = timeUs;
    if (!begins) kind[i] = T.EVENT_FORK;
  }
  return { ...trace, kind };
}

describe.each(['smoke-768', 'thp-768', 'mthp-512', 'nofrag-704', 'inflate-384'])('%s', (name) => {
  it('guided: every allocation, refill, drain and final list is the kernel’s', async () => {
    const run = verifyCapture(await openCapture(folder(name)), 'guided');
    expect(run.result.divergences).toEqual([]);
    expect(run.result.alloc.total).toBeGreaterThan(2000);
    expect(run.isExact).toBe(true);
  });
});

// Not nofrag-704 and thp-768: they
// have no second trace, and when the vmstat worker had its turns cannot be told from them (docs/recordings.md).
describe.each(['smoke-768', 'inflate-384', 'mthp-512'])('%s', (name) => {
  it('free-running: the core decides as the kernel did, to the last list', async () => {
    expect(verifyCapture(await openCapture(folder(name)), 'free-running').isExact).toBe(true);
  });

  it('free-running: is not told what the kernel drained', async () => {
    const capture = await openCapture(folder(name));
    const told = compileFreeRunning(capture).commands;
    const hidden = { ...capture, trace: withoutAmounts(capture.trace) };
    expect(compileFreeRunning(hidden).commands).toEqual(told);
  });
});

const PROBED = fileURLToPath(new URL('../../../shared/captures-probed', import.meta.url));

// Recordings with a second trace: several CPUs, compaction under pressure, virtio-mem that is unplugged while occupied.
describe.skipIf(!existsSync(PROBED))('../shared/captures-probed', () => {
  it.each([
    ['6.12-smp4-640', 'guided'],
    ['6.12-smp4-640', 'free-running'],
    ['6.12-squeeze-320', 'guided'],
    ['6.12-squeeze-320', 'free-running'],
    ['6.12-migrate-384', 'guided'],
    ['6.12-migrate-384', 'free-running'],
    ['6.1-base-512', 'guided'],
    ['6.1-base-512', 'free-running'],
    ['7.3-base-640', 'guided'],
    ['7.3-base-640', 'free-running'],
  ] as const)('%s, %s: exact, places of compaction included', async (name, mode) => {
    const run = verifyCapture(await openCapture(`${PROBED}/linux-${name}`), mode);
    expect(run.isExact).toBe(true);
  });
});

it('nofrag-704, free-running: every zone is the kernel’s, for watermarks see the count that lags', async () => {
  const { result } = verifyCapture(await openCapture(folder('nofrag-704')), 'free-running');
  expect(result.alloc).toEqual({ exact: 20_830, total: 20_830 });
  expect(result.refill).toEqual({ exact: 12_536, total: 12_536 });
  expect(result.listDifferences).toEqual([]);
});

it('inflate-384: every page of every balloon array is what Linux’s driver wrote', async () => {
  const { device } = verifyCapture(await openCapture(folder('inflate-384')), 'guided');
  expect(device?.kind).toBe('balloon');
  expect(device?.pages).toEqual({ exact: 37_888, total: 37_888 });
  expect(device?.requests.exact).toBe(device?.requests.total);
});
