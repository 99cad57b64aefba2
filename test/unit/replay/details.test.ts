import { describe, expect, it } from 'vitest';
import { cdfOf, conclusionsOf } from '../../../src/replay/details.ts';
import {
  SYSTEMS,
  detailsOf,
  fixedKeepAlive,
  replay,
  resultsOf,
} from '../../../src/replay/index.ts';
import { type Results, reportHtml } from '../../../src/report/index.ts';
import { results, system } from '../../support/report.ts';
import { smallTrace } from '../../support/traces.ts';

/** Two systems, the second at `factor` of the first. */
function run(factor: number): Results {
  return results(system('first'), system('second', factor));
}

describe('cdf', () => {
  it('has all samples when they are few', () => {
    const { values, share } = cdfOf('s', Float64Array.of(30, 10, 20, 20));
    expect([...values]).toEqual([10, 20, 20, 30]);
    expect([...share]).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('keeps the ends when it thins', () => {
    const samples = Float64Array.from({ length: 10_001 }, (_, index) => index);
    const { values, share } = cdfOf('s', samples, 11);
    expect([...values]).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000]);
    expect(share.at(-1)).toBe(1);
    expect(cdfOf('s', new Float64Array()).values).toHaveLength(0);
  });
});

describe('conclusions', () => {
  it('compare each later system with the first, at each price level', () => {
    const found = conclusionsOf({ low: run(0.5), typical: run(0.75), high: run(2) });
    expect(found[0]).toEqual({
      statement: 'mean start-up: second / first',
      low: 0.5,
      typical: 0.75,
      high: 2,
    });
    expect(found).toHaveLength(5);
  });

  it('leave out ratios to nothing', () => {
    const still = system('first');
    still.startupMs = { ...still.startupMs, mean: 0, p99: 0 };
    const runs = results(still, system('second'));
    const statements = conclusionsOf({ low: runs, typical: runs, high: runs });
    expect(statements.map((one) => one.statement).join()).not.toMatch(/start-up/);
  });

  it('name a system that a run lacks', () => {
    const whole = results();
    const other = results(system('scpv-template'));
    expect(() => conclusionsOf({ low: other, typical: whole, high: whole })).toThrow(
      'results: expected the system mcpv-czone, found undefined',
    );
  });
});

describe('detailsOf', () => {
  it('feeds every section of the report that a replay has records for', async () => {
    const played = await replay(smallTrace(), {
      systems: SYSTEMS,
      seed: 1,
      warmupMinutes: 1,
      keepAlive: () => fixedKeepAlive(5000),
    });
    const details = detailsOf(played);
    expect(details.series?.length).toBe(SYSTEMS.length);
    expect(details.startupCdfs?.length).toBe(SYSTEMS.length);
    for (const [index, { system: of, columns }] of (details.starts ?? []).entries()) {
      const { name, starts } = played.systems[index]!;
      expect(of).toBe(name);
      for (const column of Object.values(columns)) expect(column).toHaveLength(starts.cold);
    }
    expect(details.starts?.length).toBe(SYSTEMS.length);
    expect(details.conclusions?.length).toBeGreaterThan(0);
    const html = await reportHtml(resultsOf(played), details);
    expect(html.startsWith('<!doctype html>')).toBe(true);
  });
});
