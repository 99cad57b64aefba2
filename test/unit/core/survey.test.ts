// Surveys of a zone against what is known to be in it.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { KIND_UNMOVABLE, OBJECT_ANON, ZONE_DMA32 } from '../../../src/abi/layout.ts';
import { MIGRATE_MOVABLE } from '../../../src/abi/migratetype.ts';
import { CoreError } from '../../../src/core/index.ts';
import { surveyZone } from '../../../src/core/survey.ts';
import { IMAGE, bootGuest } from '../../support/core.ts';
import { rawOf } from '../../../src/core/raw.ts';

const NONE = 0xffffffff;

describe('surveyZone', () => {
  it('finds a fresh zone in whole blocks', () => {
    const core = bootGuest({ frames: 0x20000 });
    const survey = surveyZone(core, ZONE_DMA32);
    expect(survey.pageblocks).toBe((0x20000 - 4096) / 512);
    expect(survey.freePageblocks).toBe(survey.pageblocks - IMAGE.count / 512);
    // 128 MiB blocks from 0x8000, 0x10000 and 0x18000; the first holds the image, the one at 0 is half DMA's.
    expect(survey.freeMemoryBlocks).toBe(2);
    expect(survey.pinnedFrames).toBe(IMAGE.count);
    expect(survey.movableFrames).toBe(0);
    expect(survey.unusableByOrder.every((share) => share < 0.01)).toBe(true);
  });

  it('counts what is movable, what is pinned, and where they mix', () => {
    const core = bootGuest();
    const id = rawOf(core).objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
    rawOf(core).objectTouch(id, 0, 700, 1, 0);
    const before = surveyZone(core, ZONE_DMA32);
    expect(before.movableFrames).toBe(700);
    expect(before.mixedPageblocks).toBe(0);
    const page = rawOf(core).objectFrame(id, 0);
    const hole = (page & ~511) + 511;
    expect(rawOf(core).contigAlloc(hole, 1, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0)).toBe(0);
    rawOf(core).allocPages(GFP_KERNEL, 3, 0, 0);
    const after = surveyZone(core, ZONE_DMA32);
    expect(after.mixedPageblocks).toBe(1);
    expect(after.pinnedFrames).toBe(IMAGE.count + 9);
    expect(after.movableFrames).toBe(700);
  });

  it('tells how much free memory is of no use for an order', () => {
    const core = bootGuest();
    const { unusableByOrder, freeByOrder } = surveyZone(core, ZONE_DMA32);
    const free = freeByOrder.reduce((sum, blocks, order) => sum + blocks * 2 ** order, 0);
    const small = freeByOrder.slice(0, 10).reduce((sum, n, order) => sum + n * 2 ** order, 0);
    expect(unusableByOrder[0]).toBe(0);
    expect(unusableByOrder[10]).toBe(Math.floor((small * 1000) / free) / 1000);
  });

  it('refuses a zone that does not exist', () => {
    expect(() => surveyZone(bootGuest(), 99)).toThrow(CoreError);
  });
});
