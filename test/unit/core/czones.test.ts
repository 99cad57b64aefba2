// CZones through typed calls: lists of blocks, ranges on their way to the host.

import { describe, expect, it } from 'vitest';
import { Core, CoreError, STATUS_BAD_ARGUMENT } from '../../../src/core/index.ts';
import { expectSound } from '../../support/core.ts';
import { BLOCK, BLOCKS, REGION, anonymous, bootRegion, written } from '../../support/region.ts';

const first = (released: boolean): number => {
  const core = bootRegion();
  const zone = core.czones.create(0, 8 * BLOCK, 1);
  const object = written(core, zone, BLOCK);
  for (const page of [100, 300]) core.objects.truncate(object, page, 1, 0);
  const [range] = core.czones.reclaim(zone, 1, 1, 0);
  core.czones.putBack(range?.start ?? 0, 1, released);
  return core.czones.allocPages(zone, 0x8, 0, 0) - REGION;
};

describe('CZoneCalls', () => {
  it('lists blocks of the pool and of zones by their first frames', () => {
    const { czones } = bootRegion();
    const zone = czones.create(3, 8 * BLOCK, 2);
    expect(czones.blocksOf(zone)).toEqual([REGION, REGION + BLOCK]);
    expect(czones.pooled()).toHaveLength(BLOCKS - 2);
    expect([czones.pluggedBlocks, czones.pooledBlocks]).toEqual([BLOCKS, BLOCKS - 2]);
    expect([1, 2].map((at) => czones.isPooled(REGION + at * BLOCK))).toEqual([false, true]);
    expect(czones.isPooled(REGION + 2 * BLOCK + 1)).toBe(false);
    expect(czones.unplug(REGION + 2 * BLOCK, BLOCK)).toBe(1);
    expect(czones.pluggedBlocks).toBe(BLOCKS - 1);
  });

  it('finds no pool in a guest on LLFree', () => {
    const { czones } = Core.create({ frames: 8192, build: 'verify-llfree' });
    expect([czones.pluggedBlocks, czones.pooledBlocks, czones.pooled()]).toEqual([0, 0, []]);
    expect([5, 2 ** 31, 2 ** 32 - 1].map((pfn) => czones.isPooled(pfn))).toEqual([
      false,
      false,
      false,
    ]);
    expect(czones.collect(100)).toEqual([]);
  });

  it('names the zone that was full last', () => {
    const core = bootRegion();
    expect(core.czones.fullZone()).toBe(-1);
    const zone = core.czones.create(0, 8 * BLOCK, 0);
    core.czones.setPolicy(zone, 0, 0);
    core.objects.touch(anonymous(core, zone), 0, 1, true, 0);
    expect(core.czones.fullZone()).toBe(zone);
  });

  it('answers ranges, as many as fit in the scratch area whatever is asked', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 8 * BLOCK, 1);
    const object = written(core, zone, BLOCK);
    core.objects.truncate(object, 16, 8, 0);
    expect(core.czones.reclaim(zone, 1e9, 1e9, 0)).toEqual([{ start: REGION + 16, count: 8 }]);
    expect(core.czones.putBack(REGION + 16, 8, true)).toBe(8);
    core.czones.exit(zone, 0);
    expect(core.czones.collect(1e9)).toEqual([{ start: REGION, count: BLOCK }]);
    expectSound(core);
  });

  it('puts back what was released as released', () => {
    // kept, it is first again; released, another is found before it
    expect([first(false), first(true)]).toEqual([300, 100]);
  });

  it('throws for a status where ranges were asked for, and passes others on', () => {
    const { czones } = bootRegion();
    expect(() => czones.reclaim(2, 1, 1, 0)).toThrow(CoreError);
    expect(() => czones.reclaim(2, 1, 1, 0)).toThrow(/^czoneReclaim: an argument/);
    expect(czones.grow(2, 1)).toBe(STATUS_BAD_ARGUMENT);
  });

  it.each([Symbol('x'), -1, 0.5])('ends no zone %s', (index) => {
    const { czones } = bootRegion();
    expect(() => czones.exit(index as never, 0)).toThrow('expected a whole number of 0 to');
    expect(() => czones.exit(0, index as never)).toThrow('expected a whole number of 0 to');
  });

  it.each([0.5, 2 ** 32 + 1, Number.NaN])('counts no %s processes', (by) => {
    expect(() => bootRegion().czones.refer(1, by)).toThrow('by: expected a whole number');
  });
});
