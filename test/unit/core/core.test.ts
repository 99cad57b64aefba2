// One guest's core: sizes, copies, and what woke kswapd.

import { describe, expect, it } from 'vitest';
import {
  Core,
  CoreError,
  GFP_DMA,
  GFP_DIRECT_RECLAIM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  THP_ORDER,
  ZONE_DMA,
  ZONE_DMA32,
} from '../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../support/core.ts';
import { anonymous } from '../../support/region.ts';

const small = (): Core => bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } });

describe('Core.create', () => {
  it('says what is out of range', () => {
    expect(() => Core.create({ frames: 1024, cpus: 5000 })).toThrow(CoreError);
    expect(() => Core.create({ frames: 1024, cpus: 5000 })).toThrow(/^create: an argument/);
  });
});

describe('a zone', () => {
  it('has one view, whoever asks', () => {
    const core = bootGuest({ config: { czones: 2 } });
    expect(core.zone(ZONE_DMA32)).toBe(core.kernelZones[ZONE_DMA32]);
    expect(core.zone(5)).toBe(core.zone(5));
    expect(core.zone(5)).not.toBe(core.zone(4));
  });

  it('has a number', () => {
    const core = bootGuest({});
    expect(() => core.zone(Symbol('x') as never)).toThrow(/^zone: index: expected a whole number/);
    expect(() => core.zone(-1)).toThrow(/^zone: index: expected/);
  });
});

describe('what woke kswapd', () => {
  it('is the largest order and the highest zone since it was asked last, once', () => {
    const core = small();
    expect(core.takeKswapdWake()).toBeUndefined();
    while (core.pages.alloc(GFP_KERNEL | GFP_DMA, 4, 0) >= 0);
    expect(core.takeKswapdWake()).toEqual({ order: 4, highest: ZONE_DMA });
    expect(core.takeKswapdWake()).toBeUndefined();
    while (core.pages.alloc(GFP_HIGHUSER_MOVABLE & ~GFP_DIRECT_RECLAIM, 2, 0) >= 0);
    core.pages.alloc(GFP_KERNEL | GFP_DMA, 5, 0);
    expect(core.takeKswapdWake()).toEqual({ order: 5, highest: 3 });
  });

  it('is nothing to do for where zones are balanced', () => {
    const core = small();
    expect(core.isBalanced({ order: 0, highest: ZONE_DMA32 })).toBe(true);
    const pages: number[] = [];
    for (let pfn = 0; pfn >= 0;) {
      pfn = core.pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, 0, 0);
      if (pfn >= 0) pages.push(pfn);
    }
    expect(core.isBalanced({ order: 0, highest: ZONE_DMA32 })).toBe(false);
    for (const pfn of pages) core.pages.free(pfn, 0, 0);
    core.pages.drainAll();
    expect(core.isBalanced({ order: 0, highest: ZONE_DMA32 })).toBe(true);
  });
});

describe('a snapshot', () => {
  it('is the guest at that time, in another instance or in this one again', () => {
    const core = small();
    const object = anonymous(core);
    core.objects.touch(object, 0, 700, true, 0);
    const snapshot = core.snapshot();
    const hash = core.hash();
    core.objects.touch(object, 0, 5000, true, 1);
    core.setBackingOrder(THP_ORDER);
    expect(core.hash()).not.toBe(hash);
    const copy = Core.fromSnapshot(snapshot);
    expect(copy.hash()).toBe(hash);
    expect([copy.objects.pages(object), copy.backingOrder]).toEqual([700, 0]);
    core.restore(snapshot);
    expect(core.hash()).toBe(hash);
    expect(core.objects.pages(object)).toBe(700);
    expectSound(core);
    expectSound(copy);
  });

  it('of other table sizes is refused', () => {
    const core = small();
    const other = bootGuest();
    expect(() => other.restore(core.snapshot())).toThrow(/other table sizes/);
  });

  it('shares nothing with its guest', () => {
    const core = small();
    const copy = Core.fromSnapshot(core.snapshot());
    const pfn = core.pages.alloc(GFP_KERNEL, 0, 0);
    expect(copy.frames.kind(pfn)).not.toBe(core.frames.kind(pfn));
  });
});
