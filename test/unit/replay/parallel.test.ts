/** What does not need threads; those run the built program: test/slow/cli-jobs.test.ts. */
import { describe, expect, it } from 'vitest';
import { ReplayInterrupted, SYSTEMS, replay, replayPlan } from '../../../src/replay/index.ts';
import { smallTrace } from '../../support/traces.ts';

const PLAN = { systems: ['scpv-template'], seed: 1, warmupMinutes: 1 };

describe('a plan with one job', () => {
  it('is a replay in this thread', async () => {
    const systems = SYSTEMS.filter(({ name }) => name === 'scpv-template');
    const { wall: _, ...alone } = await replay(smallTrace(), {
      systems,
      seed: 1,
      warmupMinutes: 1,
    });
    const { wall: __, ...planned } = await replayPlan(smallTrace(), PLAN, { jobs: 1 });
    expect(planned).toEqual(alone);
  });

  it('is what one system is given, however many jobs are allowed; it stops when told to', async () => {
    const stop = new AbortController();
    const played = replayPlan(smallTrace(), PLAN, {
      jobs: 8,
      signal: stop.signal,
      progress: () => stop.abort(),
    });
    await expect(played).rejects.toThrow(ReplayInterrupted);
  });
});

describe('a plan that cannot be', () => {
  it.each([null, 5, 'x'])('is played with options alone: not %j', async (options) => {
    const played = replayPlan(smallTrace(), PLAN, options as never);
    await expect(played).rejects.toThrow('options: expected an object');
  });

  it.each([1, 2])('is refused before anybody starts, with %i jobs', async (jobs) => {
    const two = { ...PLAN, systems: ['scpv-template', 'mcpv-static'] };
    const play = (plan: typeof PLAN): Promise<unknown> => replayPlan(smallTrace(), plan, { jobs });
    await expect(play({ ...two, warmupMinutes: 6 })).rejects.toThrow(
      /fewer minutes than the trace has \(6\), 0 or more, found 6/,
    );
    await expect(play({ ...two, systems: ['x', 'y'] })).rejects.toThrow(/found "x"/);
  });
});
