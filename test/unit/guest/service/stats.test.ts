// Memory statistics of the guest, against sums made by hand.

import { describe, expect, it } from 'vitest';
import { FRAME_BYTES } from '../../../../src/abi/unit.ts';
import {
  GFP_DIRECT_RECLAIM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  NONE,
  OBJECT_ANON,
} from '../../../../src/core/index.ts';
import { GuestMemory } from '../../../../src/guest/index.ts';
import { freeFrames, vmStats } from '../../../../src/guest/service/stats.ts';
import { bootGuest } from '../../../support/core.ts';

/** A guest whose page cache has so many pages by name. */
function guest(cache: number): GuestMemory {
  const memory = new GuestMemory(bootGuest(), false);
  memory.addShrinker({ pages: cache, shrink: () => 0 });
  return memory;
}

const zones = (memory: GuestMemory, field: 'free' | 'managed' | 'lowMark' | 'highMark'): number =>
  memory.core.kernelZones.reduce((sum, zone) => sum + zone[field], 0);

describe('vmStats', () => {
  it('has free, managed and cached memory in bytes', () => {
    const memory = guest(300);
    const stats = vmStats(memory);
    expect(freeFrames(memory.core)).toBe(zones(memory, 'free'));
    expect(stats.freeBytes).toBe(zones(memory, 'free') * FRAME_BYTES);
    expect(stats.totalBytes).toBe(zones(memory, 'managed') * FRAME_BYTES);
    expect(stats.cachesBytes).toBe(300 * FRAME_BYTES);
  });

  it('counts half of a small cache as available, and all but the low marks of a large one', () => {
    const plain = (memory: GuestMemory): number =>
      zones(memory, 'free') - zones(memory, 'highMark');
    const small = guest(300);
    expect(vmStats(small).availableBytes).toBe((plain(small) + 150) * FRAME_BYTES);
    const large = guest(30_000);
    const kept = zones(large, 'lowMark');
    expect(kept).toBeLessThan(15_000);
    expect(vmStats(large).availableBytes).toBe((plain(large) + 30_000 - kept) * FRAME_BYTES);
  });

  it('has nothing available below the reserves, never less', () => {
    const memory = guest(0);
    while (memory.core.pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, 0, 0) >= 0);
    expect(vmStats(memory).availableBytes).toBe(0);
  });

  it('counts faults and requests that failed', () => {
    const memory = guest(0);
    const object = memory.core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    memory.core.objects.touch(object, 0, 9, true, 0);
    const before = vmStats(memory);
    expect([before.minorFaults, before.allocStalls]).toEqual([9, 0]);
    while (memory.core.pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, 0, 0) >= 0);
    expect(vmStats(memory).allocStalls).toBe(1);
  });
});
