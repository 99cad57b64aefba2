// Kernel memory that drivers ask for by size.

import { describe, expect, it } from 'vitest';
import { GFP_DIRECT_RECLAIM, GFP_KERNEL, KIND_UNMOVABLE } from '../../../../src/core/index.ts';
import { GuestMemory } from '../../../../src/guest/index.ts';
import {
  allocKernelBlock,
  freeKernelBlock,
  orderOfFrames,
} from '../../../../src/guest/service/kernel-pages.ts';
import { bootGuest, expectSound, stateAt } from '../../../support/core.ts';

const guest = (): GuestMemory =>
  new GuestMemory(bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } }), false);

it('a block of so many frames has the least order that holds them', () => {
  expect([0, 1, 2, 3, 4, 5, 1024].map(orderOfFrames)).toEqual([0, 0, 1, 2, 2, 3, 10]);
});

describe('a kernel block', () => {
  it('is unmovable, written at once, and the guest OS’s', () => {
    const memory = guest();
    const pfn = allocKernelBlock(memory, 3) ?? -1;
    expect(stateAt(memory.core, pfn)).toBe(KIND_UNMOVABLE | 3);
    expect(memory.core.backing.count(pfn, 8)).toBe(8);
    expect(memory.frames.guestOs).toBe(8);
    expectSound(memory.core);
  });

  it('given back is nobody’s, and its host memory stays', () => {
    const memory = guest();
    const pfn = allocKernelBlock(memory, 3) ?? -1;
    freeKernelBlock(memory, pfn, 3);
    expect(memory.frames.guestOs).toBe(0);
    expect(memory.core.backing.count(pfn, 8)).toBe(8);
    expect(memory.idleFrames).toBe(8);
  });

  it('of which the host took a part back is accounted as what was left', () => {
    const memory = guest();
    const pfn = allocKernelBlock(memory, 3) ?? -1;
    memory.core.backing.release(pfn, 4);
    memory.frames.guestOs -= 4;
    freeKernelBlock(memory, pfn, 3);
    expect(memory.frames.guestOs).toBe(0);
  });

  it('is made by reclaim where there is none, else not at all', () => {
    const memory = guest();
    const { core } = memory;
    const held: number[] = [];
    for (let pfn = 0; pfn >= 0;) {
      pfn = core.pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, 4, 0);
      if (pfn >= 0) held.push(pfn);
    }
    // what per-cpu lists hold is given back on the way, and merges
    for (let round = 0; round < 3; round += 1) {
      while (core.pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, 0, 0) >= 0);
      core.pages.drainAll();
    }
    expect(allocKernelBlock(memory, 4)).toBeUndefined();
    expect(allocKernelBlock(memory, 11)).toBeUndefined();
    memory.addShrinker({
      get pages() {
        return 16 * held.length;
      },
      shrink: (pages) => {
        const given = held.splice(-Math.ceil(pages / 16));
        for (const pfn of given) core.pages.free(pfn, 4, 0);
        return 16 * given.length;
      },
    });
    expect(allocKernelBlock(memory, 4)).toBeGreaterThan(0);
  });
});
