// Zone and migratetype of masks that Linux uses.

import { describe, expect, it } from 'vitest';
import {
  GFP_DMA,
  GFP_DMA32,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_MOVABLE,
  GFP_RECLAIMABLE,
  GFP_TRANSHUGE,
  GFP_USER,
} from '../../../../src/core/index.ts';
import { highestZone, migratetypeOf } from '../../../../src/recording/read/gfp.ts';

describe('a gfp mask', () => {
  it('names the highest zone: Movable only for pages that may lie anywhere and move', () => {
    const masks = [GFP_DMA, GFP_DMA32, GFP_KERNEL, GFP_USER, GFP_USER | GFP_MOVABLE];
    expect(masks.map(highestZone)).toEqual([0, 1, 2, 2, 2]);
    expect([GFP_HIGHUSER_MOVABLE, GFP_TRANSHUGE].map(highestZone)).toEqual([3, 3]);
  });

  it('names the migratetype', () => {
    const masks = [GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_KERNEL | GFP_RECLAIMABLE];
    expect(masks.map(migratetypeOf)).toEqual([0, 1, 2]);
  });
});
