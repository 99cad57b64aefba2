/** The statistics queue of a balloon device. */
import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../../src/abi/unit.ts';
import { rig } from '../../../support/balloon-rig.ts';

const entry = (tag: number, value: number): number[] => [tag, 0, value, 0, 0, 0, 0, 0, 0, 0];

describe('statistics', () => {
  it('are held until the interval has passed', () => {
    const { driver, balloon, clock } = rig('firecracker', {
      stats: true,
      statsIntervalNs: NS_PER_S,
    });
    expect(driver.send(2, [driver.put([...entry(1, 5), ...entry(4, 6)])])).toBeUndefined();
    expect(balloon.stats).toEqual({ swapOutBytes: 5, freeBytes: 6 });
    clock.advance(NS_PER_S);
    expect(driver.queues[2]?.takeUsed()).toEqual({ token: 0, writtenBytes: 0 });
  });

  it('a second buffer sends the first one back', () => {
    const { driver, device } = rig('qemu');
    driver.send(2, [driver.put(entry(1, 5))]);
    expect(driver.send(2, [driver.put(entry(1, 6))])).toBe(0);
    expect(device.counters.violations.get('stats-second-buffer')).toBe(1);
  });

  it('QEMU forgets all values at each buffer, Firecracker keeps them', () => {
    for (const profile of ['qemu', 'firecracker'] as const) {
      const { driver, balloon } = rig(profile, { stats: true });
      driver.send(2, [driver.put(entry(1, 5))]);
      driver.send(2, [driver.put(entry(4, 6))]);
      expect(balloon.stats.swapOutBytes).toBe(profile === 'qemu' ? undefined : 5);
      expect(balloon.stats.freeBytes).toBe(6);
    }
  });

  it('Firecracker ignores more than 2560 bytes but holds the buffer', () => {
    const { driver, balloon } = rig('firecracker', { stats: true });
    expect(driver.send(2, [driver.put(Array(257).fill(entry(1, 5)).flat())])).toBeUndefined();
    expect(balloon.stats).toEqual({});
    expect(balloon.pollStats()).toBe(true);
  });

  it('unknown tags and odd ends are counted and skipped', () => {
    const { driver, balloon, device } = rig('qemu');
    driver.send(2, [driver.put([...entry(16, 1), ...entry(5, 2), 1, 2])]);
    expect(balloon.stats).toEqual({ totalBytes: 2 });
    expect(device.counters.violations.get('stats-unknown-tag')).toBe(1);
    expect(device.counters.violations.get('stats-odd-length')).toBe(1);
  });

  it('Firecracker cannot switch them on or off, and refreshes at a new interval', () => {
    const { driver, balloon } = rig('firecracker', { stats: true, statsIntervalNs: NS_PER_S });
    driver.send(2, [driver.put(entry(1, 5))]);
    expect(balloon.setStatsInterval(0)).toBe('state-change');
    expect(balloon.setStatsInterval(2 * NS_PER_S)).toBe('ok');
    expect(driver.queues[2]?.takeUsed()).toBeDefined();
    expect(rig('qemu').balloon.setStatsInterval(NS_PER_S)).toBe('ok');
  });

  it.each([-1, NaN, Infinity])(
    'refuse an interval of %d, and go on with the one they have',
    (ns) => {
      expect(() => rig('qemu', { stats: true, statsIntervalNs: ns })).toThrow(RangeError);
      const { balloon, clock, driver } = rig('qemu', { stats: true, statsIntervalNs: NS_PER_S });
      expect(() => balloon.setStatsInterval(ns)).toThrow(RangeError);
      driver.send(2, [driver.put(entry(1, 5))]);
      clock.advance(NS_PER_S);
      expect(driver.queues[2]?.takeUsed()).toBeDefined();
    },
  );
});
