// Growth by what is there.

import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { type CZoneView, growByDoubling } from '../../../../src/guest/index.ts';

const zone = (blocks: number): CZoneView => ({
  key: 'f',
  blocks,
  limitBlocks: 999,
  freeBlocks: 0,
  peakBlocks: blocks,
});

describe('growth by doubling', () => {
  it('adds what the zone has, one block to an empty one', () => {
    const growth = growByDoubling(2);
    expect([6, 1, 0].map((blocks) => growth.nextBlocks(zone(blocks)))).toEqual([6, 1, 1]);
  });

  it('begins with what is said, or the limit where that is less', () => {
    expect([9, 1].map((limit) => growByDoubling(2).firstBlocks('f', limit))).toEqual([2, 1]);
  });

  it('comes to any size in few steps, at most half of it too much', () => {
    const growth = growByDoubling(1);
    let blocks = growth.firstBlocks('f', 999);
    let steps = 1;
    for (; blocks < 300; steps += 1) blocks += growth.nextBlocks(zone(blocks));
    expect([steps, blocks]).toEqual([10, 512]);
  });
});

it.each([undefined, 5, {}, { blocks: 5n }])('a zone that grows has blocks: not %s', (wrong) => {
  expect(() => growByDoubling(1).nextBlocks(wrong as never)).toThrow(RefusedArgument);
});
