import { describe, expect, it } from 'vitest';

import { PUBLISHED, pricesOf } from '../../../src/cost/index.ts';
import { LEVELS, Pricing } from '../../../src/replay/pricing.ts';
import { type StartKind, StartQueue } from '../../../src/replay/start-queue.ts';

const TYPICAL = 1;

function delays(kind: StartKind, starts: number, { everyMs = 0, level = TYPICAL } = {}): number[] {
  const queue = new StartQueue(new Pricing(PUBLISHED));
  return Array.from(
    { length: starts },
    (_, at) => queue.enter(kind, at, at * everyMs).delayMs[level] as number,
  );
}

/** RunD's own data (ATC 2022): makespans in ms of so many starts at once, and the latency of one. */
const RUND: readonly (readonly [number, number])[] = [
  [10, 125],
  [20, 162],
  [50, 265],
  [100, 475],
  [200, 1085],
  [400, 2442],
];
// the fit itself has 87 for one, hence 7 % at 10
const RUND_ALONE_MS = 84;

describe('VMs that start on a host', () => {
  it('take no longer than alone when they come one by one to an empty host', () => {
    const queue = new StartQueue(new Pricing(PUBLISHED));
    expect(queue.enter('clone', 0, 5).delayMs).toEqual([0, 0, 0]);
    expect(queue.enter('clone', 0, 500).delayMs).toEqual([0, 0, 0]);
  });

  it('wait for all before them when they come together', () => {
    const [first, second, third] = delays('clone', 3) as [number, number, number];
    expect(first).toBe(0);
    expect(second).toBeCloseTo(3.5 + 0.0193, 6);
    expect(third).toBeCloseTo(2 * 3.5 + 3 * 0.0193, 6);
  });

  it('take longer beside others, and say how many those are', () => {
    const queue = new StartQueue(new Pricing(PUBLISHED));
    const { delayMs, operations } = queue.enter('clone', 1000, 0);
    expect(operations).toEqual({ clonePerVm: 1000 });
    expect(delayMs.map((ms) => Math.round(ms * 10) / 10)).toEqual([12.4, 19.3, 30]);
  });

  it('let others go first who are done before they come, and wait for those who are not', () => {
    const queue = new StartQueue(new Pricing(PUBLISHED));
    const enter = (nowMs: number, afterMs: number): number =>
      queue.enter('clone', 0, nowMs, afterMs).delayMs[TYPICAL] as number;
    // a turn of 3.5 ms is given away from 100 on
    expect(enter(0, 100)).toBe(0);
    expect(enter(0, 0)).toBe(0);
    expect(enter(96, 0)).toBe(0);
    // until 99.5 the one before, and then there is not room for a whole turn
    expect(enter(97, 0)).toBeCloseTo(6.5, 9);
    expect(enter(101, 1)).toBeCloseTo(5, 9);
    expect(enter(300, 0)).toBe(0);
  });

  it('do not wait when they come at a slower pace than they are served', () => {
    expect(Math.max(...delays('clone', 10, { everyMs: 4 }))).toBeLessThan(0.2);
    expect(delays('boot', 10, { everyMs: 4 })[9]).toBeGreaterThan(400);
  });

  it('come to RunD’s makespans within 8 % at the prices that its own data has', () => {
    const own = { cloneSerial: 3_500_000, clonePerVm: 12_400 };
    const queue = new StartQueue(new Pricing(pricesOf({ own })));
    const waits = Array.from(
      { length: 400 },
      (_, at) => queue.enter('clone', at, 0).delayMs[TYPICAL] as number,
    );
    for (const [starts, makespanMs] of RUND) {
      const ours = RUND_ALONE_MS + (waits[starts - 1] as number);
      expect(Math.abs(ours / makespanMs - 1), `${starts} starts`).toBeLessThan(0.08);
    }
  });

  it('are priced at every level, each with a queue of its own', () => {
    const [low, typical, high] = LEVELS.map((_, level) => delays('boot', 20, { level })[19]);
    expect(low).toBeLessThan(typical as number);
    expect(typical).toBeLessThan(high as number);
  });
});
