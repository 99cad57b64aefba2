/** Faascale's driver: what it tells its host, and how it waits. */
import { describe, expect, it } from 'vitest';
import { FaascaleRig } from '../../../support/faascale.ts';

describe('the driver', () => {
  it('tells of blocks before and after their use, on a queue each, and goes on when the host has answered', () => {
    const rig = new FaascaleRig();
    expect(rig.driver.probe()).toBeUndefined();
    const blocks = [
      { start: 4096, count: 2048 },
      { start: 1024, count: 1024 },
    ];
    expect(rig.driver.populate(blocks)).toBe(true);
    expect(rig.told.splice(0)).toEqual([
      ['populate', 4096, 2048],
      ['populate', 1024, 1024],
    ]);
    expect(rig.driver.depopulate(blocks.slice(1))).toBe(true);
    expect(rig.told).toEqual([['depopulate', 1024, 1024]]);
    expect(rig.model.counters.messages).toBe(2);
    expect(rig.device.counters.usedInterrupts).toBe(2);
  });

  it('puts 128 blocks into a message at most', () => {
    const rig = new FaascaleRig();
    rig.driver.probe();
    const blocks = Array.from({ length: 300 }, (_, at) => ({ start: at, count: 1 }));
    expect(rig.driver.populate(blocks)).toBe(true);
    expect(rig.model.counters.messages).toBe(3);
    expect(rig.told.map(([, pfn]) => pfn)).toEqual(blocks.map(({ start }) => start));
  });

  it('says nothing of no blocks', () => {
    const rig = new FaascaleRig();
    rig.driver.probe();
    expect(rig.driver.depopulate([])).toBe(true);
    expect(rig.model.counters.messages).toBe(0);
  });

  it('does not take a device for which it has no memory, and tells it nothing', () => {
    const rig = new FaascaleRig(0x1800);
    expect(rig.driver.probe()).toBe('no-memory');
    expect(rig.driver.populate([{ start: 0, count: 1 }])).toBe(false);
    expect(rig.told).toEqual([]);
  });
});
