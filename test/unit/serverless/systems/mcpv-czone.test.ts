/** Memory of idle containers: what comes back, what the next call pays, and that a call takes a request back. */
import { describe, expect, it } from 'vitest';
import {
  type ReplayOptions,
  SYSTEMS,
  type SystemRun,
  fixedKeepAlive,
  replay,
} from '../../../../src/replay/index.ts';
import { PAGEBLOCK_FRAMES } from '../../../../src/abi/unit.ts';
import { KIND_OBJECT } from '../../../../src/core/index.ts';
import {
  ArgumentError,
  CAUSE_ANONYMOUS,
  Container,
  type MicroVm,
  newCounts,
  systemOf,
} from '../../../../src/serverless/index.ts';
import { defaultMachine } from '../../../../src/replay/index.ts';
import { Zoned, czoneConfig } from '../../../../src/serverless/systems/mcpv-czone.ts';
import {
  PROFILE,
  expectAccounted,
  makeSystem,
  startedVm,
  systemWithClock,
} from '../../../support/serverless.ts';
import { expectSound } from '../../../support/vm.ts';
import { handTrace } from '../../../support/traces.ts';

const CZONE = SYSTEMS.filter((spec) => spec.name === 'mcpv-czone');
const IDLE_UNUSED = 4;

async function play(
  calls: readonly (readonly [number, number])[],
  idleReclaimMs: number | undefined,
  options: Partial<ReplayOptions> = {},
): Promise<SystemRun> {
  const run = await replay(handTrace(calls, 60_000), {
    systems: CZONE,
    seed: 1,
    // its heap stays as it starts: all that comes and goes are the buffers of calls
    functions: 'parametric',
    workload: { initPeakShare: 0, growthShare: 0 },
    ...options,
    machine: { idleReclaimMs, build: 'verify' },
  });
  return run.systems[0] as SystemRun;
}

const TWO_CALLS = [
  [0, 100],
  [30_000, 100],
] as const;

describe('idle reclaim', () => {
  it('is off without a time: nothing is asked, the second call is undisturbed', async () => {
    const run = await play(TWO_CALLS, undefined);
    expect(run.idleReclaim).toEqual({ reclaims: 0, cancelled: 0, gotFrames: 0 });
    expect(run.reclaim.askedFrames).toBe(0);
    expect(run.undisturbedCalls).toBe(1);
  });

  it('takes what is free after the time, and the next call pays in host faults', async () => {
    const [off, on] = [await play(TWO_CALLS, undefined), await play(TWO_CALLS, 1000)];
    // once after each call
    expect(on.idleReclaim.reclaims).toBe(2);
    expect(on.reclaim.askedFrames).toBe(on.idleReclaim.gotFrames);
    expect(on.reclaim.gotFrames).toBe(on.idleReclaim.gotFrames);
    const perCall = on.idleReclaim.gotFrames / 2;
    expect(perCall).toBeGreaterThanOrEqual(32);
    expect(on.meanFrames[IDLE_UNUSED]).toBeLessThan(off.meanFrames[IDLE_UNUSED] as number);
    expect(on.undisturbedCalls).toBe(0);
    const slowdown = on.priced[1]?.slowdowns.at(-1) as number;
    // 100 ms of execution; a fault of each page that went, at 3.54 us typical
    expect((slowdown - 1) * 100e6).toBeCloseTo(perCall * 3540, -2);
    expect(on.priced[1]?.cpuMs.host).toBeGreaterThan(off.priced[1]?.cpuMs.host as number);
  });

  it('asks once an idle period, counted from the last call', async () => {
    const calls = [0, 2000, 4000, 6000].map((start) => [start, 100] as const);
    expect((await play(calls, 3000)).idleReclaim.reclaims).toBe(1);
    expect((await play(calls, 1000)).idleReclaim.reclaims).toBe(4);
    expect((await play(calls, 55_000)).idleReclaim.reclaims).toBe(0);
  });

  it('is taken back by a call that comes in the middle, which then pays nothing', async () => {
    // The first call ends some time after 100 ms: with its start, as long as it took in a run that is only watched.
    const watched = await play([[0, 100]], 1000);
    const readyMs = watched.priced[1]?.startupMs[0] as number;
    const heldUpMs = ((watched.priced[1]?.slowdowns[0] ?? 1) - 1) * 100;
    const askedAtMs = readyMs + 100 + heldUpMs + 1000;
    const run = await play(
      [
        [0, 100],
        [askedAtMs + 0.01, 100],
      ],
      1000,
    );
    expect(run.starts).toMatchObject({ cold: 1, warm: 1 });
    expect(run.idleReclaim.cancelled).toBe(1);
    expect(run.idleReclaim.reclaims).toBe(1);
    expect(run.undisturbedCalls).toBe(1);
  });

  it('ends with the container, asked or not', async () => {
    const keep = { keepAlive: () => fixedKeepAlive(1000) };
    const before = await play(TWO_CALLS, 2000, keep);
    expect(before.idleReclaim).toEqual({ reclaims: 0, cancelled: 0, gotFrames: 0 });
    const same = await play(TWO_CALLS, 1000, keep);
    expect(same.starts.cold).toBe(2);
    expect(same.idleReclaim.reclaims).toBe(0);
  });
});

/** Frames of a zone that hold pages of processes. */
function framesIn({ guest: { core, czones } }: MicroVm, zone: number): number[] {
  const found: number[] = [];
  for (const start of czones?.blocksOf(zone) ?? []) {
    for (let pfn = start; pfn < start + PAGEBLOCK_FRAMES; pfn += 1) {
      if (core.frames.kind(pfn) === KIND_OBJECT) found.push(pfn);
    }
  }
  return found;
}

describe('a zygote', () => {
  it('is started with the first container, whose start has its runtime; those that follow are forked alone', () => {
    const system = makeSystem('mcpv-czone:zygote');
    const steps = [0, 1].map(() => Object.keys(system.start(PROFILE).operations));
    expect(steps).toEqual([
      ['zone', 'container', 'runtime'],
      ['zone', 'container'],
    ]);
  });

  it('shares its pages with its children, who own what they write, each in a zone of its own', () => {
    const { system } = systemWithClock('mcpv-czone:zygote', { build: 'verify' });
    const { account } = system.host;
    const containers = [0, 1, 2].map(() => system.start(PROFILE).container);
    expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames + 3 * PROFILE.resumeWriteFrames);
    for (const container of containers) {
      const { vm, czone = -1 } = container;
      expect(framesIn(vm, czone)).toHaveLength(PROFILE.resumeWriteFrames);
    }
    const [first, second] = containers as [Container, Container];
    second.begin(newCounts(), newCounts());
    system.stop(first);
    second.end(newCounts(), newCounts());
    expect(account[CAUSE_ANONYMOUS]).toBeGreaterThanOrEqual(
      PROFILE.anonymousFrames + 2 * PROFILE.resumeWriteFrames,
    );
    expectAccounted(system);
    for (const container of containers.slice(1)) system.stop(container);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('leaves a child whole when it exits: the pages that it wrote are in its own zone, and it reads the others on', () => {
    const machine = { ...defaultMachine(), containersPerVm: 4, build: 'verify' } as const;
    const { vm, started } = startedVm(machine, czoneConfig('zygote', machine, PROFILE));
    const scheme = new Zoned(started, machine.growth(), 'zygote');
    const czone = scheme.placed(PROFILE, 0);
    const { zygote } = scheme;
    const child = new Container(vm, PROFILE, { cpu: 0, kernelFrames: 16, czone, zygote });
    const [parents, children] = [czone - 1, czone];
    const written = framesIn(vm, children);
    expect(written).toHaveLength(PROFILE.resumeWriteFrames);
    const shared = framesIn(vm, parents).length - written.length;
    zygote?.exit();
    expectSound(vm);
    expect(framesIn(vm, children)).toEqual(written);
    // of the parent there is what the child has not written
    expect(framesIn(vm, parents)).toHaveLength(shared);
    child.begin(newCounts(), newCounts());
    child.end(newCounts(), newCounts());
    const own = framesIn(vm, children);
    expect(own).toEqual(expect.arrayContaining(written));
    expect(framesIn(vm, parents)).toHaveLength(shared - (own.length - written.length));
    expectSound(vm);
    child.exit();
    expectSound(vm);
    for (const zone of [parents, children]) expect(framesIn(vm, zone)).toEqual([]);
  });

  it('is a word after the name, as exec is', () => {
    expect(systemOf('mcpv-czone:exec').name).toBe('mcpv-czone:exec');
    expect(() => systemOf('mcpv-czone:fork')).toThrow(ArgumentError);
  });
});
