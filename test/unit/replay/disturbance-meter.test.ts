import { expect, it } from 'vitest';
import { PUBLISHED } from '../../../src/cost/index.ts';
import { DisturbanceMeter } from '../../../src/replay/disturbance-meter.ts';
import { LEVELS, Pricing } from '../../../src/replay/pricing.ts';
import { COUNT_MIGRATED_PAGES, DISTURBING, newCounts } from '../../../src/serverless/index.ts';

it('tells how long a call is held up on the clock, and its slowdown at each level', () => {
  const pricing = new Pricing(PUBLISHED);
  const meter = new DisturbanceMeter(pricing, 1);
  const counts = newCounts();
  const slot = DISTURBING[0] ?? COUNT_MIGRATED_PAGES;
  counts[slot] = 1000;
  const ns = meter.heldUpNs(counts, undefined);
  expect(ns).toBe(pricing.disturbanceNs(counts, 1, pricing.clockLevel));
  expect(ns).toBeGreaterThan(0);
  meter.record(counts, undefined, 2);
  const slowdowns = LEVELS.map((_, level) => [...meter.slowdowns(level)]);
  expect(slowdowns).toEqual(
    LEVELS.map((_, level) => [1 + pricing.disturbanceNs(counts, 1, level) / 1e6 / 2]),
  );
});
