// What the czone-virtio driver needs of the core: blocks and ranges, of the pool and of zones.

import { describe, expect, it } from 'vitest';
import { GuestMemory } from '../../../../src/guest/index.ts';
import { CZonePages, POOL } from '../../../../src/guest/service/czone.ts';
import { expectSound } from '../../../support/core.ts';
import { BLOCK, BLOCKS, REGION, bootRegion, written } from '../../../support/region.ts';

const at = (block: number): number => REGION + block * BLOCK;

function rig(): { core: GuestMemory['core']; pages: CZonePages } {
  const core = bootRegion();
  const region = { start: REGION, frames: BLOCKS * BLOCK, blockFrames: BLOCK };
  return { core, pages: new CZonePages(new GuestMemory(core, false), region) };
}

describe('blocks', () => {
  it('go to the pool or on to a zone, and belong to whom they went', () => {
    const { core, pages } = rig();
    const zone = core.czones.create(0, 8 * BLOCK, 0);
    expect(pages.takePooled(at(0), BLOCKS * BLOCK)).toBe(true);
    expect(pages.addBlocks(POOL, at(8), 2 * BLOCK)).toBe(true);
    expect(pages.addBlocks(POOL, at(8), BLOCK)).toBe(false);
    expect(pages.addBlocks(zone, at(2), 2 * BLOCK)).toBe(true);
    expect(pages.blocksOf(zone)).toHaveLength(2);
    expect(pages.blocksOf(POOL)).toHaveLength(2);
    const owners = [0, 2, 3, 8, 9].map((block) => pages.zoneOf(at(block)));
    expect(owners[0]).toBeUndefined();
    expect(owners.slice(1).toSorted()).toEqual([POOL, POOL, zone, zone]);
    expect(pages.takePooled(at(0), BLOCK)).toBe(false);
  });

  it('are taken from the top, from a zone only when they are free or can be emptied', () => {
    const { core, pages } = rig();
    expect(pages.takeBlocks(POOL, 2, false)).toEqual([at(15), at(14)]);
    const zone = core.czones.create(0, 8 * BLOCK, 3);
    const object = written(core, zone, 3 * BLOCK);
    for (let page = 0; page < 3 * BLOCK; page += 1) {
      if (page % 8 !== 0) core.objects.truncate(object, page, 1, 0);
    }
    expect(pages.takeBlocks(zone, 9, false)).toEqual([]);
    expect(pages.takeBlocks(zone, 1, true)).toEqual([at(2)]);
    expect(pages.takeBlocks(zone, 9, true)).toEqual([at(1)]);
    expect(pages.events().migratedPages).toBe(128);
    expectSound(core);
  });
});

describe('ranges', () => {
  it('of a zone are in order of address, and go back as they came', () => {
    const { core, pages } = rig();
    const zone = core.czones.create(0, 8 * BLOCK, 1);
    const object = written(core, zone, BLOCK);
    for (const page of [300, 100, 200]) core.objects.truncate(object, page, 1, 0);
    const pairs = new Uint32Array(8);
    expect(pages.collect(zone, 4, 100, 0, pairs)).toBe(3);
    expect([...pairs.subarray(0, 6)]).toEqual(
      [100, 200, 300].flatMap((page) => [REGION + page, 1]),
    );
    expect(pages.figures(zone)).toEqual({
      managedFrames: BLOCK,
      freeFrames: 0,
      backedFreeFrames: 0,
    });
    pages.putBack(zone, REGION + 100, 1, false);
    expect(pages.figures(zone)).toMatchObject({ freeFrames: 1, backedFreeFrames: 1 });
    expect(() => pages.putBack(zone, REGION + 100, 1, false)).toThrow(/^czones.putBack: /);
  });

  it('of the pool are whole blocks with host memory, no more frames than asked', () => {
    const { core, pages } = rig();
    for (const block of [1, 2, 3, 7]) core.backing.touch(at(block), 9, true);
    const zones = Array.from({ length: 12 }, () => core.czones.create(0, BLOCK, 1));
    for (const zone of zones) core.czones.exit(zone, 0);
    const pairs = new Uint32Array(8);
    // two and a half blocks of frames are two blocks: the third goes back
    expect(pages.collect(POOL, 4, 2.5 * BLOCK, 0, pairs)).toBe(1);
    expect([...pairs.subarray(0, 2)]).toEqual([at(1), 2 * BLOCK]);
    expect(pages.zoneOf(at(1))).toBeUndefined();
    expect(pages.zoneOf(at(3))).toBe(POOL);
    expect(pages.figures(POOL)).toEqual({
      managedFrames: 14 * BLOCK,
      freeFrames: 14 * BLOCK,
      backedFreeFrames: 18,
    });
    pages.putBack(POOL, at(1), 2 * BLOCK, false);
    expect(pages.blocksOf(POOL)).toHaveLength(BLOCKS);
    expectSound(core);
  });
});
