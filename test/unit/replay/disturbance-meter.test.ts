import { describe, expect, it } from 'vitest';
import { PUBLISHED } from '../../../src/cost/index.ts';
import { DisturbanceMeter } from '../../../src/replay/disturbance-meter.ts';
import { LEVELS, Pricing } from '../../../src/replay/pricing.ts';
import { COUNT_MIGRATED_PAGES, DISTURBING, newCounts } from '../../../src/serverless/index.ts';

const PRICING = new Pricing(PUBLISHED);
const SLOT = 3;

function measured(durationMs: number): { durationMs: number; isMeasured: boolean } {
  return { durationMs, isMeasured: true };
}

function faults(pages: number): ReturnType<typeof newCounts> {
  const counts = newCounts();
  counts[DISTURBING[0] ?? COUNT_MIGRATED_PAGES] = pages;
  return counts;
}

describe('a call', () => {
  it('is held up as long as what it meets takes on the clock, and slower by that at each level', () => {
    const meter = new DisturbanceMeter(PRICING, 1);
    const counts = faults(1000);
    const ms = meter.holdUp(SLOT, measured(2), counts, undefined);
    expect(ms).toBe(PRICING.disturbanceNs(counts, 1, PRICING.clockLevel) / 1e6);
    expect(ms).toBeGreaterThan(0);
    meter.end(SLOT, measured(2));
    const slowdowns = LEVELS.map((_, level) => [...meter.slowdowns(level)]);
    expect(slowdowns).toEqual(
      LEVELS.map((_, level) => [(2 + PRICING.disturbanceNs(counts, 1, level) / 1e6) / 2]),
    );
  });

  it('adds up what comes while it runs', () => {
    const meter = new DisturbanceMeter(PRICING, 1);
    meter.delay(SLOT, 1, 3);
    meter.delay(SLOT, 1, 5);
    meter.delay(SLOT, 2, 7);
    expect(LEVELS.map((_, level) => meter.lateMs(SLOT, level))).toEqual([0, 8, 7]);
    expect(meter.end(SLOT, measured(8))).toBe(2);
    expect(LEVELS.map((_, level) => meter.slowdowns(level)[0])).toEqual([1, 2, 15 / 8]);
    expect([meter.lateMs(SLOT, 1), meter.slots]).toEqual([0, []]);
  });

  it('that is not measured, or not late, leaves nothing', () => {
    const meter = new DisturbanceMeter(PRICING, 1);
    expect(meter.holdUp(SLOT, measured(8), faults(0), undefined)).toBe(0);
    expect(meter.end(SLOT, measured(8))).toBeUndefined();
    meter.delay(SLOT, 1, 3);
    expect(meter.end(SLOT, { durationMs: 8, isMeasured: false })).toBeUndefined();
    expect(meter.slowdowns(1)).toHaveLength(0);
  });
});
