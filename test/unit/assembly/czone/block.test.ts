// A CZone's blocks: how they join and leave, and that free memory which reaches over two of them is cut between them.

import { describe, expect, it } from 'vitest';
import {
  GFP_HIGHUSER_MOVABLE,
  KIND_FREE,
  KIND_HOLE,
  NONE,
  STAT_CZONE_BLOCKS_ADDED,
  STAT_CZONE_BLOCKS_REMOVED,
  STAT_CZONE_DESTROYED,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { expectSound, stateAt } from '../../../support/core.ts';
import {
  BLOCK,
  BLOCKS,
  REGION,
  anonymous,
  blocksOf,
  bootRegion,
  written,
} from '../../../support/region.ts';

describe('a block', () => {
  it('that joins is free, and merges with its neighbour of the same zone only', () => {
    const core = bootRegion();
    const one = core.czones.create(0, 8 * BLOCK, 3);
    const two = core.czones.create(1, 8 * BLOCK, 1);
    expect(core.zone(one)).toMatchObject({
      present: 3 * BLOCK,
      managed: 3 * BLOCK,
      free: 3 * BLOCK,
    });
    expect(stateAt(core, REGION)).toBe(KIND_FREE | 10);
    expect(stateAt(core, REGION + 2 * BLOCK)).toBe(KIND_FREE | 9);
    expect(stateAt(core, REGION + 3 * BLOCK)).toBe(KIND_FREE | 9);
    expect(core.zone(two).free).toBe(BLOCK);
    expect(core.stat(STAT_CZONE_BLOCKS_ADDED)).toBe(4);
    expectSound(core);
  });

  it('that leaves is cut out of what it had merged with', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 8 * BLOCK, 2);
    expect(core.czones.shrink(zone, 1)).toBe(1);
    expect(stateAt(core, REGION)).toBe(KIND_FREE | 9);
    expect(stateAt(core, REGION + BLOCK)).toBe(KIND_HOLE);
    expect(core.zone(zone)).toMatchObject({ blocks: 1, free: BLOCK, managed: BLOCK });
    expectSound(core);
  });

  it('leaves its chain at either end or from the middle', () => {
    for (const [gone, left] of [
      [0, [1, 2, 3]],
      [1, [0, 2, 3]],
      [3, [0, 1, 2]],
    ] as const) {
      const core = bootRegion();
      const zone = core.czones.create(0, 8 * BLOCK, 4);
      const object = written(core, zone, 4 * BLOCK);
      core.objects.truncate(object, gone * BLOCK, BLOCK, 0);
      expect(core.czones.shrink(zone, 4)).toBe(1);
      expect(blocksOf(core, zone)).toEqual(left);
      expectSound(core);
    }
  });

  it('larger than the largest buddy block is free in several', () => {
    const core = bootRegion(4096, 2);
    const zone = core.czones.create(0, 8192, 1);
    expect(core.zone(zone).freeBlocks(10)).toBe(4);
    const object = anonymous(core, zone);
    // frames come in order of address
    core.objects.touch(object, 0, 3000, true, 0);
    expect(core.objects.frame(object, 2999)).toBe(REGION + 2999);
    core.objects.truncate(object, 0, 3000, 0);
    expect(core.czones.shrink(zone, 1)).toBe(1);
    expectSound(core);
  });

  it('with host memory is found before one without', () => {
    const core = bootRegion();
    core.backing.touch(REGION + BLOCK, 5, true);
    const zone = core.czones.create(0, 8 * BLOCK, 1);
    core.czones.create(1, BLOCK, 0);
    core.czones.shrink(zone, 1);
    // blocks 0 (cold) and 1 (warm), which do not merge: a third owner has none between them
    const again = core.czones.create(2, 8 * BLOCK, 2);
    expect(core.zone(again).backedFree).toBe(5);
    expectSound(core);
  });
});

describe('a dying zone', () => {
  it('loses each block with the last frame that others use, and ends with its last block', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 8 * BLOCK, 3);
    const parent = written(core, zone, 3 * BLOCK);
    const child = core.objects.fork(parent, NONE, 0);
    core.objects.truncate(child, 2, BLOCK - 2, 0);
    core.objects.truncate(child, BLOCK, BLOCK, 0);
    // pages came from blocks 2, 0 and 1, the smallest free piece first; the child keeps two of 2 and all of 1
    expect(core.czones.exit(zone, 0)).toBe(1);
    expect(blocksOf(core, zone)).toEqual([1, 2]);
    core.objects.truncate(child, 0, 1, 0);
    expect(blocksOf(core, zone)).toEqual([1, 2]);
    core.objects.truncate(child, 1, 1, 0);
    expect(blocksOf(core, zone)).toEqual([1]);
    const destroyed = core.stat(STAT_CZONE_DESTROYED);
    core.objects.destroy(child, 0);
    expect(core.zone(zone).state).toBe(0);
    expect(core.stat(STAT_CZONE_DESTROYED)).toBe(destroyed + 1);
    expect(core.stat(STAT_CZONE_BLOCKS_REMOVED)).toBe(3);
    expect(core.czones.pooledBlocks).toBe(BLOCKS);
    expectSound(core);
  });

  it('keeps its index until then', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, BLOCK, 1);
    const child = core.objects.fork(written(core, zone, 3), NONE, 0);
    core.czones.exit(zone, 0);
    expect(core.czones.create(1, BLOCK, 1)).not.toBe(zone);
    core.objects.destroy(child, 0);
    expect(core.czones.create(2, BLOCK, 1)).toBe(zone);
    expect(rawOf(core).objectCreate(1, zone, GFP_HIGHUSER_MOVABLE, 0)).toBeGreaterThanOrEqual(0);
    expectSound(core);
  });
});
