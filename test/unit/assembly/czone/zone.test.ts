// A CZone's life as its host sees it. What its blocks, frames and owner do is in the tests beside this one; any interleaving
// of all of it is in test/fuzz.

import { describe, expect, it } from 'vitest';
import { CZONE_DYING, CZONE_LIMIT_BORROW } from '../../../../src/abi/czone.ts';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_TABLE_FULL,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { BLOCK, BLOCKS, blocksOf, bootRegion, written } from '../../../support/region.ts';

describe('a zone', () => {
  it('is made with the blocks asked for, as far as limit and pool allow', () => {
    const core = bootRegion();
    const small = core.czones.create(7, 2 * BLOCK, 5);
    expect(core.zone(small)).toMatchObject({
      owner: 7,
      limit: 2 * BLOCK,
      blocks: 2,
      managed: 2 * BLOCK,
    });
    const large = core.czones.create(8, 100 * BLOCK, 100);
    expect(core.zone(large).blocks).toBe(BLOCKS - 2);
    expect(core.czones.grow(large, 1)).toBe(0);
    expect(core.czones.grow(small, 1)).toBe(0);
    expectSound(core);
  });

  it('without a region is made empty', () => {
    const core = bootGuest({ config: { czones: 1 } });
    const zone = core.czones.create(0, 1000, 3);
    expect(core.zone(zone).blocks).toBe(0);
    expect(core.czones.create(0, 1000, 3)).toBe(STATUS_TABLE_FULL);
  });

  it('has the index of one that has ended, the last one’s first', () => {
    const core = bootRegion();
    const zones = [0, 1, 2].map((owner) => core.czones.create(owner, BLOCK, 1));
    for (const zone of zones) expect(core.czones.exit(zone, 0)).toBe(1);
    expect(core.czones.create(3, BLOCK, 0)).toBe(zones[2]);
    expect(core.czones.create(4, BLOCK, 0)).toBe(zones[1]);
    expectSound(core);
  });

  it('counts its processes, and never fewer than none', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, BLOCK, 1);
    expect([2, 1, -3].map((by) => core.czones.refer(zone, by))).toEqual([2, 3, 0]);
    expect(core.czones.refer(zone, -1)).toBe(STATUS_BAD_STATE);
  });

  it('gives its blocks in the order in which it got them', () => {
    const core = bootRegion();
    const first = core.czones.create(0, 8 * BLOCK, 1);
    core.czones.create(1, BLOCK, 1);
    core.czones.grow(first, 2);
    expect(blocksOf(core, first)).toEqual([0, 2, 3]);
    expect(rawOf(core).czoneFirstBlock(99)).toBe(-1);
  });
});

describe('an index', () => {
  it.each([
    ['of a kernel zone', 1],
    ['that no zone has', 5],
    ['outside the table', 400],
  ])('%s is refused', (_, index) => {
    const core = bootRegion();
    core.czones.create(0, BLOCK, 1);
    const raw = rawOf(core);
    const answers = [
      raw.czoneGrow(index, 1),
      raw.czoneRefer(index, 1),
      raw.czoneSetLimits(index, 0, 1),
      raw.czoneExit(index, 0),
      raw.czoneShrink(index, 1),
      raw.czoneCompact(index, 1, 0),
    ];
    expect(answers).toEqual(answers.map(() => STATUS_BAD_ARGUMENT));
  });

  it('of a zone whose owner is gone takes no blocks, processes or policies', () => {
    const core = bootRegion();
    const raw = rawOf(core);
    const zone = core.czones.create(0, 4 * BLOCK, 1);
    core.objects.fork(written(core, zone, 10), -1, 0);
    core.czones.exit(zone, 0);
    expect(core.zone(zone).state).toBe(CZONE_DYING);
    const answers = [
      raw.czoneGrow(zone, 1),
      raw.czoneRefer(zone, 1),
      raw.czoneSetLimits(zone, 0, 1),
    ];
    expect(answers).toEqual(answers.map(() => STATUS_BAD_ARGUMENT));
    expectSound(core);
  });

  it('takes no policy that there is not', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, BLOCK, 1);
    expect(rawOf(core).czoneSetLimits(zone, CZONE_LIMIT_BORROW, 1)).toBe(0);
    expect(rawOf(core).czoneSetLimits(zone, CZONE_LIMIT_BORROW + 1, 1)).toBe(STATUS_BAD_ARGUMENT);
  });
});
