// Free backed frames on their way to the host and back.

import { describe, expect, it } from 'vitest';
import { ZONE_BACKED_FREE_OFFSET } from '../../../../src/abi/layout.ts';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STAT_REFAULTS_AVOIDED,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { expectSound, scratch, zoneField } from '../../../support/core.ts';
import {
  BLOCK,
  NO_LIMIT,
  REGION,
  anonymous,
  bootRegion,
  rangesOf,
  written,
} from '../../../support/region.ts';

describe('reclaim', () => {
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

  it('takes as many ranges and frames as asked, and leaves the rest free', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 4 * BLOCK, 1);
    const object = written(core, zone, BLOCK);
    for (const at of [10, 100, 200]) core.objects.truncate(object, at, 8, 0);
    const one = rangesOf(core, rawOf(core).czoneReclaim(zone, 1, NO_LIMIT, 0));
    expect(one).toHaveLength(1);
    const few = rangesOf(core, rawOf(core).czoneReclaim(zone, 64, 5, 0));
    const frames = few.reduce((sum, [, count]) => sum + count, 0);
    expect(frames).toBe(5);
    expect(core.zone(zone).backedFree).toBe(24 - 5 - (one[0]?.[1] ?? 0));
    expectSound(core);
  });

  it('gives released frames back behind the others, cancelled ones before them', () => {
    for (const isCancelled of [1, 0]) {
      const core = bootRegion();
      const zone = core.czones.create(0, 4 * BLOCK, 1);
      const object = written(core, zone, BLOCK);
      // two free pages that cannot merge; the one at the head is taken
      core.objects.truncate(object, 100, 1, 0);
      core.objects.truncate(object, 300, 1, 0);
      const [[start] = [0]] = rangesOf(core, rawOf(core).czoneReclaim(zone, 1, 1, 0));
      expect(start).toBe(REGION + 300);
      expect(rawOf(core).czoneReturn(start, 1, isCancelled)).toBe(1);
      core.objects.touch(object, 100, 1, true, 0);
      expect(core.objects.frame(object, 100)).toBe(REGION + (isCancelled === 1 ? 300 : 100));
      expectSound(core);
    }
  });

  it('is refused for no zone, too many ranges or no order', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 4 * BLOCK, 1);
    const raw = rawOf(core);
    expect(raw.czoneReclaim(1, 1, 1, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.czoneReclaim(zone, 513, 1, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.czoneReclaim(zone, 1, 1, 11)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.czoneReturn(REGION, 0, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.czoneReturn(0x4000, 1, 0)).toBe(STATUS_BAD_STATE);
    expect(raw.czoneReturn(core.spanFrames, 1, 0)).toBe(STATUS_BAD_ARGUMENT);
  });
});
