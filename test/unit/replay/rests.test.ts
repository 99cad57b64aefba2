import { describe, expect, it } from 'vitest';
import {
  type ReplayOptions,
  type SystemRun,
  fixedKeepAlive,
  idlePolicyOf,
  replay,
  systemOf,
} from '../../../src/replay/index.ts';
import { PRICE_INDEX } from '../../../src/cost/index.ts';
import { handTrace } from '../../support/traces.ts';

/** Two calls, then nothing for 40 s, then one more. */
const CALLS: readonly (readonly [number, number])[] = [
  [1000, 500],
  [2500, 500],
  [43_000, 500],
];

async function play(system: string, options: Partial<ReplayOptions> = {}): Promise<SystemRun> {
  const systems = [systemOf(system)];
  const base = { systems, seed: 1, keepAlive: () => fixedKeepAlive(600_000) };
  return (await replay(handTrace(CALLS, 60_000), { ...base, ...options })).systems[0] as SystemRun;
}

function counted({ rests }: SystemRun): readonly number[] {
  return [rests.parks, rests.suspends, rests.resumes];
}

function sum(frames: Float64Array): number {
  return frames.reduce((all, one) => all + one, 0);
}

/** By how much its calls of 500 ms were late, all told. */
function lateMs({ functions }: SystemRun): number {
  return ((functions.slowdown[0] as number) - (functions.ran[0] as number)) * 500;
}

/** Each call leaves buffers behind that are free. */
const buffered: ReplayOptions['profile'] = (_, made) => ({ ...made, callTemporaryFrames: 64 });

describe('a VM whose containers are idle', () => {
  it('is suspended when its time has come, resumed by the next call, and written again', async () => {
    const run = await play('scpv-template', { idle: idlePolicyOf('suspend:10s') });
    expect(counted(run)).toEqual([0, 2, 1]);
    expect(run.starts).toMatchObject({ cold: 1, warm: 2 });
    const { writtenFrames, readFrames } = run.rests;
    expect(run.receipt[PRICE_INDEX.imageWrite4KiB]).toBe(writtenFrames);
    expect(run.receipt[PRICE_INDEX.imageRead4KiB]).toBe(readFrames);
    expect(run.functions.suspends[0]).toBe(2);
    const kept = await play('scpv-template');
    expect(sum(run.meanFrames)).toBeLessThan(0.8 * sum(kept.meanFrames));
  });

  it('holds up the call that wakes it, by what its return takes', async () => {
    const run = await play('scpv-template', { idle: idlePolicyOf('suspend:10s') });
    const kept = await play('scpv-template');
    // a VMM, a load and a connection, and some thousand pages from a disk
    expect(lateMs(run) - lateMs(kept)).toBeGreaterThan(50);
  });

  it('is not suspended when a call comes while it is written: the call waits for that alone', async () => {
    const run = await play('scpv-template', {
      idle: idlePolicyOf('suspend:39900ms'),
    });
    // idle from 3 s on, it is written from 42.9 s on, which takes longer than 100 ms; 60 s is too soon for the next
    expect(counted(run)).toEqual([0, 0, 0]);
    expect(run.receipt[PRICE_INDEX.vmSuspend]).toBe(1);
    expect(run.functions.slowdown[0]).toBeGreaterThan(3.1);
  });

  it('is parked by what its system has for that, and asked for no more than it gets or less', async () => {
    for (const system of ['scpv-boot', 'mcpv-balloon', 'mcpv-virtio-mem', 'mcpv-dimm']) {
      const run = await play(system, { idle: idlePolicyOf('park:5s') });
      expect(counted(run), system).toEqual([2, 0, 0]);
      expect(run.reclaim.gotFrames).toBeLessThanOrEqual(run.reclaim.askedFrames);
      expect(run.rests.parkedFrames, system).toBeGreaterThanOrEqual(0);
    }
    const zones = await play('mcpv-czone', { idle: idlePolicyOf('park:5s'), profile: buffered });
    expect(zones.idleReclaim.gotFrames).toBeGreaterThan(0);
    expect(zones.rests.parkedFrames).toBe(zones.idleReclaim.gotFrames);
  });

  it('is parked first and suspended later, when both are said', async () => {
    const run = await play('scpv-boot', { idle: idlePolicyOf('park:5s,suspend:10s') });
    expect(counted(run)).toEqual([2, 2, 1]);
  });

  it('is left alone by a policy that never lets the time come', async () => {
    const run = await play('scpv-boot', { idle: idlePolicyOf('park:10m,suspend:10m') });
    expect(counted(run)).toEqual([0, 0, 0]);
    expect(run.hash).toBe((await play('scpv-boot')).hash);
  });

  it('cannot be parked by a policy and asked by its device at once', async () => {
    const both = { idle: idlePolicyOf('park'), machine: { idleReclaimMs: 1000 } };
    await expect(play('mcpv-czone', both)).rejects.toThrow('parking or idle reclaim');
  });
});
