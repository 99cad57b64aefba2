// Memory objects through typed calls: no argument changes place on the way.

import { describe, expect, it } from 'vitest';
import {
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_ANON,
  OBJECT_FILE,
  STATUS_NEED_RECLAIM,
  STAT_COW_PAGES,
  STAT_TOUCHED_PAGES,
} from '../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../support/core.ts';
import { BLOCK, bootRegion } from '../../support/region.ts';

describe('Objects', () => {
  it('makes, forks and ends objects with zone and tag as said', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 4 * BLOCK, 1);
    const parent = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 31);
    core.objects.touch(parent, 0, 2, true, 0);
    const child = core.objects.fork(parent, zone, 1, 32);
    expect(core.objects.about(parent)).toEqual({ kind: OBJECT_ANON, tag: 31 });
    expect(core.objects.about(child)).toEqual({ kind: OBJECT_ANON, tag: 32 });
    core.objects.touch(child, 0, 1, true, 0);
    expect(core.frames.zone(core.objects.frame(child, 0))).toBe(zone);
    expect(core.objects.destroy(child, 0)).toBe(1);
    expectSound(core);
  });

  it('reads or writes as said', () => {
    const core = bootGuest();
    const parent = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    expect(core.objects.touch(parent, 5, 7, true, 0)).toBe(7);
    core.objects.fork(parent, NONE, 0);
    core.objects.touch(parent, 5, 3, false, 0);
    expect(core.stat(STAT_COW_PAGES)).toBe(0);
    core.objects.touch(parent, 5, 3, true, 0);
    expect(core.stat(STAT_COW_PAGES)).toBe(3);
    expect(core.stat(STAT_TOUCHED_PAGES)).toBe(13);
  });

  it('says where a touch stopped', () => {
    const core = bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } });
    const file = core.objects.create(OBJECT_FILE, NONE, GFP_HIGHUSER_MOVABLE);
    expect(core.objects.touch(file, 1000, 100_000, true, 0)).toBe(STATUS_NEED_RECLAIM);
    const { stoppedAt } = core.objects;
    expect(stoppedAt).toBe(1000 + core.objects.pages(file));
    expect(core.objects.frame(file, stoppedAt - 1)).toBeGreaterThan(0);
    expect(core.objects.frame(file, stoppedAt)).toBe(-1);
  });
});
