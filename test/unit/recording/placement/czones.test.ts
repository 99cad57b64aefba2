/** Zones of a placement on a real core: a zone for each owner that gets a page, until its last page is gone. */

import { describe, expect, it } from 'vitest';

import { GFP_HIGHUSER_MOVABLE } from '../../../../src/abi/gfp.ts';
import type { Core } from '../../../../src/core/index.ts';
import { PlacedCZones, regionOf } from '../../../../src/recording/placement/czones.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';

const START = 0x20000;
const BLOCK = 512;

function placed(): { core: Core; zones: PlacedCZones } {
  const region = regionOf(START, Uint32Array.of(0, 3000, 100, 1), BLOCK);
  const core = bootGuest({ spanFrames: START + region.frames, config: { czones: 16 } });
  return { core, zones: new PlacedCZones(core, region) };
}

function take(zones: PlacedCZones, owner: number, pages: number): number[] {
  return Array.from({ length: pages }, () => zones.allocate(owner, GFP_HIGHUSER_MOVABLE, 0, 0));
}

describe('the region', () => {
  it('has room for every owner in whole blocks, and is whole memory blocks', () => {
    expect(regionOf(START, Uint32Array.of(0, 513, 1), BLOCK)).toEqual({
      start: START,
      frames: 32768,
      blockFrames: BLOCK,
    });
    expect(regionOf(START, Uint32Array.of(32768, 1), BLOCK).frames).toBe(2 * 32768);
    expect(regionOf(START, new Uint32Array(3), BLOCK).frames).toBe(0);
  });

  it('that is empty has no zone and needs no core', () => {
    const zones = new PlacedCZones({} as Core, regionOf(START, new Uint32Array(2), BLOCK));
    expect([zones.count, zones.frames]).toEqual([0, 0]);
  });
});

describe('zones', () => {
  it('come with the first page of their owner and take a block when they need one', () => {
    const { core, zones } = placed();
    const [first] = take(zones, 1, 1);
    expect([zones.count, zones.frames, zones.has(first ?? 0), zones.has(START - 1)]).toEqual([
      1,
      BLOCK,
      true,
      false,
    ]);
    take(zones, 2, 1);
    take(zones, 1, 600);
    expect([zones.count, zones.frames, zones.peakFrames]).toEqual([2, 3 * BLOCK, 3 * BLOCK]);
    expectSound(core);
  });

  it('end with their last page when the owner has exited, not before', () => {
    const { core, zones } = placed();
    const pages = take(zones, 1, 3);
    zones.end(1);
    expect(zones.count).toBe(1);
    for (const pfn of pages) zones.free(pfn, 0, 0);
    expect([zones.count, zones.frames, zones.peakFrames]).toEqual([0, 0, BLOCK]);
    expectSound(core);
  });

  it('end at once where nothing is left, and stay while the owner lives', () => {
    const { zones } = placed();
    const pages = take(zones, 1, 3);
    for (const pfn of pages) zones.free(pfn, 0, 0);
    expect(zones.count).toBe(1);
    zones.end(1);
    expect(zones.count).toBe(0);
    zones.end(2);
    expect(zones.count).toBe(0);
  });

  it('give the blocks that they do not use back at their owner’s exit', () => {
    const { core, zones } = placed();
    const pages = take(zones, 1, 3 * BLOCK);
    for (const pfn of pages.slice(1)) zones.free(pfn, 0, 0);
    expect(zones.frames).toBe(3 * BLOCK);
    zones.end(1);
    expect([zones.count, zones.frames]).toEqual([1, BLOCK]);
    expectSound(core);
  });
});
