// A pageblock's word: type, hint and zone do not disturb each other.

import { describe, expect, it } from 'vitest';
import {
  KIND_UNMOVABLE,
  MIGRATE_MOVABLE,
  MIGRATE_RECLAIMABLE,
  ZONE_DMA32,
} from '../../../../src/core/index.ts';
import {
  PAGEBLOCK_NO_ZONE,
  PAGEBLOCK_SKIP,
  PAGEBLOCK_ZONE_SHIFT,
} from '../../../../src/abi/layout.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound, pageblock } from '../../../support/core.ts';
import { BLOCK, REGION, anonymous, bootRegion } from '../../../support/region.ts';

describe('the word of a pageblock', () => {
  it('keeps its zone when its type changes', () => {
    const core = bootGuest();
    const range = { start: 0x4000, count: 1024 };
    const taken = core.hotplug.allocContig(range, KIND_UNMOVABLE, MIGRATE_RECLAIMABLE, 1, 0);
    expect(taken).toBe(0);
    for (const start of [0x4000, 0x4200]) {
      expect(pageblock(core, start)).toBe(
        (ZONE_DMA32 << PAGEBLOCK_ZONE_SHIFT) | MIGRATE_RECLAIMABLE,
      );
    }
    expect(pageblock(core, 0x4400) & 7).toBe(MIGRATE_MOVABLE);
  });

  it('keeps type and zone when compaction leaves its hint and takes it away', () => {
    const core = bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } });
    const object = anonymous(core);
    core.objects.touch(object, 0, 15_000, true, 0);
    for (let page = 0; page < 15_000; page += 2) core.objects.truncate(object, page, 1, 0);
    core.pages.drainAll();
    const blocks = Array.from({ length: 0x4000 / 512 - 8 }, (_, at) => 0x1000 + at * 512);
    const words = (): number[] => blocks.map((pfn) => pageblock(core, pfn));
    const before = words();
    rawOf(core).compactZone(ZONE_DMA32, 0);
    const hinted = words();
    expect(hinted.filter((word) => (word & PAGEBLOCK_SKIP) !== 0).length).toBeGreaterThan(0);
    const bare = hinted.map((word) => word & ~PAGEBLOCK_SKIP & ~7);
    expect(bare).toEqual(before.map((word) => word & ~7));
    expectSound(core);
  });

  it('names no zone for a hole, and a block of the pool, and the CZone that has it', () => {
    const core = bootRegion();
    expect(pageblock(core, REGION - 512) >>> PAGEBLOCK_ZONE_SHIFT).toBe(PAGEBLOCK_NO_ZONE);
    expect(pageblock(core, REGION) >>> PAGEBLOCK_ZONE_SHIFT).toBe(PAGEBLOCK_NO_ZONE);
    const zone = core.czones.create(0, 4 * BLOCK, 2);
    const zones = [0, 1, 2].map(
      (at) => pageblock(core, REGION + at * BLOCK) >>> PAGEBLOCK_ZONE_SHIFT,
    );
    expect(zones).toEqual([zone, zone, PAGEBLOCK_NO_ZONE]);
    core.czones.exit(zone, 0);
    expect(pageblock(core, REGION) >>> PAGEBLOCK_ZONE_SHIFT).toBe(PAGEBLOCK_NO_ZONE);
  });
});
