// CZones one mechanism at a time. Any interleaving of them is in czone-model.

import {
  GUEST_ZONES_OFFSET,
  ZONE_BACKED_FREE_OFFSET,
  ZONE_BLOCKS_OFFSET,
} from '../../../../src/abi/layout.ts';
import {
  CZONE_LIMIT_BORROW,
  CZONE_LIMIT_GROW,
  CZONE_PLACE_FIRST,
  CZONE_PLACE_ROOM,
  POOL_FREE_BLOCKS,
  POOL_FREE_RUNS,
  POOL_LARGEST_RUN,
  POOL_PLUGGED_BLOCKS,
  POOL_WARM_BLOCKS,
} from '../../../../src/abi/czone.ts';
import { describe, expect, it } from 'vitest';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  OBJECT_ANON,
  OBJECT_KERNEL,
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_NO_MEMORY,
  STATUS_ZONE_FULL,
  STATUS_ZONE_LIMIT,
  STAT_CZONE_BORROWED_PAGES,
  STAT_CZONE_EXIT_WALKED,
  STAT_REFAULTS_AVOIDED,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound, scratch, zoneField } from '../../../support/core.ts';
import { bytesOf, headerWord, rawOf } from '../../../../src/core/raw.ts';

const START = 0x8000;
const BLOCK = 512;
const BLOCKS = 16;

function region(block = BLOCK, blocks = BLOCKS): Core {
  const core = bootGuest({
    frames: 0x4000,
    spanFrames: START + block * blocks,
    config: { czones: 12, objects: 64 },
    image: { start: 0x2000, count: 256 },
  });
  rawOf(core).czoneRegion(START, block * blocks, block);
  rawOf(core).czonePlug(START, block * blocks);
  return core;
}

function blocksOf(core: Core, zone: number): number[] {
  const blocks: number[] = [];
  for (let pfn = rawOf(core).czoneNextBlock(zone, -1); pfn >= 0;) {
    blocks.push((pfn - START) / BLOCK);
    pfn = rawOf(core).czoneNextBlock(zone, pfn);
  }
  return blocks;
}

const anon = (core: Core, zone: number): number =>
  rawOf(core).objectCreate(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, 0);

describe('the pool', () => {
  it('gives a new zone the shortest run that is long enough, and a growing one the block behind', () => {
    const core = region();
    const raw = rawOf(core);
    const zones = [2, 1, 4, 1, 1, 1].map((blocks) => raw.czoneCreate(0, 1 << 20, blocks));
    raw.czoneExit(zones[0] as number, 0);
    raw.czoneExit(zones[2] as number, 0);
    raw.czoneExit(zones[4] as number, 0);
    expect(raw.czonePoolStat(POOL_FREE_RUNS)).toBe(4);
    expect(raw.czonePoolStat(POOL_LARGEST_RUN)).toBe(6);
    const single = raw.czoneCreate(0, 1 << 20, 1);
    expect(blocksOf(core, single)).toEqual([8]);
    const three = raw.czoneCreate(0, 1 << 20, 3);
    expect(blocksOf(core, three)).toEqual([3, 4, 5]);
    raw.czoneGrow(three, 2);
    expect(blocksOf(core, three)).toEqual([3, 4, 5, 6, 0]);
    expectSound(core);
  });

  it('can take the lowest run, or one with room for all that the zone may become', () => {
    const core = region();
    const raw = rawOf(core);
    const first = raw.czoneCreate(0, 1 << 20, 4);
    raw.czoneCreate(0, 1 << 20, 1);
    raw.czoneExit(first, 0);
    raw.czonePlacement(CZONE_PLACE_ROOM);
    expect(blocksOf(core, raw.czoneCreate(0, 8 * BLOCK, 1))).toEqual([5]);
    raw.czonePlacement(CZONE_PLACE_FIRST);
    expect(blocksOf(core, raw.czoneCreate(0, 8 * BLOCK, 1))).toEqual([0]);
    expect(raw.czonePlacement(9)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('refuses blocks that are plugged already, and to unplug what a zone has', () => {
    const core = region();
    const raw = rawOf(core);
    raw.czoneCreate(0, 1 << 20, 1);
    expect(raw.czonePlug(START, BLOCK)).toBe(STATUS_BAD_STATE);
    expect(raw.czonePlug(START + BLOCK, BLOCK)).toBe(STATUS_BAD_STATE);
    expect(raw.czoneUnplug(START, 2 * BLOCK)).toBe(STATUS_BAD_STATE);
    expect(raw.czoneUnplug(START + BLOCK, 2 * BLOCK)).toBe(2);
    expect(raw.czonePoolStat(POOL_PLUGGED_BLOCKS)).toBe(BLOCKS - 2);
    expect(raw.czonePoolStat(POOL_FREE_BLOCKS)).toBe(BLOCKS - 3);
    expect(raw.czonePlug(START + 1, BLOCK)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.czoneRegion(START, BLOCK, BLOCK)).toBe(STATUS_BAD_STATE);
    expectSound(core);
  });
});

describe('a touch of many pages', () => {
  /** Bytes behind the counters: the same whether pages come in one call or in many. */
  function state(core: Core): string {
    const from = headerWord(core, GUEST_ZONES_OFFSET);
    return Buffer.from(bytesOf(core).subarray(from, rawOf(core).snapshotBytes())).toString(
      'base64',
    );
  }

  function scene(preferBacked: boolean, backing: 0 | 9, step: number): Core {
    const core = region();
    core.setPreferBacked(preferBacked);
    core.setBackingOrder(backing);
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 12 * BLOCK, 1);
    const objects = [0, 1, 2].map(() => anon(core, zone));
    const touch = (object: number, start: number, pages: number): void => {
      for (let at = start; at < start + pages; at += step) {
        raw.objectTouch(object, at, Math.min(step, start + pages - at), 1, 0);
      }
    };
    touch(objects[0] as number, 0, 700);
    touch(objects[1] as number, 3, 130);
    raw.objectTruncate(objects[0] as number, 100, 333, 0);
    const ranges = raw.czoneReclaim(zone, 3, 150, 0);
    const words = scratch(core, 2 * ranges);
    for (let at = 0; at < ranges; at += 1) {
      const [start, frames] = [words[2 * at] as number, words[2 * at + 1] as number];
      if (at === 0) raw.releaseRange(start, frames);
      raw.czoneReturn(start, frames, at === 0 ? 0 : 1);
    }
    touch(objects[2] as number, 0, 900);
    touch(objects[0] as number, 0, 500);
    expectSound(core);
    return core;
  }

  it.each([
    [false, 0],
    [true, 0],
    [true, 9],
  ] as const)(
    'leaves what single touches leave (backed first: %s, host order %i)',
    (prefer, order) => {
      expect(state(scene(prefer, order, 512))).toBe(state(scene(prefer, order, 1)));
    },
  );
});

describe('at its limit', () => {
  it('a zone refuses, grows or borrows', () => {
    const core = region();
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, BLOCK, 1);
    const object = anon(core, zone);
    expect(raw.objectTouch(object, 0, BLOCK + 5, 1, 0)).toBe(STATUS_ZONE_LIMIT);
    raw.czoneSetLimits(zone, CZONE_LIMIT_BORROW, 1);
    expect(raw.objectTouch(object, 0, BLOCK + 5, 1, 0)).toBe(5);
    expect(core.stat(STAT_CZONE_BORROWED_PAGES)).toBe(5);
    raw.czoneSetLimits(zone, CZONE_LIMIT_GROW, 1);
    expect(raw.objectTouch(object, 0, BLOCK + 9, 1, 0)).toBe(4);
    expect(zoneField(core, zone, ZONE_BLOCKS_OFFSET)).toBe(2);
    expectSound(core);
    expect(raw.czoneExit(zone, 0)).toBe(2);
    expectSound(core);
  });

  it('asks when it does not grow by itself, and says so when the pool is empty', () => {
    const core = region(BLOCK, 1);
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 0);
    raw.czoneSetLimits(zone, 0, 0);
    const object = anon(core, zone);
    expect(raw.objectTouch(object, 0, 1, 1, 0)).toBe(STATUS_ZONE_FULL);
    expect(raw.czoneFullZone()).toBe(zone);
    raw.czoneSetLimits(zone, 0, 1);
    expect(raw.objectTouch(object, 0, BLOCK + 1, 1, 0)).toBe(STATUS_NO_MEMORY);
  });

  it('holds user pages only', () => {
    const core = region();
    const zone = rawOf(core).czoneCreate(0, 4 * BLOCK, 1);
    expect(rawOf(core).objectCreate(OBJECT_KERNEL, zone, 0, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(rawOf(core).objectCreate(OBJECT_ANON, 2, 0, 0)).toBe(STATUS_BAD_ARGUMENT);
  });
});

describe('exit', () => {
  it('looks at no page, and keeps the order of blocks for the next zone', () => {
    const core = region();
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 0);
    const object = anon(core, zone);
    raw.objectTouch(object, 0, 3 * BLOCK, 1, 0);
    raw.objectFork(object, zone, 0, 0);
    expect(raw.czoneExit(zone, 0)).toBe(3);
    expect(core.stat(STAT_CZONE_EXIT_WALKED)).toBe(0);
    expect(raw.czonePoolStat(POOL_WARM_BLOCKS)).toBe(3);
    expect(raw.czoneCollect(8)).toBe(1);
    expect(scratch(core, 2)).toEqual([START, 3 * BLOCK]);
    expect(raw.czonePoolStat(POOL_FREE_BLOCKS)).toBe(BLOCKS - 3);
    expect(raw.releaseRange(START, 3 * BLOCK)).toBe(3 * BLOCK);
    expect(raw.czonePlug(START, 3 * BLOCK)).toBe(3);
    expectSound(core);
  });

  it('waits for ranges that the host is looking at', () => {
    const core = region();
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 2);
    const object = anon(core, zone);
    raw.objectTouch(object, 0, BLOCK, 1, 0);
    raw.objectTruncate(object, 10, 20, 0);
    const ranges = raw.czoneReclaim(zone, 64, 64, 0);
    const words = scratch(core, 2 * ranges);
    expect(raw.czoneExit(zone, 0)).toBe(1);
    expectSound(core);
    expect(raw.czoneExit(zone, 0)).toBe(STATUS_BAD_STATE);
    for (let at = 0; at < ranges; at += 1) {
      raw.czoneReturn(words[2 * at] as number, words[2 * at + 1] as number, 0);
    }
    expect(raw.czonePoolStat(POOL_FREE_BLOCKS)).toBe(BLOCKS);
    expectSound(core);
  });
});

describe('reclaim', () => {
  it('takes no piece smaller than asked, and none twice', () => {
    const core = region();
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 1);
    const object = anon(core, zone);
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
    const core = region();
    core.setPreferBacked(true);
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 2);
    const object = anon(core, zone);
    raw.objectTouch(object, 0, BLOCK + 300, 1, 0);
    raw.objectTruncate(object, 0, BLOCK, 0);
    raw.objectTouch(object, 0, 100, 1, 0);
    expect(core.stat(STAT_REFAULTS_AVOIDED)).toBeGreaterThan(0);
    expect(zoneField(core, zone, ZONE_BACKED_FREE_OFFSET)).toBe(BLOCK - 100);
  });
});
