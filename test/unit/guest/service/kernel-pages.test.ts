// Kernel memory that drivers ask for by size.

import { describe, expect, it } from 'vitest';
import { KIND_UNMOVABLE } from '../../../../src/core/index.ts';
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

  it('is not larger than the allocator’s largest', () => {
    expect(allocKernelBlock(guest(), 11)).toBeUndefined();
    expect(allocKernelBlock(guest(), 10)).toBeGreaterThan(0);
  });
});
