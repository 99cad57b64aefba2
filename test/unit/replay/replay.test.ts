import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  HostOutOfMemory,
  type ReplayOptions,
  ReplayInterrupted,
  SYSTEMS,
  type SystemRun,
  fixedKeepAlive,
  replay,
} from '../../../src/replay/index.ts';
import { handTrace, smallTrace } from '../../support/traces.ts';

const OPTIONS: ReplayOptions = { systems: SYSTEMS, seed: 1 };
const TEMPLATE = SYSTEMS.filter((spec) => spec.name === 'scpv-template');

async function playHand(
  calls: readonly (readonly [number, number])[],
  options: Partial<ReplayOptions> = {},
): Promise<SystemRun> {
  const run = await replay(handTrace(calls, 60_000), { systems: TEMPLATE, seed: 1, ...options });
  return run.systems[0] as SystemRun;
}

async function hashes(seed: number): Promise<string[]> {
  return (await replay(smallTrace(seed), OPTIONS)).systems.map((system) => system.hash);
}

/** Two containers of one function; the second begins after 12.5 s. */
const TWO = handTrace(
  [
    [0, 30_000],
    [12_500, 30_000],
  ],
  60_000,
);

/** Four containers at once, then again. */
const CALLS = Array.from({ length: 12 }, (_, at) => [at * 4000, 10_000] as const);
const ONE_GUEST = 2 ** 20;

/** A host in which one container has room, and two have none. */
async function tightFrames(): Promise<number> {
  const options = { systems: TEMPLATE, seed: 1 };
  const one = await replay(handTrace([[0, 30_000]], 60_000), options);
  const two = await replay(TWO, options);
  const peak = ({ systems }: typeof one): number => systems[0]?.peakFrames ?? 0;
  return Math.ceil((peak(one) + peak(two)) / 2);
}

describe('a host that is full', () => {
  it('does not end the replay: the call that found no room is refused', async () => {
    const hostFrames = await tightFrames();
    const played = await replay(TWO, { systems: TEMPLATE, seed: 1, machine: { hostFrames } });
    expect(played.systems[0]?.starts).toEqual({ cold: 1, warm: 0, queued: 0, refused: 1 });
    expect(played.trace.invocations).toBe(2);
  });
});

describe('a system that fails', () => {
  it('leaves the results of the others, and is told as missing', async () => {
    const fails = TEMPLATE.map((spec) => ({
      ...spec,
      name: 'fails',
      create: () => {
        throw new HostOutOfMemory(2, 1, 0);
      },
    }));
    const options = { seed: 1 };
    const run = await replay(TWO, { ...options, systems: [...fails, ...TEMPLATE] });
    expect(run.systems.map(({ name }) => name)).toEqual(['scpv-template']);
    expect(run.missing).toEqual([{ system: 'fails', error: expect.any(HostOutOfMemory) }]);
    const alone = await replay(TWO, { ...options, systems: TEMPLATE });
    expect(run.systems).toEqual(alone.systems);
    expect(alone.missing).toEqual([]);
    expect(run.trace).toEqual(alone.trace);
  });
});

describe('replay', () => {
  it.each([-1, 0.5, Number.NaN])('refuses the seed %d', async (seed) => {
    await expect(replay(smallTrace(), { systems: SYSTEMS, seed })).rejects.toThrow(
      /^seed: expected a whole number/,
    );
  });

  it('counts every invocation once, cold or warm, for every system', async () => {
    const trace = smallTrace();
    const run = await replay(trace, OPTIONS);
    expect(run.trace.invocations).toBe(trace.invocations);
    for (const { starts, undisturbedCalls, priced } of run.systems) {
      expect(starts.cold + starts.warm).toBe(trace.invocations);
      expect(priced.map((one) => one.startupMs.length)).toEqual([
        starts.cold,
        starts.cold,
        starts.cold,
      ]);
      expect(undisturbedCalls).toBeLessThanOrEqual(trace.invocations);
    }
  });

  it('gives the same hashes for the same input and others for another seed', async () => {
    const first = await hashes(1);
    expect(await hashes(1)).toEqual(first);
    expect(await hashes(2)).not.toEqual(first);
    expect(new Set(first).size).toBe(SYSTEMS.length);
  });

  it('gives the same hashes where guests have room for a few at a time', async () => {
    const systems = SYSTEMS.filter(({ name }) => /^(mcpv-czone|scpv-template)$/.test(name));
    const played = async (guestBytes?: number): Promise<string[]> => {
      const run = await replay(handTrace(CALLS, 60_000), { systems, seed: 1, guestBytes });
      return run.systems.map(({ hash }) => hash);
    };
    expect(await played(ONE_GUEST)).toEqual(await played());
  });

  it('starts a container per concurrent call and reuses idle ones', async () => {
    const run = await playHand([
      [0, 2000],
      [100, 2000],
      [10_000, 100],
      [20_000, 100],
    ]);
    expect(run.starts).toMatchObject({ cold: 2, warm: 2 });
  });

  it('keeps an idle container for its time and not longer', async () => {
    const calls = [
      [0, 100],
      [10_000, 100],
      [30_000, 100],
    ] as const;
    const starts = async (keepMs: number): Promise<unknown> =>
      (await playHand(calls, { keepAlive: () => fixedKeepAlive(keepMs) })).starts;
    expect(await starts(25_000)).toMatchObject({ cold: 1, warm: 2 });
    expect(await starts(15_000)).toMatchObject({ cold: 2, warm: 1 });
    expect(await starts(0)).toMatchObject({ cold: 3, warm: 0 });
  });

  it('makes a call wait for the start of its container', async () => {
    // the second call comes while the first container still starts, the third after that
    const run = await playHand([
      [0, 10],
      [20, 10],
      [5000, 10],
    ]);
    expect(run.starts).toMatchObject({ cold: 2, warm: 1 });
    const [low, typical, high] = run.priced.map((one) => one.startupMs[0] as number);
    expect(low).toBeLessThan(typical as number);
    expect(typical).toBeLessThan(high as number);
  });

  it('measures nothing of the warm-up', async () => {
    const calls = [
      [0, 100],
      [31_000, 100],
    ] as const;
    // its heap does not grow: a warm call asks nothing of the host
    const functions = { functions: 'parametric', workload: { growthShare: 0 } } as const;
    const run = await playHand(calls, { warmupMinutes: 0.5, ...functions });
    expect(run.starts).toMatchObject({ cold: 0, warm: 1 });
    expect(run.priced[1]?.cpuMs.host).toBe(0);
    expect(run.meanFrames[3]).toBeGreaterThan(0);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const played = replay(smallTrace(), {
      ...OPTIONS,
      signal: stop.signal,
      progress: () => stop.abort(),
    });
    await expect(played).rejects.toThrow(ReplayInterrupted);
  });

  it('refuses a warm-up as long as the trace', async () => {
    await expect(playHand([[0, 1]], { warmupMinutes: 1 })).rejects.toThrow(/warm-up/);
  });

  it.each([
    { systems: [null] },
    { idle: () => undefined },
    { maps: null },
    { maps: '' },
    { keeper: null },
    { keeper: {} },
    { keeper: { everyMinutes: 1, kept: () => undefined, keep: () => undefined } },
    { machine: { inspect: 5 } },
  ])('refuses what callers without types may say: %j', async (options) => {
    await expect(playHand([[0, 1]], options as never)).rejects.toThrow(RefusedArgument);
  });

  it('refuses a policy that makes no placement', async () => {
    const options = { systems: SYSTEMS.filter(({ name }) => name === 'mcpv-static') };
    const machine = { placement: () => undefined } as never;
    await expect(playHand([[0, 1]], { ...options, machine })).rejects.toThrow(RefusedArgument);
  });
});
