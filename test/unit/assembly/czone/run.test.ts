// What happens when a CZone is full: it grows, asks, borrows or refuses.

import { describe, expect, it } from 'vitest';
import { ZONE_BLOCKS_OFFSET } from '../../../../src/abi/layout.ts';
import { CZONE_LIMIT_BORROW, CZONE_LIMIT_GROW } from '../../../../src/abi/czone.ts';
import {
  OBJECT_ANON,
  OBJECT_KERNEL,
  STATUS_BAD_ARGUMENT,
  STATUS_NO_MEMORY,
  STATUS_ZONE_FULL,
  STATUS_ZONE_LIMIT,
  STAT_CZONE_BORROWED_PAGES,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { expectSound, zoneField } from '../../../support/core.ts';
import { BLOCK, anonymous, bootRegion } from '../../../support/region.ts';

describe('at its limit', () => {
  it('a zone refuses, grows or borrows', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, BLOCK, 1);
    const object = anonymous(core, zone);
    expect(raw.objectTouch(object, 0, BLOCK + 5, 1, 0)).toBe(STATUS_ZONE_LIMIT);
    raw.czoneSetLimits(zone, CZONE_LIMIT_BORROW, 1);
    expect(raw.objectTouch(object, 0, BLOCK + 5, 1, 0)).toBe(5);
    expect(core.stat(STAT_CZONE_BORROWED_PAGES)).toBe(5);
    raw.czoneSetLimits(zone, CZONE_LIMIT_GROW, 1);
    expect(raw.objectTouch(object, 0, BLOCK + 9, 1, 0)).toBe(4);
    expect(zoneField(core, zone, ZONE_BLOCKS_OFFSET)).toBe(2);
    expectSound(core);
    expect(raw.czoneExit(zone, 0)).toBe(2);
    expectSound(core);
  });

  it('asks when it does not grow by itself, and says so when the pool is empty', () => {
    const core = bootRegion(BLOCK, 1);
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 0);
    raw.czoneSetLimits(zone, 0, 0);
    const object = anonymous(core, zone);
    expect(raw.objectTouch(object, 0, 1, 1, 0)).toBe(STATUS_ZONE_FULL);
    expect(raw.czoneFullZone()).toBe(zone);
    raw.czoneSetLimits(zone, 0, 1);
    expect(raw.objectTouch(object, 0, BLOCK + 1, 1, 0)).toBe(STATUS_NO_MEMORY);
  });

  it('holds user pages only', () => {
    const core = bootRegion();
    const zone = rawOf(core).czoneCreate(0, 4 * BLOCK, 1);
    expect(rawOf(core).objectCreate(OBJECT_KERNEL, zone, 0, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(rawOf(core).objectCreate(OBJECT_ANON, 2, 0, 0)).toBe(STATUS_BAD_ARGUMENT);
  });
});
