import { describe, expect, it } from 'vitest';

import { LOST_SHARES, PUBLISHED, costNs } from '../../../src/cost/index.ts';
import { DisturbanceMeter } from '../../../src/replay/disturbance-meter.ts';
import type { Host } from '../../../src/replay/fleet.ts';
import { Interference } from '../../../src/replay/interference.ts';
import { LEVELS, Pricing, workReceipt } from '../../../src/replay/pricing.ts';
import { WarmPool } from '../../../src/replay/warm-pool.ts';
import {
  COUNT_MIGRATED_PAGES,
  type Container,
  type MicroVm,
  type Work,
  newCounts,
} from '../../../src/serverless/index.ts';

const PRICING = new Pricing(PUBLISHED);
const TYPICAL = PRICING.clockLevel;
const BY_PAGE = LOST_SHARES.byPage.typical;
const BY_RANGE = LOST_SHARES.byRange.typical;
const INFLATION: Work = { operations: { balloonInflatePage: 10_000 }, counts: newCounts() };
const REPORT: Work = { operations: { reportRange: 1000 }, counts: newCounts() };

function takes(work: Work): number {
  return PRICING.interference(workReceipt(work), TYPICAL, { cpus: 100, calls: 1 }).totalMs;
}

/** A VM in which so many calls of one duration have begun at 0. */
function world(calls: number, durationMs: number, cpus = 4) {
  const vm = { cpus } as MicroVm;
  const pool = new WarmPool(1);
  const meter = new DisturbanceMeter(PRICING, 1);
  const interference = new Interference(PRICING, pool, meter);
  const slots = Array.from({ length: calls }, () => {
    const slot = pool.add({ vm } as Container, 0, {} as Host);
    pool.setCall(slot, durationMs, true);
    pool.begin(slot, 0);
    return slot;
  });
  return { vm, pool, meter, interference, slots };
}

describe('calls beside work of their VM’s devices', () => {
  it('lose the share that work by page takes, for as long as it lasts', () => {
    const { vm, interference, meter, slots } = world(2, 10_000);
    interference.work(vm, slots, INFLATION, 100);
    const lostMs = takes(INFLATION) * BY_PAGE;
    expect(lostMs).toBeGreaterThan(1);
    for (const slot of slots) {
      expect(meter.lateMs(slot, TYPICAL)).toBeCloseTo(lostMs, 9);
      expect(interference.takeOwedMs(slot)).toBeCloseTo(lostMs, 9);
      expect(interference.takeOwedMs(slot)).toBe(0);
    }
  });

  it('lose hardly anything to work by range', () => {
    const { vm, interference, meter, slots } = world(1, 10_000);
    interference.work(vm, slots, REPORT, 0);
    expect(meter.lateMs(0, TYPICAL)).toBeCloseTo(takes(REPORT) * BY_RANGE, 9);
    expect(BY_RANGE).toBeLessThan(BY_PAGE / 10);
  });

  it('lose to pages on the move, whatever moved them', () => {
    const counts = newCounts();
    counts[COUNT_MIGRATED_PAGES] = 1000;
    const { vm, interference, meter, slots } = world(1, 10_000);
    const work = { operations: { reportRange: 1 }, counts };
    interference.work(vm, slots, work, 0);
    expect(meter.lateMs(0, TYPICAL)).toBeCloseTo(takes(work) * BY_PAGE, 9);
  });

  it('lose no more than until their end', () => {
    const { vm, interference, meter, slots } = world(1, 2);
    interference.work(vm, slots, INFLATION, 1);
    expect(meter.lateMs(0, TYPICAL)).toBeCloseTo(BY_PAGE / (1 - BY_PAGE), 9);
  });

  it('share the processors with the work when none is free', () => {
    const all = world(4, 10_000);
    all.interference.work(all.vm, all.slots, REPORT, 0);
    const three = world(3, 10_000);
    three.interference.work(three.vm, three.slots, REPORT, 0);
    const guestMs = PRICING.operationsNs({ reportRange: 1000 }, TYPICAL) / 1e6;
    expect(all.meter.lateMs(0, TYPICAL)).toBeGreaterThan(three.meter.lateMs(0, TYPICAL));
    expect(all.meter.lateMs(0, TYPICAL)).toBeLessThanOrEqual(guestMs / 4);
  });

  it('that begin while the work goes on lose to what is left of it', () => {
    const { vm, pool, interference, meter, slots } = world(1, 10_000);
    interference.work(vm, slots, INFLATION, 0);
    const lasts = takes(INFLATION);
    const slot = pool.add({ vm } as Container, 0, {} as Host);
    pool.setCall(slot, 10_000, true);
    expect(interference.begin(slot, vm, lasts / 4)).toBeCloseTo((lasts * 3 * BY_PAGE) / 4, 9);
    expect(meter.lateMs(slot, TYPICAL)).toBeCloseTo((lasts * 3 * BY_PAGE) / 4, 9);
    expect(interference.begin(slot, { cpus: 4 } as MicroVm, lasts / 4)).toBe(0);
    expect(interference.begin(slot, vm, 100 * lasts)).toBe(0);
  });

  it('lose to one piece of work after the other, not to both at once', () => {
    const { vm, interference, meter, slots } = world(1, 10_000);
    interference.work(vm, slots, INFLATION, 0);
    interference.work(vm, slots, INFLATION, 0);
    expect(meter.lateMs(0, TYPICAL)).toBeCloseTo(2 * takes(INFLATION) * BY_PAGE, 9);
    const soon = world(1, takes(INFLATION) / 2);
    soon.interference.work(soon.vm, soon.slots, INFLATION, 0);
    const before = soon.meter.lateMs(0, TYPICAL);
    soon.interference.work(soon.vm, soon.slots, INFLATION, 0);
    expect(soon.meter.lateMs(0, TYPICAL)).toBe(before);
  });

  it('leave in the receipt what comes to their slowdown at the prices of the clock', () => {
    const { vm, pool, interference, meter, slots } = world(1, 10_000);
    interference.work(vm, slots, INFLATION, 0);
    interference.work(vm, slots, REPORT, 1);
    const late = pool.add({ vm } as Container, 0, {} as Host);
    pool.setCall(late, 5000, true);
    interference.begin(late, vm, 2);
    const slowdowns = meter.lateMs(0, TYPICAL) / 10_000 + meter.lateMs(late, TYPICAL) / 5000;
    expect(costNs(meter.receipt) / 1e6).toBeCloseTo(slowdowns, 9);
  });

  it('lose nothing while their containers start or are idle', () => {
    const { vm, pool, interference, meter } = world(0, 1);
    const starting = pool.add({ vm } as Container, 0, {} as Host);
    const idle = pool.add({ vm } as Container, 0, {} as Host);
    pool.begin(idle, 0);
    pool.release(idle, 1, 100);
    interference.work(vm, [starting, idle], INFLATION, 5);
    expect(meter.slots).toEqual([]);
  });

  it('are slowed down at every level, each by its own shares', () => {
    const { vm, interference, meter, slots } = world(1, 10_000);
    interference.work(vm, slots, INFLATION, 0);
    const [low, typical, high] = LEVELS.map((_, level) => meter.lateMs(0, level));
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(typical as number);
    expect(typical).toBeLessThan(high as number);
  });
});
