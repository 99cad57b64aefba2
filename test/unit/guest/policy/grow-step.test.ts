// Growth by a fixed number of blocks.

import { describe, expect, it } from 'vitest';
import { growByStep } from '../../../../src/guest/index.ts';

const zone = { key: 'f', blocks: 100, limitBlocks: 200, freeBlocks: 0, peakBlocks: 100 };

describe('growth by steps', () => {
  it('adds the same again and again, whatever the zone has', () => {
    expect(growByStep(4).nextBlocks(zone)).toBe(4);
    expect(growByStep(4).nextBlocks({ ...zone, blocks: 0 })).toBe(4);
  });

  it('begins with a step, or the limit where that is less', () => {
    expect([9, 3].map((limit) => growByStep(4).firstBlocks('f', limit))).toEqual([4, 3]);
  });

  it('learns nothing', () => {
    const growth = growByStep(4);
    growth.observe('f', 90);
    expect(growth.firstBlocks('f', 100)).toBe(4);
    expect(growth.name).toBe('step-4');
  });
});
