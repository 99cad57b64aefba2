// The pool of a CZone region's blocks: what is plugged, what is free, and which block a zone gets next.

import { describe, expect, it } from 'vitest';
import {
  CZONE_PLACE_FIRST,
  CZONE_PLACE_ROOM,
  POOL_FREE_BLOCKS,
  POOL_FREE_RUNS,
  POOL_LARGEST_RUN,
  POOL_PLUGGED_BLOCKS,
  POOL_WARM_BLOCKS,
} from '../../../../src/abi/czone.ts';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import {
  BLOCK,
  BLOCKS,
  NO_LIMIT,
  REGION,
  blocksOf,
  bootRegion,
  rangesOf,
} from '../../../support/region.ts';

describe('the pool', () => {
  it('gives a new zone the shortest run that is long enough, and a growing one the block behind', () => {
    const core = bootRegion();
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
    const core = bootRegion();
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
    const core = bootRegion();
    const raw = rawOf(core);
    raw.czoneCreate(0, 1 << 20, 1);
    expect(raw.czonePlug(REGION, BLOCK)).toBe(STATUS_BAD_STATE);
    expect(raw.czonePlug(REGION + BLOCK, BLOCK)).toBe(STATUS_BAD_STATE);
    expect(raw.czoneUnplug(REGION, 2 * BLOCK)).toBe(STATUS_BAD_STATE);
    expect(raw.czoneUnplug(REGION + BLOCK, 2 * BLOCK)).toBe(2);
    expect(raw.czonePoolStat(POOL_PLUGGED_BLOCKS)).toBe(BLOCKS - 2);
    expect(raw.czonePoolStat(POOL_FREE_BLOCKS)).toBe(BLOCKS - 3);
    expect(raw.czonePlug(REGION + 1, BLOCK)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.czoneRegion(REGION, BLOCK, BLOCK)).toBe(STATUS_BAD_STATE);
    expectSound(core);
  });

  it('keeps its blocks by address, and says which is next', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    const zones = [1, 1, 1].map((blocks) => raw.czoneCreate(0, NO_LIMIT, blocks));
    raw.czoneExit(zones[1] as number, 0);
    expect(core.czones.pooled().slice(0, 3)).toEqual([1, 3, 4].map((at) => REGION + at * BLOCK));
    expect(raw.czoneNextPooled(REGION + BLOCK + 1)).toBe(REGION + 3 * BLOCK);
    expect(raw.czoneNextPooled(REGION + BLOCKS * BLOCK)).toBe(-1);
  });

  it('has room for more blocks than a word of its map', () => {
    const core = bootRegion(BLOCK, 130);
    const raw = rawOf(core);
    expect(raw.czonePoolStat(POOL_LARGEST_RUN)).toBe(130);
    raw.czoneUnplug(REGION + 64 * BLOCK, BLOCK);
    expect(raw.czonePoolStat(POOL_FREE_RUNS)).toBe(2);
    // 64 blocks and 65: both are long enough for 64, the shorter one is taken
    expect(blocksOf(core, raw.czoneCreate(0, NO_LIMIT, 64))[0]).toBe(0);
    expect(blocksOf(core, raw.czoneCreate(0, NO_LIMIT, 65))[0]).toBe(65);
    expectSound(core);
  });

  it('gives the longest run when none is long enough, then goes on elsewhere', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    for (const at of [2, 9]) raw.czoneUnplug(REGION + at * BLOCK, BLOCK);
    // runs of 2, 6 and 6 blocks
    expect(blocksOf(core, raw.czoneCreate(0, NO_LIMIT, 7))).toEqual([3, 4, 5, 6, 7, 8, 0]);
  });

  it('collects blocks with host memory, runs joined, as many as asked', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    for (const at of [1, 2, 4, 9]) core.backing.touch(REGION + at * BLOCK, 1, true);
    const zones = Array.from({ length: BLOCKS }, () => raw.czoneCreate(0, NO_LIMIT, 1));
    for (const zone of zones.slice(0, 10)) raw.czoneExit(zone, 0);
    expect(raw.czonePoolStat(POOL_WARM_BLOCKS)).toBe(4);
    expect(rangesOf(core, raw.czoneCollect(2))).toEqual([
      [REGION + BLOCK, 2 * BLOCK],
      [REGION + 4 * BLOCK, BLOCK],
    ]);
    expect(raw.czonePoolStat(POOL_PLUGGED_BLOCKS)).toBe(BLOCKS - 3);
    // what the host has released meanwhile is not warm
    core.backing.release(REGION + 9 * BLOCK, BLOCK);
    expect(raw.czoneCollect(2)).toBe(0);
    expect(raw.czoneCollect(513)).toBe(STATUS_BAD_ARGUMENT);
    expectSound(core);
  });

  it.each([
    ['a block smaller than a pageblock', REGION, 4096, 256],
    ['a block larger than a memory block', 0, 65_536, 65_536],
    ['a block that is no power of two', REGION, 1536, 1536],
    ['a start inside a block', REGION + 512, 4096, 1024],
    ['more than whole blocks', REGION, 4096 + 512, 1024],
    ['frames outside the span', REGION, 0x100000, 512],
  ])('has no region with %s', (_, start, frames, block) => {
    const core = bootGuest({ spanFrames: 0x18000, config: { czones: 1 } });
    expect(core.czones.region(start, frames, block)).toBe(STATUS_BAD_ARGUMENT);
  });
});
