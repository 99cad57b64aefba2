/** What must hold of any replay, whatever containers do over their lives, and what an expert would try first. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ReplayOptions,
  SYSTEMS,
  type SystemRun,
  type SystemSpec,
  fixedKeepAlive,
  replay,
} from '../../src/replay/index.ts';
import type { ServerlessSystem } from '../../src/serverless/index.ts';
import { handTrace } from '../support/traces.ts';

const GUEST_OS = 0;
const SPAN_MS = 60_000;

type Calls = readonly (readonly [number, number])[];

function specOf(name: string): SystemSpec {
  const found = SYSTEMS.find((spec) => spec.name === name);
  if (found === undefined) throw new Error(`no system ${name}`);
  return found;
}

async function play(
  spec: SystemSpec,
  calls: Calls,
  options: Partial<ReplayOptions> = {},
): Promise<SystemRun> {
  const run = await replay(handTrace(calls, SPAN_MS), { systems: [spec], seed: 1, ...options });
  return run.systems[0] as SystemRun;
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

const call = fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 1, max: 9000 }));
const life = fc.record({
  initPeakShare: fc.constantFrom(0, 0.03, 0.5),
  growthShare: fc.constantFrom(0, 0.38),
  collectionShare: fc.constantFrom(0, 0.2),
  collectionCalls: fc.integer({ min: 1, max: 3 }),
});

describe.each(SYSTEMS.map(({ name }) => name))('%s', (name) => {
  it('adds up, gives all back, and gets no more than it asks', async () => {
    const calls = fc.array(call, { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(calls, life, async (played, workload) => {
      let system: ServerlessSystem | undefined;
      const spec: SystemSpec = {
        ...specOf(name),
        create: (context) => (system = specOf(name).create(context)),
      };
      const ordered = played.toSorted(([a], [b]) => a - b);
      const run = await play(spec, ordered, {
        functions: 'parametric',
        workload,
        keepAlive: () => fixedKeepAlive(5000),
      });
      expect(run.starts.cold + run.starts.warm).toBe(played.length);
      expect(sum(run.meanFrames)).toBeLessThanOrEqual(run.peakFrames + 1e-6);
      expect(run.reclaim.gotFrames).toBeLessThanOrEqual(run.reclaim.askedFrames);
      for (const { startupMs, startupStepsMs } of run.priced) {
        const steps = sum(Object.values(startupStepsMs)) * startupMs.length;
        expect(steps).toBeCloseTo(sum(startupMs), 6);
      }
      expect(system?.host.heldFrames).toBeCloseTo(0, 6);
    });
    await fc.assert(property, { numRuns: 4 });
  });
});

const APART: Calls = [0, 10_000, 20_000, 30_000, 40_000].map((at) => [at, 100] as const);

it('with one container a VM, MCPV saves no guest OS', async () => {
  const machine = { containersPerVm: 1 };
  const twice: Calls = [0, 1, 2, 3].map((at) => [at, 20_000] as const);
  const [one, many] = [
    await play(specOf('scpv-template'), twice, { machine }),
    await play(specOf('mcpv-static'), twice, { machine }),
  ];
  expect(many.meanFrames[GUEST_OS]).toBeGreaterThanOrEqual(one.meanFrames[GUEST_OS] as number);
});

it('with nothing ever idle, idle reclaim does nothing', async () => {
  const run = await play(specOf('mcpv-czone'), [[0, SPAN_MS]], { machine: { idleReclaimMs: 10 } });
  expect(run.idleReclaim).toEqual({ reclaims: 0, cancelled: 0, gotFrames: 0 });
});

it('with half of the heap held only during calls, idle reclaim saves most of it and says its price', async () => {
  const half = { functions: 'parametric', workload: { callTemporaryShare: 0.5 } } as const;
  const [off, on] = [
    await play(specOf('mcpv-czone'), APART, half),
    await play(specOf('mcpv-czone'), APART, { ...half, machine: { idleReclaimMs: 1000 } }),
  ];
  const saved = sum(off.meanFrames) - sum(on.meanFrames);
  // 20 MiB of 40, at least two thirds of the time
  expect(saved).toBeGreaterThan((20 * 256 * 2) / 3);
  const slower = (run: SystemRun): number => sum(run.priced[1]?.slowdowns ?? []) / 5;
  // a fault of the host for each of 5,120 pages: 18 ms of each call of 100
  expect(slower(on)).toBeGreaterThan(slower(off));
  expect(on.priced[1]?.slowdowns.at(-1)).toBeGreaterThan(1.15);
  expect(on.priced[1]?.slowdowns.at(-1)).toBeLessThan(1.25);
});
