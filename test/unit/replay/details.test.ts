import { describe, expect, it } from 'vitest';
import { cdfOf } from '../../../src/replay/details.ts';
import {
  SYSTEMS,
  detailsOf,
  fixedKeepAlive,
  replay,
  resultsOf,
} from '../../../src/replay/index.ts';
import { reportHtml } from '../../../src/report/index.ts';
import { smallTrace } from '../../support/traces.ts';

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
    expect(details.cdfs?.startupMs?.length).toBe(SYSTEMS.length);
    for (const [index, { system: of, columns }] of (details.starts ?? []).entries()) {
      const { name, starts } = played.systems[index]!;
      expect(of).toBe(name);
      for (const column of Object.values(columns)) expect(column).toHaveLength(starts.cold);
    }
    expect(details.starts?.length).toBe(SYSTEMS.length);
    expect(details.levels?.map(({ system }) => system)).toEqual(SYSTEMS.map(({ name }) => name));
    expect(details.sensitivity?.prices.length).toBeGreaterThan(10);
    expect(Object.keys(details.sentences ?? {})).toEqual(SYSTEMS.map(({ name }) => name));
    const html = await reportHtml(resultsOf(played), details);
    expect(html.startsWith('<!doctype html>')).toBe(true);
  });

  it('knows at each instant what is free in the guests, and what of it lies in 2 MiB blocks', async () => {
    const played = await replay(smallTrace(), { systems: SYSTEMS, seed: 1 });
    for (const { counts = {}, system } of detailsOf(played).series ?? []) {
      const { vms = [], freeFrames = [], wholeFrames = [] } = counts;
      const free = [...freeFrames];
      const isOnLlfree = system === 'mcpv-hyperalloc'; // without lists by order
      expect(
        free.every((frames, at) => frames >= wholeFrames[at]!),
        system,
      ).toBe(true);
      expect(
        free.every((frames, at) => (vms[at] === 0 || isOnLlfree ? frames === 0 : frames > 0)),
        system,
      ).toBe(true);
      expect(Math.max(...wholeFrames) % 512, system).toBe(0);
    }
  });

  it('has a distribution of all calls, of which most were not disturbed', async () => {
    const played = await replay(smallTrace(), { systems: SYSTEMS, seed: 1 });
    for (const { values, share, system } of detailsOf(played).cdfs?.slowdown ?? []) {
      expect(values[0], system).toBe(1);
      expect([...values], system).toEqual([...values].toSorted((a, b) => a - b));
      expect(share.at(-1), system).toBe(1);
    }
  });
});
