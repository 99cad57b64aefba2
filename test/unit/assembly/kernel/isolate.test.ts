// Pageblocks taken off the allocator's hands for a while (docs/linux-memory.md A.19), seen through the contiguous ranges
// that do it.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../../src/abi/gfp.ts';
import {
  KIND_OFFLINE,
  ZONE_DMA32,
  ZONE_FREE_OFFSET,
  ZONE_ISOLATED_BLOCKS_OFFSET,
} from '../../../../src/abi/layout.ts';
import { MIGRATE_MOVABLE, MIGRATE_UNMOVABLE } from '../../../../src/abi/migratetype.ts';
import { STAT_ISOLATED_BLOCKS } from '../../../../src/abi/stat.ts';
import { STATUS_BUSY } from '../../../../src/abi/status.ts';
import type { Core } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { IMAGE, bootGuest, expectSound, pageblock, zoneField } from '../../../support/core.ts';

const START = 0x4000;

function takeRange(core: Core, start: number, frames: number): number {
  return rawOf(core).contigAlloc(start, frames, KIND_OFFLINE, MIGRATE_MOVABLE, 5, 0);
}

const typeOf = (core: Core, pfn: number): number => pageblock(core, pfn) & 7;
const isolated = (core: Core): number => zoneField(core, ZONE_DMA32, ZONE_ISOLATED_BLOCKS_OFFSET);
const free = (core: Core): number => zoneField(core, ZONE_DMA32, ZONE_FREE_OFFSET);

describe('isolation', () => {
  it('covers every pageblock that the range touches, and ends with it', () => {
    const core = bootGuest();
    expect(takeRange(core, START + 100, 1000)).toBe(0);
    // 100 to 1100 lies in three pageblocks
    expect(core.stat(STAT_ISOLATED_BLOCKS)).toBe(3);
    expect(isolated(core)).toBe(0);
    expect([0, 512, 1024].map((at) => typeOf(core, START + at))).toEqual([1, 1, 1]);
    expectSound(core);
  });

  it('of a pageblock with reserved frames fails, and leaves all as it was', () => {
    const core = bootGuest();
    rawOf(core).drainAll();
    const before = free(core);
    // the pageblock before the kernel image can be isolated, the image's own cannot
    expect(takeRange(core, IMAGE.start - 512, 1024)).toBe(STATUS_BUSY);
    expect(isolated(core)).toBe(0);
    expect(typeOf(core, IMAGE.start - 512)).toBe(MIGRATE_MOVABLE);
    expect(free(core)).toBe(before);
    expectSound(core);
  });

  it('of a pageblock with kernel memory fails outside ZONE_MOVABLE', () => {
    const core = bootGuest();
    const kernel = rawOf(core).allocPages(GFP_KERNEL, 0, 0, 0);
    const block = kernel - (kernel % 512);
    expect(typeOf(core, kernel)).toBe(MIGRATE_UNMOVABLE);
    expect(takeRange(core, block, 512)).toBe(STATUS_BUSY);
    expect(typeOf(core, kernel)).toBe(MIGRATE_UNMOVABLE);
    expectSound(core);
  });

  it('lets the neighbours that are whole merge again when it ends', () => {
    const core = bootGuest();
    rawOf(core).drainAll();
    const hash = core.hash();
    const before = free(core);
    expect(takeRange(core, START, 512)).toBe(0);
    expect(free(core)).toBe(before - 512);
    expect(rawOf(core).contigFree(START, 512, 0)).toBe(0);
    rawOf(core).drainAll();
    expect(free(core)).toBe(before);
    expect(core.hash()).not.toBe(hash);
    // one block of order 10 again: a request for one is served with the range's frames among the others
    const blocks = new Set<number>();
    for (;;) {
      const pfn = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 10, 0, 0);
      if (pfn < 0) break;
      blocks.add(pfn);
    }
    expect(blocks.has(START)).toBe(true);
    expectSound(core);
  });
});
