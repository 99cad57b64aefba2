// The recordings in test/recordings through the Wasm core: every frame that a real kernel handed out, on a bare clone.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { verify } from '../../src/core/index.ts';
import { type Capture, openCapture, verifyCapture } from '../../src/recording/index.ts';
import {
  compileFreeRunning,
  compileGuided,
  CorePort,
  runProgram,
} from '../../src/recording/program/index.ts';
import type * as LateRequests from '../../src/recording/program/late-requests.ts';
import { isDirectTake } from '../../src/recording/program/path.ts';
import * as T from '../../src/recording/read/index.ts';
import { recordedFrames } from '../../src/recording/read/index.ts';

// Which request shows late, and where it stood, follows from the order in which the kernel's lists were served: the recording's
// to say (docs/decisions/0078-requests-that-show-late.md). A perturbed copy keeps what its recording said.
vi.mock('../../src/recording/program/late-requests.ts', async (original) => {
  const real = await original<typeof LateRequests>();
  const known = new Map<string, ReturnType<typeof real.lateRequests>>();
  return {
    ...real,
    lateRequests: (capture: Capture) => {
      const late = known.get(capture.folder) ?? real.lateRequests(capture);
      known.set(capture.folder, late);
      return late;
    },
  };
});

const folder = (name: string): string =>
  fileURLToPath(new URL(`../recordings/linux-6.12-${name}`, import.meta.url));

/** The last event of a flow is of a kind: the event itself is one of a row of such. */
class Rows {
  readonly #last = new Map<number, number>();

  continues(trace: T.KernelTrace, event: number): boolean {
    const flow = T.flowOf(trace, event);
    const before = this.#last.get(flow);
    this.#last.set(flow, trace.kind[event] ?? 0);
    return before === trace.kind[event];
  }
}

/** Whether an event says more than how the kernel's lists refilled or drained: who waited for whom, or a block's claim. */
function saysMore(trace: T.KernelTrace, event: number): boolean {
  const next = event + 1;
  if (next < trace.count && T.isInterrupt(trace, next)) return true;
  if (trace.kind[event] === T.EVENT_DRAIN) return false;
  return trace.kind[next] === T.EVENT_FALLBACK || isDirectTake(trace, event);
}

/**
 * The recording with everything changed that the kernel counted or chose when its lists refilled and drained: of each refill and
 * drain only the first block is left, and that is another; the end is as it was at the start, and zoneinfo says nothing more.
 */
function perturbed(capture: Capture): Capture {
  const { trace } = capture;
  const kind = trace.kind.slice();
  const pfn = trace.pfn.slice();
  const rows = new Rows();
  let changed = 0;
  for (let i = 0; i < trace.count; i += 1) {
    const goesOn = rows.continues(trace, i);
    if (kind[i] !== T.EVENT_DRAIN && kind[i] !== T.EVENT_TAKE) continue;
    if (saysMore(trace, i)) continue;
    if (goesOn) kind[i] = T.EVENT_FORK;
    else pfn[i] = (pfn[i] ?? 0) ^ 1;
    changed += 1;
  }
  expect(changed).toBeGreaterThan(100);
  const zoneinfo = { before: '', after: '' };
  return { ...capture, trace: { ...trace, kind, pfn }, end: capture.start, zoneinfo };
}

/** The commands of a free-running core, and all that it predicts. */
function predictions(capture: Capture, state: Capture): unknown {
  const { commands } = compileFreeRunning(capture);
  const port = new CorePort(recordedFrames(state), capture.kernel.build);
  port.load(state.start);
  const log = runProgram(port, commands);
  return { commands, log };
}

/** A free-running core is fed nothing that the kernel counted: the same predictions, whatever that was. */
async function expectUnfed(path: string): Promise<void> {
  const capture = await openCapture(path);
  const predicted = predictions(capture, capture);
  expect(predictions(perturbed(capture), capture)).toEqual(predicted);
}

describe.each(['smoke-768', 'thp-768', 'mthp-512', 'nofrag-704', 'inflate-384', 'smp2-256'])(
  '%s',
  (name) => {
    it('guided: every allocation, refill, drain and final list is the kernel’s', async () => {
      const run = verifyCapture(await openCapture(folder(name)), 'guided');
      expect(run.result.divergences).toEqual([]);
      expect(run.result.alloc.total).toBeGreaterThan(2000);
      expect(run.isExact).toBe(true);
    });
  },
);

// thp-768 below: its marks are computed anew without an event (docs/recordings.md).
describe.each(['smoke-768', 'inflate-384', 'mthp-512', 'nofrag-704', 'smp2-256'])('%s', (name) => {
  it('free-running: the core decides as the kernel did, to the last list', async () => {
    expect(verifyCapture(await openCapture(folder(name)), 'free-running').isExact).toBe(true);
  });
});

it('thp-768, free-running: every allocation, refill and drain is the kernel’s', async () => {
  const { result } = verifyCapture(await openCapture(folder('thp-768')), 'free-running');
  expect(result.divergences).toEqual([]);
  expect(result).toMatchObject({
    alloc: { exact: 24_985, total: 24_985 },
    refill: { exact: 9219, total: 9219 },
    drain: { exact: 5254, total: 5254 },
    finalLists: { identical: 33, total: 37 },
  });
});

it.each(['smoke-768', 'inflate-384', 'mthp-512', 'nofrag-704', 'thp-768', 'smp2-256'])(
  '%s, free-running: is fed nothing that the kernel counted',
  async (name) => expectUnfed(folder(name)),
);

// With a second trace: reclaim, kcompactd, a balloon that gives back under pressure, reporting.
describe.each(['reclaim-512', 'report-oom-256'])('%s', (name) => {
  it.each(['guided', 'free-running'] as const)('%s: to the last list', async (mode) => {
    const { result } = verifyCapture(await openCapture(folder(name)), mode);
    expect(result.divergences).toEqual([]);
    for (const { exact, total } of [result.refill, result.drain, result.places])
      expect(exact).toBe(total);
    expect(result.finalLists.identical).toBe(result.finalLists.total);
    expect(result.places.total).toBeGreaterThan(1);
  });

  it('free-running: is fed nothing that the kernel counted', async () => expectUnfed(folder(name)));
});

it('reclaim-512: pages that compaction moved are in the balloon where the core’s places are', async () => {
  const { device } = verifyCapture(await openCapture(folder('reclaim-512')), 'guided');
  expect(device?.pages).toEqual({ exact: 86_042, total: 86_042 });
  expect(device?.requests).toEqual({ exact: 333, total: 333 });
});

it('report-oom-256: pages that the balloon gives back under pressure are those of its last messages', async () => {
  const { device } = verifyCapture(await openCapture(folder('report-oom-256')), 'guided');
  // 138 pages were put back at the list's head without an event
  expect(device?.pages).toEqual({ exact: 47_072, total: 47_210 });
  expect(device?.requests).toEqual({ exact: 182, total: 183 });
});

/** Rules of lists: a walk may find other things of frames, as a loaded state does not say what every one is. */
const LIST_RULES: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17];

/** As if it had been recorded without probes. */
async function unprobed(name: string): Promise<Capture> {
  const whole = await openCapture(folder(name));
  return { ...whole, extra: { file: whole.extra.file, isThere: false, events: [] } };
}

it('smp4-640 without its second trace, free-running: all four CPUs have their turns', async () => {
  const run = verifyCapture(await unprobed('smp4-640'), 'free-running');
  expect(run.isExact).toBe(true);
  expect(run.byRule.vmstatTurns).toBeGreaterThan(40);
});

// Unplugged ranges are guessed then, and some wrong: memory is named that is gone, or comes where it is.
it.each(['guided', 'free-running'] as const)(
  'migrate-384 without its second trace, %s: is judged to its end, its lists sound',
  async (mode) => {
    const capture = await unprobed('migrate-384');
    const { result } = verifyCapture(capture, mode);
    expect(result.divergences.length).toBeGreaterThan(0);
    const { commands } = (mode === 'guided' ? compileGuided : compileFreeRunning)(capture);
    const port = new CorePort(recordedFrames(capture), 'verify');
    port.load(capture.start);
    runProgram(port, commands);
    expect(LIST_RULES).not.toContain(verify(port.core)?.rule);
  },
);

const PROBED = fileURLToPath(new URL('../../../shared/captures-probed', import.meta.url));

// Recordings with a second trace: several CPUs, compaction under pressure, virtio-mem that is unplugged while occupied.
describe.skipIf(!existsSync(PROBED))('../shared/captures-probed', () => {
  it.each(['6.1-base-512', '6.12-smp4-640', '6.12-migrate-384', '7.3-base-640'])(
    '%s, free-running: is fed nothing that the kernel counted',
    async (name) => expectUnfed(`${PROBED}/linux-${name}`),
  );

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

it('inflate-384: every page of every balloon array is what Linux’s driver wrote', async () => {
  const { device } = verifyCapture(await openCapture(folder('inflate-384')), 'guided');
  expect(device?.kind).toBe('balloon');
  expect(device?.pages).toEqual({ exact: 37_888, total: 37_888 });
  expect(device?.requests.exact).toBe(device?.requests.total);
});
