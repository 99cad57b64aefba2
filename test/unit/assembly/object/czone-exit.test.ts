// The end of a CZone's owner: all at once, or as soon as nobody else uses its frames.

import { describe, expect, it } from 'vitest';
import { POOL_FREE_BLOCKS, POOL_WARM_BLOCKS } from '../../../../src/abi/czone.ts';
import { STATUS_BAD_STATE, STAT_CZONE_EXIT_WALKED } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { expectSound, scratch } from '../../../support/core.ts';
import { BLOCK, BLOCKS, REGION, anonymous, bootRegion } from '../../../support/region.ts';

describe('exit', () => {
  it('looks at no page, and keeps the order of blocks for the next zone', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 0);
    const object = anonymous(core, zone);
    raw.objectTouch(object, 0, 3 * BLOCK, 1, 0);
    raw.objectFork(object, zone, 0, 0);
    expect(raw.czoneExit(zone, 0)).toBe(3);
    expect(core.stat(STAT_CZONE_EXIT_WALKED)).toBe(0);
    expect(raw.czonePoolStat(POOL_WARM_BLOCKS)).toBe(3);
    expect(raw.czoneCollect(8)).toBe(1);
    expect(scratch(core, 2)).toEqual([REGION, 3 * BLOCK]);
    expect(raw.czonePoolStat(POOL_FREE_BLOCKS)).toBe(BLOCKS - 3);
    expect(raw.releaseRange(REGION, 3 * BLOCK)).toBe(3 * BLOCK);
    expect(raw.czonePlug(REGION, 3 * BLOCK)).toBe(3);
    expectSound(core);
  });

  it('waits for ranges that the host is looking at', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 4 * BLOCK, 2);
    const object = anonymous(core, zone);
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
