import { describe, expect, it } from 'vitest';
import {
  type CZoneView,
  growAsPredicted,
  growByDoubling,
  growByStep,
} from '../../../../src/guest/index.ts';

const view = (over: Partial<CZoneView>): CZoneView => ({
  key: 'f',
  blocks: 10,
  limitBlocks: 20,
  freeBlocks: 0,
  peakBlocks: 10,
  ...over,
});

describe('growth policies', () => {
  it('step adds the same again and again', () => {
    expect(growByStep(4).firstBlocks('f', 3)).toBe(3);
    expect(growByStep(4).nextBlocks(view({ blocks: 100 }))).toBe(4);
  });

  it('doubling adds what is there', () => {
    expect(growByDoubling(2).firstBlocks('f', 9)).toBe(2);
    expect(growByDoubling(2).nextBlocks(view({ blocks: 6 }))).toBe(6);
    expect(growByDoubling(2).nextBlocks(view({ blocks: 0 }))).toBe(1);
  });

  it('prediction starts with what most zones of the function came to', () => {
    const growth = growAsPredicted({ memory: 4, quantile: 0.75, unknownBlocks: 2 });
    expect(growth.firstBlocks('f', 100)).toBe(2);
    for (const peak of [90, 5, 7, 6, 8]) growth.observe('f', peak);
    expect(growth.firstBlocks('f', 100)).toBe(7);
    expect(growth.firstBlocks('f', 6)).toBe(6);
    expect(growth.firstBlocks('g', 100)).toBe(2);
  });
});
