// Page requests that name a CZone.

import { describe, expect, it } from 'vitest';
import {
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KIND_MOVABLE,
  STATUS_BAD_ARGUMENT,
  STATUS_NO_MEMORY,
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
} from '../../../../src/core/index.ts';
import { expectSound, stateAt } from '../../../support/core.ts';
import { BLOCK, REGION, bootRegion } from '../../../support/region.ts';

const GFP = GFP_HIGHUSER_MOVABLE;

describe('a page request in a CZone', () => {
  it('gets an aligned block of the zone, with its tag', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 4 * BLOCK, 1);
    expect(core.czones.allocPages(zone, GFP, 0, 11)).toBe(REGION);
    const block = core.czones.allocPages(zone, GFP, 3, 12);
    expect(block).toBe(REGION + 8);
    expect(stateAt(core, block)).toBe(KIND_MOVABLE | 3);
    expect(core.frames.tag(block)).toBe(12);
    expect([core.stat(STAT_ALLOC_CALLS), core.stat(STAT_ALLOC_PAGES)]).toEqual([2, 9]);
    expect(core.pages.free(block, 3, 0)).toBe(0);
    expectSound(core);
  });

  it('grows the zone by one block when it has none, up to its limit', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 2 * BLOCK, 0);
    expect(core.czones.allocPages(zone, GFP, 9, 0)).toBe(REGION);
    expect(core.zone(zone).blocks).toBe(1);
    expect(core.czones.allocPages(zone, GFP, 9, 0)).toBe(REGION + BLOCK);
    expect(core.czones.allocPages(zone, GFP, 0, 0)).toBe(STATUS_NO_MEMORY);
    expect(core.stat(STAT_ALLOC_CALLS)).toBe(2);
    expectSound(core);
  });

  it('is refused for kernel memory, for no zone and for no order', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 2 * BLOCK, 1);
    expect(core.czones.allocPages(zone, GFP_KERNEL, 0, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.czones.allocPages(1, GFP, 0, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.czones.allocPages(zone, GFP, 11, 0)).toBe(STATUS_BAD_ARGUMENT);
  });
});
