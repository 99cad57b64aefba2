// kswapd: runs when it was woken, until its node is balanced or nothing is left, and leaves high orders to kcompactd.

import { describe, expect, it } from 'vitest';
import {
  type Core,
  GFP_DIRECT_RECLAIM,
  GFP_KERNEL,
  KIND_PCP,
  ZONE_DMA32,
  ZONE_MOVABLE,
} from '../../../src/core/index.ts';
import { Kswapd, joinWakes } from '../../../src/guest/kswapd.ts';
import { bootGuest } from '../../support/core.ts';

/** A guest filled until kswapd was woken, whose held pages can be given up. */
function rig(order = 0): { core: Core; kswapd: Kswapd; held: number[]; asked: number[] } {
  const core = bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } });
  const held: number[] = [];
  for (let pfn = 0; pfn >= 0;) {
    pfn = core.pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, order, 0);
    if (pfn >= 0) held.push(pfn);
  }
  const asked: number[] = [];
  const shrink = (pages: number): number => {
    asked.push(pages);
    const given = held.splice(-Math.ceil(pages / 2 ** order));
    for (const pfn of given) core.pages.free(pfn, order, 0);
    return given.length * 2 ** order;
  };
  return { core, kswapd: new Kswapd({ core, shrink }), held, asked };
}

function perCpuPages({ frames, spanFrames }: Core): number {
  let pages = 0;
  for (let pfn = 0; pfn < spanFrames; pfn += 1) {
    if (frames.kind(pfn) === KIND_PCP) pages += 2 ** frames.order(pfn);
  }
  return pages;
}

describe('a run', () => {
  it('is made once for each time that it was woken', () => {
    const { core, kswapd } = rig();
    expect(kswapd.run()).toBeGreaterThan(0);
    expect(kswapd.run()).toBe(0);
    expect(kswapd.runs).toBe(1);
    expect(core.takeKswapdWake()).toBeUndefined();
  });

  it('frees 32 pages at a time until the node is balanced, and no more', () => {
    const { core, kswapd, asked } = rig();
    const freed = kswapd.run();
    expect(new Set(asked)).toEqual(new Set([32]));
    expect(kswapd.freedPages).toBe(freed);
    expect(freed).toBe(32 * asked.length);
    expect(core.isBalanced({ order: 0, highest: ZONE_DMA32 })).toBe(true);
  });

  it('ends when nothing is left to give up', () => {
    const { core } = rig();
    const kswapd = new Kswapd({ core, shrink: () => 0 });
    expect(kswapd.run()).toBe(0);
    expect([kswapd.runs, kswapd.freedPages]).toEqual([1, 0]);
  });

  it('takes the boost of watermarks away that it found', () => {
    const { core, kswapd } = rig();
    const zone = core.zone(ZONE_DMA32);
    zone.boost = 100;
    kswapd.run();
    expect(zone.boost).toBe(0);
  });

  it('leaves the boost of zones above the highest that was asked', () => {
    const { core, kswapd } = rig();
    core.zone(ZONE_MOVABLE).boost = 100;
    kswapd.run();
    expect(core.zone(ZONE_MOVABLE).boost).toBe(100);
  });

  it('has what it frees go to the zone, not to per-cpu lists, which hold what is freed later', () => {
    const { core, kswapd, held } = rig();
    // a batch of three in zones of this size: lists under reclaim keep four of them
    const most = 4 * 3;
    expect(kswapd.run()).toBeGreaterThan(10 * most);
    expect(perCpuPages(core)).toBeLessThanOrEqual(2 * most);
    for (const pfn of held.splice(-10 * most)) core.pages.free(pfn, 0, 0);
    expect(perCpuPages(core)).toBeGreaterThan(6 * most);
  });
});

describe('what kcompactd is woken for', () => {
  it('is nothing where single pages were asked', () => {
    const { core, kswapd } = rig();
    for (const zone of core.kernelZones) zone.boost = 0;
    kswapd.run();
    expect(kswapd.takeCompaction()).toBeUndefined();
  });

  it('is the order that was asked, once', () => {
    const { core, kswapd } = rig(3);
    for (const zone of core.kernelZones) zone.boost = 0;
    kswapd.run();
    expect(kswapd.takeCompaction()).toEqual({ order: 3, highest: 2 });
    expect(kswapd.takeCompaction()).toBeUndefined();
  });

  it('is a pageblock where watermarks were boosted', () => {
    const { core, kswapd } = rig();
    core.zone(ZONE_DMA32).boost = 100;
    kswapd.run();
    expect(kswapd.takeCompaction()?.order).toBe(9);
  });
});

describe('wakes', () => {
  it('join to the larger order and the lower zone', () => {
    const wake = { order: 2, highest: 3 };
    expect(joinWakes(undefined, wake)).toBe(wake);
    expect(joinWakes({ order: 5, highest: 1 }, wake)).toEqual({ order: 5, highest: 1 });
  });
});
