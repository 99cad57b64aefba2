import { describe, expect, it } from 'vitest';
import { MS_PER_MINUTE } from '../../../src/abi/unit.ts';
import {
  KEEP_ALIVES,
  SYSTEMS,
  ReplayInterrupted,
  keepAlivesOf,
  policyOf,
  replay,
} from '../../../src/replay/index.ts';
import { IdleContainers } from '../../../src/replay/keep-alives.ts';
import { handTrace, smallTrace } from '../../support/traces.ts';

const MINUTE = MS_PER_MINUTE;
const SYSTEM = SYSTEMS.filter(({ name }) => name === 'scpv-template');

/** A call each 20 minutes for 5 hours: enough to be predicted. */
const regular = handTrace(
  Array.from({ length: 15 }, (_, at): [number, number] => [at * 20 * MINUTE, 1000]),
  300 * MINUTE,
);

describe('keep-alives of a trace', () => {
  it.each(['fixed:1m', 'fixed:30m', 'lru', 'hybrid'])(
    'are for %s what a replay makes of calls that lie apart',
    async (policy) => {
      const found = (await keepAlivesOf(regular, { systems: [], seed: 1 })).find(
        (one) => one.policy === policy,
      )!;
      const { systems } = await replay(regular, {
        systems: SYSTEM,
        seed: 1,
        keepAlive: policyOf(policy, KEEP_ALIVES),
      });
      const { starts, idle, prewarms } = systems[0]!;
      expect([found.cold, found.ahead]).toEqual([starts.cold, prewarms.started]);
      // a replay's containers are idle for less by what their starts take
      const started = starts.cold + prewarms.started;
      const apart = found.idleSeconds - idle.containerMs / 1000;
      expect(apart).toBeGreaterThanOrEqual(0);
      expect(apart).toBeLessThan(5 * started);
      expect(found.wastedGiBSeconds / found.idleSeconds).toBeCloseTo(
        idle.frameMs / idle.containerMs / 2 ** 18,
        9,
      );
    },
  );

  it('have fewer cold calls and more idleness the longer containers are kept', async () => {
    const all = await keepAlivesOf(smallTrace(), { systems: [], seed: 1, keepAlive: '2s' });
    const fixed = all.filter(({ policy }) => policy !== 'hybrid');
    const own = fixed.findIndex(({ isOwn }) => isOwn);
    expect(fixed[own]!.policy).toBe('fixed:2s');
    const ordered = [fixed[own]!, ...fixed.filter((_, at) => at !== own)];
    ordered.slice(1).forEach((one, at) => {
      expect(one.cold).toBeLessThanOrEqual(ordered[at]!.cold);
      expect(one.idleSeconds).toBeGreaterThanOrEqual(ordered[at]!.idleSeconds);
      expect(one.coldQuartile).toBeLessThanOrEqual(ordered[at]!.coldQuartile);
    });
    expect(ordered[0]!.cold).toBeGreaterThan(ordered.at(-1)!.cold);
  });

  it('do not count the warm-up', async () => {
    const plan = { systems: [], seed: 1, warmupMinutes: 280 };
    const [short] = await keepAlivesOf(regular, plan);
    expect([short!.policy, short!.cold, short!.idleSeconds]).toEqual(['fixed:1m', 1, 60]);
    const ever = (await keepAlivesOf(regular, plan)).find(({ policy }) => policy === 'lru')!;
    expect([ever.cold, ever.idleSeconds]).toEqual([0, 20 * 60 - 1]);
  });

  it('tell how many calls they have seen', async () => {
    const calls = Array.from({ length: 140_000 }, (_, at): [number, number] => [at, 1]);
    const told: [number, number][] = [];
    const trace = handTrace(calls, 3 * MINUTE);
    const plan = { systems: [], seed: 1 };
    await keepAlivesOf(trace, plan, undefined, (...one) => void told.push(one));
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(([done, total]) => done <= total && total === 140_000)).toBe(true);
  });

  it('are interrupted with the run', async () => {
    const calls = Array.from({ length: 70_000 }, (_, at): [number, number] => [at, 1]);
    const trace = handTrace(calls, 2 * MINUTE);
    await expect(
      keepAlivesOf(trace, { systems: [], seed: 1 }, AbortSignal.abort()),
    ).rejects.toThrow(ReplayInterrupted);
  });
});

describe('idle containers', () => {
  it('are taken last in, first out, and not at the instant at which they end', () => {
    const idle = new IdleContainers(0);
    const policy = { arrived: () => {}, keepMs: () => 10 };
    idle.release(0, 1, 0, policy);
    idle.release(5, 0, 0, policy);
    expect([idle.take(14, 0), idle.take(14, 1)]).toEqual([true, false]);
    idle.release(20, 0, 0, policy);
    expect(idle.take(30, 0)).toBe(false);
    expect(idle.idleMs).toBe(9 + 10 + 10);
  });
});
