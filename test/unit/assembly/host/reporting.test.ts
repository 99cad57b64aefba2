// Page reporting's pass, step by step (docs/linux-memory.md B.3).

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../../src/abi/gfp.ts';
import {
  GUEST_REPORTED_OFFSET,
  GUEST_REPORT_WANTED_OFFSET,
  GUEST_SCRATCH_OFFSET,
  REPORT_SLOTS,
  SCRATCH_REPORT_OFFSET,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_FREE_OFFSET,
} from '../../../../src/abi/layout.ts';
import { STATUS_BAD_STATE } from '../../../../src/abi/status.ts';
import type { Core } from '../../../../src/core/index.ts';
import { bootGuest, expectSound, pageblock, zoneField } from '../../../support/core.ts';
import { headerWord, rawOf, setHeaderWord, wordsOf } from '../../../../src/core/raw.ts';

interface Entry {
  readonly pfn: number;
  readonly order: number;
}

function taken(core: Core, count: number): Entry[] {
  const first = (headerWord(core, GUEST_SCRATCH_OFFSET) + SCRATCH_REPORT_OFFSET) >> 2;
  const slots = Array.from({ length: count }, (_, at) => first + (REPORT_SLOTS - count + at) * 2);
  return slots.map((at) => ({
    pfn: wordsOf(core)[at] as number,
    order: wordsOf(core)[at + 1] as number,
  }));
}

/** A whole pass over one zone: what was shown to the device, array by array. */
function pass(core: Core, zone: number): Entry[][] {
  const arrays: Entry[][] = [];
  for (;;) {
    const count = rawOf(core).reportTake(zone);
    expect(count).toBeGreaterThanOrEqual(0);
    if (count === 0) return arrays;
    expectSound(core);
    arrays.push(taken(core, count));
    rawOf(core).reportPutBack(1);
    expectSound(core);
  }
}

function isReported(core: Core, pfn: number): boolean {
  const word = wordsOf(core)[(headerWord(core, GUEST_REPORTED_OFFSET) >> 2) + (pfn >> 5)] as number;
  return ((word >>> (pfn & 31)) & 1) === 1;
}

describe('a reporting pass', () => {
  it('shows free blocks of the order and above, each once', () => {
    const core = bootGuest({ frames: 0x20000 });
    rawOf(core).reportListen(9, 32);
    const before = zoneField(core, ZONE_DMA32, ZONE_FREE_OFFSET);
    const arrays = pass(core, ZONE_DMA32);
    const blocks = arrays.flat();
    expect(new Set(blocks.map((entry) => entry.pfn)).size).toBe(blocks.length);
    expect(blocks.every((entry) => entry.order >= 9 && isReported(core, entry.pfn))).toBe(true);
    expect(zoneField(core, ZONE_DMA32, ZONE_FREE_OFFSET)).toBe(before);
    expect(arrays.slice(0, -1).every((array) => array.length === 32)).toBe(true);
  });

  it('fills the array from its end', () => {
    const core = bootGuest({ frames: 0x20000 });
    rawOf(core).reportListen(10, 32);
    const count = rawOf(core).reportTake(ZONE_DMA32);
    expect(count).toBe(32);
    const pfns = taken(core, count).map((entry) => entry.pfn);
    expect(pfns).toEqual(pfns.toSorted((a, b) => b - a));
  });

  it('stops at its budget and asks for another pass', () => {
    const core = bootGuest({ frames: 0x20000 });
    rawOf(core).reportListen(10, 32);
    setHeaderWord(core, GUEST_REPORT_WANTED_OFFSET, 0);
    // About 124 blocks of 4 MiB: a budget of 1, so two full arrays, and the third is taken but not sent before the end.
    const arrays = pass(core, ZONE_DMA32);
    expect(arrays.map((array) => array.length)).toEqual([32, 32]);
    expect(headerWord(core, GUEST_REPORT_WANTED_OFFSET)).toBe(1);
    expect(pass(core, ZONE_DMA32).flat().length).toBeGreaterThan(50);
    expect(pass(core, ZONE_DMA32)).toEqual([]);
  });

  it('leaves small zones alone', () => {
    const core = bootGuest();
    rawOf(core).reportListen(9, 32);
    expect(pass(core, ZONE_DMA)).toEqual([]);
  });

  it('makes the pageblocks it takes MOVABLE', () => {
    const core = bootGuest({ frames: 0x20000 });
    const page = rawOf(core).allocPages(GFP_KERNEL, 9, 0, 0);
    expect(pageblock(core, page) & 7).toBe(0);
    rawOf(core).freePages(page, 9, 0);
    rawOf(core).drainAll();
    rawOf(core).reportListen(9, 32);
    while (pass(core, ZONE_DMA32).length > 0);
    expect(pageblock(core, page) & 7).toBe(1);
  });

  it('forgets a block when any part of it is allocated', () => {
    const core = bootGuest({ frames: 0x20000 });
    rawOf(core).reportListen(9, 32);
    while (pass(core, ZONE_DMA32).length > 0);
    const page = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, 0);
    expect(isReported(core, page - (page % 1024))).toBe(false);
    expectSound(core);
    expect(pass(core, ZONE_DMA32).flat().length).toBeLessThanOrEqual(1);
  });

  it('marks nothing when the device fails, and ends the zone', () => {
    const core = bootGuest({ frames: 0x20000 });
    rawOf(core).reportListen(10, 32);
    const count = rawOf(core).reportTake(ZONE_DMA32);
    expect(rawOf(core).reportTake(ZONE_DMA32)).toBe(STATUS_BAD_STATE);
    expect(rawOf(core).reportListen(9, 32)).toBe(STATUS_BAD_STATE);
    const entries = taken(core, count);
    expect(rawOf(core).reportPutBack(0)).toBe(0);
    expect(rawOf(core).reportTake(ZONE_DMA32)).toBe(0);
    expect(entries.some((entry) => isReported(core, entry.pfn))).toBe(false);
    expectSound(core);
  });

  it('is asked for when a block of the order becomes free', () => {
    const core = bootGuest({ frames: 0x20000 });
    rawOf(core).reportListen(9, 32);
    const page = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 10, 0, 0);
    setHeaderWord(core, GUEST_REPORT_WANTED_OFFSET, 0);
    rawOf(core).freePages(page, 10, 0);
    expect(headerWord(core, GUEST_REPORT_WANTED_OFFSET)).toBe(1);
  });
});
