import { describe, expect, it } from 'vitest';

import { ZoneMap } from '../../../../src/recording/program/zone-map.ts';
import type { AllocatorState } from '../../../../src/recording/read/pagestate.ts';

const [DMA, DMA32, NORMAL, MOVABLE] = [0, 1, 2, 3] as const;
const FOUR_GIB = 2 ** 20;

function state(...zones: [index: number, startPfn: number, spanned: number][]): AllocatorState {
  return {
    zones: zones.map(([index, startPfn, spanned]) => ({ index, startPfn, spanned })),
  } as unknown as AllocatorState;
}

const SMALL = state([DMA, 1, 4095], [DMA32, 4096, 32768]);

describe('the zone of a frame', () => {
  it('is the one whose span holds it; outside all it is -1', () => {
    const zones = new ZoneMap(SMALL, SMALL);
    const of = [0, 1, 4095, 4096, 36863, 36864, 4096].map((pfn) => zones.zoneOf(pfn));
    expect(of).toEqual([-1, DMA, DMA, DMA32, DMA32, -1, DMA32]);
    expect(zones.present()).toEqual([DMA, DMA32]);
  });
});

describe('memory that comes online', () => {
  it('goes to the zone that the end state gives it', () => {
    const end = state([DMA, 1, 4095], [DMA32, 4096, 32768], [MOVABLE, 65536, 65536]);
    const zones = new ZoneMap(SMALL, end);
    expect(zones.zoneOf(65536)).toBe(-1);
    expect(zones.grow(65536, 1024)).toBe(MOVABLE);
    expect([zones.zoneOf(65536), zones.zoneOf(66560)]).toEqual([MOVABLE, -1]);
    expect(zones.present()).toEqual([DMA, DMA32, MOVABLE]);
  });

  it('that is gone by the end goes to its neighbour’s zone, in one piece with it', () => {
    const zones = new ZoneMap(SMALL, SMALL);
    expect(zones.grow(36864, 1024)).toBe(DMA32);
    expect(zones.grow(37888, 1024)).toBe(DMA32);
    expect([zones.zoneOf(38911), zones.zoneOf(38912)]).toEqual([DMA32, -1]);
  });

  it('without a neighbour is MOVABLE where there is such a zone, else by its address', () => {
    const movable = state([DMA32, 4096, 32768], [MOVABLE, 65536, 1024]);
    expect(new ZoneMap(SMALL, movable).grow(200_000, 512)).toBe(MOVABLE);
    expect(new ZoneMap(SMALL, SMALL).grow(200_000, 512)).toBe(DMA32);
    expect(new ZoneMap(SMALL, SMALL).grow(FOUR_GIB, 512)).toBe(NORMAL);
  });
});

describe('memory that comes online in a kernel', () => {
  it('started to make it movable is MOVABLE, even if none is at the end', () => {
    const zones = new ZoneMap(SMALL, SMALL, 'quiet memhp_default_state=online_movable a=b');
    expect(zones.grow(200_000, 512)).toBe(MOVABLE);
    expect(new ZoneMap(SMALL, SMALL, 'memhp_default_state=online').grow(200_000, 512)).toBe(DMA32);
  });
});

describe('a memory block that is gone', () => {
  it('is no memory until it comes online again', () => {
    const zones = new ZoneMap(SMALL, SMALL);
    zones.shrink(8192, 12_288);
    expect([8191, 8192, 12_287, 12_288].map((pfn) => zones.zoneOf(pfn))).toEqual([1, -1, -1, 1]);
    zones.shrink(40_000, 40_001);
    zones.grow(8192, 4096);
    expect(zones.zoneOf(8192)).toBe(DMA32);
  });
});

describe('a bulk request', () => {
  it('uses the highest zone that it may and that has memory', () => {
    const end = state([DMA, 1, 4095], [DMA32, 4096, 32768], [MOVABLE, 65536, 65536]);
    const zones = new ZoneMap(end, end);
    const GFP_KERNEL = 0xcc0;
    const HIGHUSER_MOVABLE = 0x100cca;
    expect([zones.highestFor(GFP_KERNEL), zones.highestFor(HIGHUSER_MOVABLE)]).toEqual([
      DMA32,
      MOVABLE,
    ]);
    expect(new ZoneMap(SMALL, SMALL).highestFor(HIGHUSER_MOVABLE)).toBe(DMA32);
  });
});
