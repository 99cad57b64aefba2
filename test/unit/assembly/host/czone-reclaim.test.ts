// Free backed frames on their way to the host and back.

import { describe, expect, it } from 'vitest';
import { ZONE_BACKED_FREE_OFFSET } from '../../../../src/abi/layout.ts';
import { CZONE_IDLE } from '../../../../src/abi/czone.ts';
import { NONE, STATUS_BAD_STATE, STAT_REFAULTS_AVOIDED } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { expectSound, scratch, zoneField } from '../../../support/core.ts';
import { BLOCK, anonymous, bootRegion } from '../../../support/region.ts';

describe('reclaim', () => {
  it('of all idle zones leaves the active ones alone', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    const zones = [0, 1, 2].map(() => raw.czoneCreate(0, 4 * BLOCK, 1));
    for (const zone of zones) {
      const object = anonymous(core, zone);
      raw.objectTouch(object, 0, 100, 1, 0);
      raw.objectTruncate(object, 0, 64, 0);
    }
    raw.czoneSetState(zones[0] as number, CZONE_IDLE);
    raw.czoneSetState(zones[2] as number, CZONE_IDLE);
    expect(raw.czoneReclaim(NONE, 16, 1 << 20, 0)).toBe(2);
    const left = zones.map((zone) => zoneField(core, zone, ZONE_BACKED_FREE_OFFSET));
    expect(left).toEqual([0, 64, 0]);
    expectSound(core);
  });

  it('takes no piece smaller than asked, and none twice', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 1);
    const object = anonymous(core, zone);
    raw.objectTouch(object, 0, BLOCK, 1, 0);
    raw.objectTruncate(object, 3, 70, 0);
    expect(raw.czoneReclaim(zone, 16, 1 << 20, 5)).toBe(1);
    expect(scratch(core, 2)[1]).toBe(32);
    expect(raw.czoneReclaim(zone, 16, 1 << 20, 5)).toBe(0);
    const [start, frames] = scratch(core, 2) as [number, number];
    expect(raw.czoneReturn(start + 1, frames, 0)).toBe(STATUS_BAD_STATE);
    expect(raw.czoneReturn(start, frames, 1)).toBe(frames);
    expect(raw.czoneReturn(start, frames, 1)).toBe(STATUS_BAD_STATE);
    expectSound(core);
  });

  it('counts the host faults that backed frames first saves', () => {
    const core = bootRegion();
    core.setPreferBacked(true);
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 2);
    const object = anonymous(core, zone);
    raw.objectTouch(object, 0, BLOCK + 300, 1, 0);
    raw.objectTruncate(object, 0, BLOCK, 0);
    raw.objectTouch(object, 0, 100, 1, 0);
    expect(core.stat(STAT_REFAULTS_AVOIDED)).toBeGreaterThan(0);
    expect(zoneField(core, zone, ZONE_BACKED_FREE_OFFSET)).toBe(BLOCK - 100);
  });
});
