// Growth predicted from earlier zones of the same function.

import { describe, expect, it } from 'vitest';
import { growAsPredicted } from '../../../../src/guest/index.ts';

const zone = { key: 'f', blocks: 10, limitBlocks: 20, freeBlocks: 0, peakBlocks: 10 };

describe('predicted growth', () => {
  it('starts with what most zones of the function came to, the oldest forgotten', () => {
    const growth = growAsPredicted({ memory: 4, quantile: 0.75, unknownBlocks: 2 });
    expect(growth.firstBlocks('f', 100)).toBe(2);
    for (const peak of [90, 5, 7, 6, 8]) growth.observe('f', peak);
    expect(growth.firstBlocks('f', 100)).toBe(7);
  });

  it('stays within the limit, and knows functions apart', () => {
    const growth = growAsPredicted({ memory: 4, quantile: 1, unknownBlocks: 3 });
    growth.observe('f', 9);
    expect([100, 6].map((limit) => growth.firstBlocks('f', limit))).toEqual([9, 6]);
    expect([100, 2].map((limit) => growth.firstBlocks('g', limit))).toEqual([3, 2]);
  });

  it.each([
    [0.01, 1],
    [0.5, 2],
    [0.51, 3],
    [1, 4],
  ])('with quantile %d of 1 to 4 is %i', (quantile, blocks) => {
    const growth = growAsPredicted({ memory: 4, quantile, unknownBlocks: 9 });
    for (const peak of [3, 1, 4, 2]) growth.observe('f', peak);
    expect(growth.firstBlocks('f', 100)).toBe(blocks);
  });

  it('goes on block by block', () => {
    expect(growAsPredicted({ memory: 1, quantile: 1, unknownBlocks: 8 }).nextBlocks(zone)).toBe(1);
  });
});
