// The front door of frees: what was given comes back once, where it came from.

import { describe, expect, it } from 'vitest';
import {
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KIND_PCP,
  STATUS_BAD_ARGUMENT,
  STAT_FREE_CALLS,
  STAT_FREE_PAGES,
} from '../../../src/core/index.ts';
import { CZONE_DYING } from '../../../src/abi/czone.ts';
import { bootGuest, expectSound, kindAt, stateAt } from '../../support/core.ts';
import { BLOCK, bootRegion } from '../../support/region.ts';

describe('a free', () => {
  it('is counted, in calls and frames', () => {
    const core = bootGuest();
    const pfn = core.pages.alloc(GFP_KERNEL, 3, 0);
    expect(core.pages.free(pfn, 3, 1)).toBe(0);
    expect([core.stat(STAT_FREE_CALLS), core.stat(STAT_FREE_PAGES)]).toEqual([1, 8]);
    expect(stateAt(core, pfn)).toBe(KIND_PCP | 3);
  });

  it('of anything but a block in use, whole, is refused', () => {
    const core = bootGuest();
    const pfn = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 3, 0);
    const object = core.objects.create(1, -1, GFP_HIGHUSER_MOVABLE);
    core.objects.touch(object, 0, 1, true, 0);
    const bad: [pfn: number, order: number, cpu: number][] = [
      [pfn, 2, 0],
      [pfn, 4, 0],
      [pfn + 1, 3, 0],
      [pfn + 1, 0, 0],
      [pfn, 11, 0],
      [pfn, 3, 2],
      [core.objects.frame(object, 0), 0, 0],
      [0, 0, 0],
      [0xffff_fff0, 0, 0],
    ];
    for (const [at, order, cpu] of bad) {
      expect(core.pages.free(at, order, cpu), `${at} ${order}`).toBe(STATUS_BAD_ARGUMENT);
    }
    expect(core.pages.free(pfn, 3, 0)).toBe(0);
    expect(core.pages.free(pfn, 3, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.stat(STAT_FREE_CALLS)).toBe(1);
    expectSound(core);
  });

  it('in a CZone goes to the zone, past the per-cpu lists', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 2 * BLOCK, 1);
    const pages = [0, 1, 2].map(() => core.czones.allocPages(zone, 0x8, 0, 0));
    const free = core.zone(zone).free;
    for (const pfn of pages) expect(core.pages.free(pfn, 0, 0)).toBe(0);
    expect(core.zone(zone).free).toBe(free + 3);
    expectSound(core);
  });

  it('of a dying zone’s last page ends the zone', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 4 * BLOCK, 2);
    const page = core.czones.allocPages(zone, 0x8, 0, 0);
    expect(core.czones.exit(zone, 0)).toBe(1);
    expect(core.zone(zone).state).toBe(CZONE_DYING);
    expect(core.pages.free(page, 0, 0)).toBe(0);
    expect(core.zone(zone).state).toBe(0);
    expect(kindAt(core, page)).toBe(0);
    expect(core.czones.pooledBlocks).toBe(16);
    expectSound(core);
  });
});
