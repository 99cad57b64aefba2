// A zone's survey, word by word, on states small enough to count by hand.

import { describe, expect, it } from 'vitest';
import {
  KIND_UNMOVABLE,
  MEMORY_BLOCK_FRAMES,
  STATUS_BAD_ARGUMENT,
  ZONE_MOVABLE,
  surveyZone,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { M, U } from '../../../model/fixture.ts';
import { bootGuest } from '../../../support/core.ts';
import { coreWith } from '../../../support/exact.ts';
import { BLOCK, bootRegion, written } from '../../../support/region.ts';

const DMA32 = 1;
const PLUG = 0x100000;

describe('unusable free space', () => {
  it('is the share of free frames in blocks too small for the order', () => {
    // 4 single frames, a block of 4, one of 32: 40 frames
    const core = coreWith(
      [M],
      [
        [0, M, [4, 8, 12, 20]],
        [2, M, [64]],
        [5, M, [128]],
      ],
    );
    const index = [0, 1, 2, 3, 5, 6].map((order) => rawOf(core).unusableIndex(DMA32, order));
    expect(index).toEqual([0, 100, 100, 200, 200, 1000]);
  });

  it('is all of it where nothing is free, and refused where there is no zone', () => {
    const core = coreWith([M], []);
    expect(rawOf(core).unusableIndex(DMA32, 0)).toBe(1000);
    expect(rawOf(core).unusableIndex(9, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(rawOf(core).unusableIndex(DMA32, 11)).toBe(STATUS_BAD_ARGUMENT);
  });
});

describe('a survey', () => {
  it('counts free, movable and pinned frames, and pageblocks that mix the last two', () => {
    // a free pageblock, one of movable pages, one of kernel memory, five more of the kernel's
    const core = coreWith(
      [M, M, U],
      [
        [9, M, [0]],
        [4, M, [512]],
      ],
    );
    core.pages.free(1024, 0, 0);
    expect(surveyZone(core, DMA32)).toMatchObject({
      pageblocks: 8,
      freePageblocks: 1,
      freeMemoryBlocks: 0,
      mixedPageblocks: 0,
      movableFrames: 512 - 16,
      pinnedFrames: 6 * 512 - 1,
    });
    core.hotplug.allocContig({ start: 512, count: 1 }, KIND_UNMOVABLE, M, 1, 0);
    expect(surveyZone(core, DMA32)).toMatchObject({ mixedPageblocks: 1, pinnedFrames: 6 * 512 });
  });

  it('counts memory blocks that are free from end to end', () => {
    const core = bootGuest({ spanFrames: PLUG + 3 * MEMORY_BLOCK_FRAMES });
    core.hotplug.online(PLUG, 3 * MEMORY_BLOCK_FRAMES, ZONE_MOVABLE);
    expect(surveyZone(core, ZONE_MOVABLE).freeMemoryBlocks).toBe(3);
    // one page in the second: the free pageblocks around it do not make one across the border
    const start = PLUG + MEMORY_BLOCK_FRAMES;
    core.hotplug.allocContig({ start, count: 1 }, KIND_UNMOVABLE, M, 1, 0);
    expect(surveyZone(core, ZONE_MOVABLE)).toMatchObject({
      freeMemoryBlocks: 2,
      freePageblocks: 3 * 64 - 1,
    });
  });

  it('of a CZone looks at its own blocks only', () => {
    const core = bootRegion();
    const zones = [3, 2].map((blocks) => core.czones.create(0, 8 * BLOCK, blocks));
    written(core, zones[0] as number, BLOCK + 10);
    expect(surveyZone(core, zones[0] as number)).toMatchObject({
      pageblocks: 3,
      freePageblocks: 1,
      movableFrames: BLOCK + 10,
      pinnedFrames: 0,
    });
    expect(surveyZone(core, zones[1] as number).pageblocks).toBe(2);
  });
});
