// The reserve for high-order requests that cannot wait: what it grows by, how far, and how it goes.

import { describe, expect, it } from 'vitest';
import {
  type Core,
  GFP_ATOMIC,
  GFP_DIRECT_RECLAIM,
  GFP_KERNEL,
  MIGRATE_MOVABLE,
  STAT_HIGHATOMIC_BLOCKS,
  ZONE_DMA32,
} from '../../../../src/core/index.ts';
import {
  ZONE_FREE_HIGHATOMIC_OFFSET,
  ZONE_RESERVED_HIGHATOMIC_OFFSET,
} from '../../../../src/abi/layout.ts';
import {
  type BenchOptions,
  bootGuest,
  expectSound,
  pageblock,
  zoneField,
} from '../../../support/core.ts';

const HIGHATOMIC = 3;
const reserved = (core: Core): number =>
  zoneField(core, ZONE_DMA32, ZONE_RESERVED_HIGHATOMIC_OFFSET);
const free = (core: Core): number => zoneField(core, ZONE_DMA32, ZONE_FREE_HIGHATOMIC_OFFSET);

/** A guest whose memory is used up to the mark that only those may pass who cannot wait. */
function exhausted(options: BenchOptions = {}): Core {
  const core = bootGuest(options);
  while (core.pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, 3, 0) >= 0);
  return core;
}

/** Atomic requests of order 3 until so many pageblocks are reserved, or none is served. */
function reserve(core: Core, blocks: number): number[] {
  const pages: number[] = [];
  while (core.stat(STAT_HIGHATOMIC_BLOCKS) < blocks) {
    const pfn = core.pages.alloc(GFP_ATOMIC, 3, 0);
    if (pfn < 0) break;
    pages.push(pfn);
  }
  return pages;
}

describe('the highatomic reserve', () => {
  it('takes the pageblock of a high-order atomic request, with what is free in it', () => {
    const plenty = bootGuest();
    plenty.pages.alloc(GFP_ATOMIC, 3, 0);
    expect(reserved(plenty)).toBe(0);
    const core = exhausted();
    core.pages.alloc(GFP_ATOMIC, 0, 0);
    expect(reserved(core)).toBe(0);
    const [page = 0] = reserve(core, 1);
    expect(pageblock(core, page) & 7).toBe(HIGHATOMIC);
    expect(reserved(core)).toBe(512);
    expect(free(core)).toBeGreaterThan(0);
    expectSound(core);
  });

  it('is at most a hundredth of the zone, rounded up to pageblocks', () => {
    const core = exhausted();
    const share = Math.floor(core.zone(ZONE_DMA32).managed / 100);
    reserve(core, 99);
    expect(reserved(core)).toBe(Math.floor((share + 511) / 512) * 512);
    expectSound(core);
  });

  it('is not kept in a zone whose hundredth is less than a pageblock', () => {
    const core = exhausted({ frames: 0x8000, image: { start: 0x4000, count: 256 } });
    expect(reserve(core, 1).length).toBeGreaterThan(0);
    expect(reserved(core)).toBe(0);
  });

  it('gives a pageblock back to the type that is asked for, the last one only by force', () => {
    const core = exhausted();
    const pages = reserve(core, 2);
    const blocks = new Set(pages.map((pfn) => pfn - (pfn % 512)));
    const types = (): number =>
      [...blocks].filter((pfn) => (pageblock(core, pfn) & 7) === HIGHATOMIC).length;
    expect(types()).toBe(2);
    expect(core.pages.releaseHighatomic(MIGRATE_MOVABLE, false)).toBeGreaterThan(0);
    expect([types(), reserved(core)]).toEqual([1, 512]);
    expect(core.pages.releaseHighatomic(MIGRATE_MOVABLE, false)).toBe(0);
    expect(core.pages.releaseHighatomic(MIGRATE_MOVABLE, true)).toBeGreaterThan(0);
    expect([types(), reserved(core), free(core)]).toEqual([0, 0, 0]);
    expect(core.pages.releaseHighatomic(MIGRATE_MOVABLE, true)).toBe(0);
    expectSound(core);
  });
});
