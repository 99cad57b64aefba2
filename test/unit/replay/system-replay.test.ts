/** A system's devices live on the clock that the replay's events are on. */
import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/abi/unit.ts';
import {
  type PricedRun,
  type SystemRun,
  type SystemSpec,
  SYSTEMS,
  fixedKeepAlive,
  optionsOf,
  replay,
  systemOf,
} from '../../../src/replay/index.ts';
import { ManyPerVm, staticConfig } from '../../../src/serverless/many-per-vm.ts';
import { Reporting } from '../../../src/vmm/index.ts';
import { handTrace } from '../../support/traces.ts';

const STATIC = SYSTEMS.find((spec) => spec.name === 'mcpv-static') as SystemSpec;
const CALLS: readonly (readonly [number, number])[] = [
  [1000, 500],
  [30_000, 500],
];

function typical({ priced }: SystemRun): PricedRun {
  return priced[1] as PricedRun;
}

describe('SystemReplay', () => {
  it('fires timers at their own times between the events, up to the end of the trace', async () => {
    const firedNs: number[] = [];
    const ticking: SystemSpec = {
      ...STATIC,
      create(context) {
        const { clock } = context;
        const tick = (): void => {
          firedNs.push(clock.nowNs);
          clock.after(7 * NS_PER_S, tick);
        };
        clock.after(7 * NS_PER_S, tick);
        return STATIC.create(context);
      },
    };
    const trace = handTrace(CALLS, 60_000);
    const { systems } = await replay(trace, { systems: [ticking, STATIC], seed: 1 });
    expect(firedNs).toEqual([7, 14, 21, 28, 35, 42, 49, 56].map((s) => s * NS_PER_S));
    expect(systems[0]?.starts).toEqual(systems[1]?.starts);
    expect(systems[0]?.peakFrames).toEqual(systems[1]?.peakFrames);
  });

  it('lets a system give its VMs devices: a balloon reports free pages as the replay goes on', async () => {
    const devices: Reporting[] = [];
    const reporting: SystemSpec = {
      ...STATIC,
      create: (context) =>
        new ManyPerVm(context, {
          config: staticConfig,
          attach: ({ vm, context: { clock } }) => {
            devices.push(new Reporting(vm, clock, { profile: 'qemu' }));
            return {};
          },
        }),
    };
    await replay(handTrace(CALLS, 60_000), { systems: [reporting], seed: 1 });
    expect(devices).toHaveLength(1);
    expect(devices[0]?.balloon.reporter?.reports).toBeGreaterThan(0);
  });

  it('has VMs that start together wait for each other, each as long as those before it take', async () => {
    const trace = handTrace(
      Array.from({ length: 30 }, () => [1000, 500] as const),
      60_000,
    );
    const play = async (contention: boolean): Promise<SystemRun> => {
      const systems = [systemOf('scpv-template')];
      return (await replay(trace, { systems, seed: 1, contention })).systems[0] as SystemRun;
    };
    const [on, off] = [await play(true), await play(false)];
    const waits = typical(on).startupMs.map(
      (ms, at) => ms - (typical(off).startupMs[at] as number),
    );
    expect([waits[0], waits[1], waits[29]].map((ms) => (ms as number).toFixed(3))).toEqual([
      '0.000',
      '3.519',
      (29 * 3.5 + (0.0193 * 29 * 30) / 2).toFixed(3),
    ]);
    const { contention, ...others } = typical(on).startupStepsMs;
    expect(contention).toBeCloseTo(waits.reduce((sum, ms) => sum + ms) / 30, 9);
    expect(others).toEqual(typical(off).startupStepsMs);
    expect([on.starts, on.peakFrames]).toEqual([off.starts, off.peakFrames]);
  });

  it('slows calls down beside a balloon that is inflated, and hardly beside a zone that ends', async () => {
    // one container stays and calls, others come and go beside it
    const calls = Array.from({ length: 40 }, (_, at) => [1000 + 500 * at, 450] as const);
    const burst = Array.from({ length: 3 }, () => [4000, 100] as const);
    const trace = handTrace(
      [...calls, ...burst].toSorted((a, b) => a[0] - b[0]),
      60_000,
    );
    const play = async (name: string, interference: boolean): Promise<number> => {
      const { systems } = await replay(trace, {
        systems: [systemOf(name)],
        seed: 1,
        keepAlive: () => fixedKeepAlive(2000),
        functions: 'parametric',
        workload: { growthShare: 0 },
        interference,
      });
      const { slowdowns } = typical(systems[0] as SystemRun);
      return slowdowns.reduce((sum, one) => sum + one - 1, 0);
    };
    expect(await play('mcpv-balloon', true)).toBeGreaterThan(0.05);
    expect(await play('mcpv-balloon', false)).toBeLessThan(0.01);
    expect(await play('mcpv-czone', true)).toBeLessThan(0.01);
  });

  it('starts containers before their calls for a policy that wants them, and counts those of use', async () => {
    const minutes = Array.from({ length: 20 }, (_, at) => [60_000 * 30 * at + 5, 100] as const);
    const trace = handTrace(minutes, 60_000 * 30 * 20);
    const play = async (keepAlive: string): Promise<SystemRun> => {
      const plan = { systems: ['scpv-template'], seed: 1, keepAlive };
      return (await replay(trace, optionsOf(plan))).systems[0] as SystemRun;
    };
    const [hybrid, long, short] = [await play('hybrid'), await play('35m'), await play('10m')];
    expect(short.starts).toMatchObject({ cold: 20, warm: 0 });
    expect(long.starts).toMatchObject({ cold: 1, warm: 19 });
    // all calls are warm, as if it had been kept; but after ten idle times it was there for a tenth of the time
    expect(hybrid.starts).toMatchObject({ cold: 1, warm: 19 });
    // the last one comes after the last call, and is of no use
    expect(hybrid.prewarms).toEqual({ started: 10, used: 9 });
    expect(hybrid.idle.containerMs).toBeLessThan(0.65 * long.idle.containerMs);
    expect(long.prewarms).toEqual({ started: 0, used: 0 });
  });

  it('starts its clock at nought for every system', async () => {
    const startNs: number[] = [];
    const spying: SystemSpec = {
      ...STATIC,
      create(context) {
        startNs.push(context.clock.nowNs);
        return STATIC.create(context);
      },
    };
    const trace = handTrace([[5, 1]], (3 * NS_PER_S) / NS_PER_MS);
    await replay(trace, { systems: [spying, spying], seed: 1 });
    expect(startNs).toEqual([0, 0]);
  });
});
