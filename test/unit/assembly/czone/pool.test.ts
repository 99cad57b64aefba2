// The pool of a CZone region's blocks: what is plugged, what is free, and which block a zone gets next.

import { describe, expect, it } from 'vitest';
import {
  CZONE_PLACE_FIRST,
  CZONE_PLACE_ROOM,
  POOL_FREE_BLOCKS,
  POOL_FREE_RUNS,
  POOL_LARGEST_RUN,
  POOL_PLUGGED_BLOCKS,
} from '../../../../src/abi/czone.ts';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { expectSound } from '../../../support/core.ts';
import { BLOCK, BLOCKS, REGION, blocksOf, bootRegion } from '../../../support/region.ts';

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
});
