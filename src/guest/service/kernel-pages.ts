// Kernel memory that drivers ask for by size: rings, message buffers, the memmap of memory that is
// added. Blocks are unmovable, written at once, and accounted as the guest OS's.

import { GFP_KERNEL, GFP_NOWARN, GFP_RETRY_MAYFAIL, ORDER_MAX } from '../../core/index.ts';
import type { GuestMemory } from '../memory.ts';
import { requestPages } from '../page-request.ts';

/** Mask of memmap and other large allocations: they try hard, and fail quietly. */
const GFP_LARGE: number = GFP_KERNEL + GFP_RETRY_MAYFAIL + GFP_NOWARN;

/** Order of the smallest block of at least so many frames. */
export function orderOfFrames(frames: number): number {
  return Math.max(0, Math.ceil(Math.log2(frames)));
}

/** A block of 2^order frames, or undefined when the kernel has none even after reclaim. */
export function allocKernelBlock(memory: GuestMemory, order: number): number | undefined {
  if (order > ORDER_MAX) return undefined;
  const pfn = requestPages(memory, order > 0 ? GFP_LARGE : GFP_KERNEL, order);
  if (pfn < 0) return undefined;
  const frames = 2 ** order;
  memory.core.backing.touch(pfn, frames, true);
  memory.frames.guestOs += frames;
  memory.deliverMoves();
  return pfn;
}

/**
 * Gives a block of allocKernelBlock back. Its host memory stays behind it until the host takes it.
 */
export function freeKernelBlock(memory: GuestMemory, pfn: number, order: number): void {
  const { core } = memory;
  const backed = core.backing.count(pfn, 2 ** order);
  if (core.pages.free(pfn, order, 0) >= 0) memory.frames.guestOs -= Math.max(0, backed);
}
