import { describe, expect, it } from 'vitest';
import { SYSTEMS, fixedKeepAlive, replay, resultsOf } from '../../../src/replay/index.ts';
import { checkResults, parseResults } from '../../../src/report/schema.ts';
import { smallTrace } from '../../support/traces.ts';

const RUN = await replay(smallTrace(), {
  systems: SYSTEMS,
  seed: 1,
  warmupMinutes: 1,
  keepAlive: () => fixedKeepAlive(5000),
});

describe('resultsOf', () => {
  it('makes a record that keeps to the schema and whose parts add up, at every price level', () => {
    for (const level of ['low', 'typical', 'high'] as const) {
      expect(checkResults(parseResults(resultsOf(RUN, level)))).toEqual([]);
    }
  });

  it('has starts of the measured time only', () => {
    const results = resultsOf(RUN);
    for (const { starts } of results.systems) {
      expect(starts.cold + starts.warm).toBe(results.trace.invocations);
    }
    expect(results.trace.invocations).toBeLessThan(smallTrace().invocations);
  });

  it('orders the price levels and leaves counts alone', () => {
    const [low, typical, high] = (['low', 'typical', 'high'] as const).map(
      (level) => resultsOf(RUN, level).systems[1],
    );
    expect(low?.startupMs.mean).toBeLessThan(typical?.startupMs.mean as number);
    expect(typical?.startupMs.mean).toBeLessThan(high?.startupMs.mean as number);
    expect(low?.footprintBytes).toEqual(high?.footprintBytes);
  });

  it('gives slowdowns of 1 where no call was disturbed', () => {
    const [system] = RUN.systems;
    if (system === undefined) throw new Error('no system');
    const calm = {
      ...system,
      priced: system.priced.map((one) => ({ ...one, slowdowns: new Float64Array(0) })),
    };
    const slowdown = resultsOf({ ...RUN, systems: [calm] }).systems[0]?.slowdown;
    expect(slowdown).toEqual({ mean: 1, p99: 1 });
  });

  it('finds the 99th percentile among disturbed and undisturbed calls alike', () => {
    const [system] = RUN.systems;
    if (system === undefined) throw new Error('no system');
    const slowdowns = Float64Array.of(3, 2);
    const shaped = {
      ...system,
      undisturbedCalls: 98,
      priced: system.priced.map((one) => ({ ...one, slowdowns })),
    };
    expect(resultsOf({ ...RUN, systems: [shaped] }).systems[0]?.slowdown).toEqual({
      mean: (98 + 5) / 100,
      p99: 2,
    });
  });

  it('names systems that are missing, with the reason in one line', () => {
    expect(resultsOf(RUN)).not.toHaveProperty('missing');
    const missing = [
      { system: 'scpv-other', error: new Error('no room\n  for it') },
      { system: 'mcpv-other', error: 'words' },
    ];
    const results = parseResults(resultsOf({ ...RUN, missing }));
    expect(results.missing).toEqual([
      { system: 'scpv-other', reason: 'no room for it' },
      { system: 'mcpv-other', reason: 'words' },
    ]);
  });
});
