// A living CZone gives blocks back: free ones, the highest first; compaction makes more of them free.

import { describe, expect, it } from 'vitest';
import { type Core, NONE, STAT_CZONE_COMPACT_PAGES } from '../../../../src/core/index.ts';
import { expectSound } from '../../../support/core.ts';
import { BLOCK, BLOCKS, REGION, blocksOf, bootRegion, written } from '../../../support/region.ts';

const zoneOf = (core: Core, blocks: number): number =>
  core.czones.create(0, BLOCKS * BLOCK, blocks);

describe('a zone that shrinks', () => {
  it('gives its highest free blocks, as many as asked', () => {
    const core = bootRegion();
    const zone = zoneOf(core, 5);
    expect(core.czones.shrink(zone, 2)).toBe(2);
    expect(blocksOf(core, zone)).toEqual([0, 1, 2]);
    expect(core.czones.shrink(zone, 0)).toBe(0);
    expect(core.czones.shrink(zone, 99)).toBe(3);
    expect(core.czones.shrink(zone, 1)).toBe(0);
    expect(core.zone(zone)).toMatchObject({ blocks: 0, managed: 0, free: 0, peakBlocks: 5 });
    expectSound(core);
  });

  it('keeps blocks with a page in use, and those of other zones between its own', () => {
    const core = bootRegion();
    const zone = zoneOf(core, 1);
    const other = zoneOf(core, 1);
    core.czones.grow(zone, 2);
    expect(blocksOf(core, zone)).toEqual([0, 2, 3]);
    const page = core.czones.allocPages(zone, 0x8, 0, 0);
    expect(core.czones.shrink(zone, 9)).toBe(2);
    expect(blocksOf(core, zone)).toEqual([(page - REGION - (page % BLOCK)) / BLOCK]);
    expect(blocksOf(core, other)).toEqual([1]);
    expectSound(core);
  });
});

/** Four blocks; of each page but every eighth is gone. */
function sparse(): { core: Core; zone: number; object: number } {
  const core = bootRegion();
  const zone = zoneOf(core, 4);
  const object = written(core, zone, 4 * BLOCK);
  for (let page = 0; page < 4 * BLOCK; page += 1) {
    if (page % 8 !== 0) core.objects.truncate(object, page, 1, 0);
  }
  expect(core.czones.shrink(zone, 9)).toBe(0);
  return { core, zone, object };
}

describe('compaction in a zone', () => {
  it('moves pages from the highest blocks to the lowest free frames, and no further than needed', () => {
    const { core, zone, object } = sparse();
    // 256 pages fit in one block
    const moved = core.czones.compact(zone, 10_000, 0);
    expect(moved).toBe(192);
    expect(core.stat(STAT_CZONE_COMPACT_PAGES)).toBe(192);
    expectSound(core);
    expect(core.czones.shrink(zone, 9)).toBe(3);
    expect(blocksOf(core, zone)).toEqual([0]);
    expect(core.objects.pages(object)).toBe(256);
    expectSound(core);
    expect(core.czones.compact(zone, 10_000, 0)).toBe(0);
  });

  it('moves about as many pages as asked', () => {
    const { core, zone } = sparse();
    expect(core.czones.compact(zone, 64, 0)).toBe(64);
    expect(core.czones.shrink(zone, 9)).toBe(1);
    expect(core.czones.compact(zone, 10, 0)).toBe(10);
    expect(core.czones.shrink(zone, 9)).toBe(0);
    expectSound(core);
  });

  it('keeps shared pages shared', () => {
    const { core, zone, object } = sparse();
    const child = core.objects.fork(object, zone, 0);
    core.czones.compact(zone, 10_000, 0);
    for (const page of [0, 800, 2040]) {
      expect(core.objects.frame(child, page)).toBe(core.objects.frame(object, page));
    }
    expectSound(core);
  });

  it('of a zone whose owner is gone moves nothing', () => {
    const { core, zone, object } = sparse();
    core.objects.fork(object, NONE, 0);
    core.czones.exit(zone, 0);
    expect(core.czones.compact(zone, 10_000, 0)).toBe(0);
    expectSound(core);
  });
});
