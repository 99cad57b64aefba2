// What a booted kernel holds, in frames. The figures come from whoever makes the guest; nothing is
// invented here.

import { FRAME_BYTES } from '../abi/unit.ts';

/** Memory of a guest OS before it runs any container. */
export interface KernelFootprint {
  /** Kernel text, read-only data and data: reserved at boot, never on a free list. */
  readonly imageFrames: number;
  /** Slab, per-cpu areas, the kernel's own page tables and stacks. */
  readonly dynamicFrames: number;
  /** Page cache of the root file system that init and the agent have read. */
  readonly pageCacheFrames: number;
  /** Anonymous memory of init and the container agent. */
  readonly agentFrames: number;
  /**
   * Frames of all these that a clone of the booted guest writes on its way to an answering agent.
   */
  readonly cloneWrittenFrames: number;
  /** Frames that it reads and leaves the template's. */
  readonly cloneReadFrames: number;
}

/** What of it a guest touches by itself when it goes on from an image. */
export type ResumeTouches = Pick<KernelFootprint, 'cloneWrittenFrames' | 'cloneReadFrames'>;

/** sizeof(struct page) on x86-64. */
export const STRUCT_PAGE_BYTES = 64;

/** Frames of `struct page` that describe so many frames. */
export function memmapFrames(frames: number): number {
  return Math.ceil((frames * STRUCT_PAGE_BYTES) / FRAME_BYTES);
}

/** Entries of a page-table page, of 8 bytes each. */
export const PAGE_TABLE_ENTRIES: number = FRAME_BYTES / 8;

/** Upper levels and the half-filled leaves of stack, heap and libraries in a small process. */
const PAGE_TABLE_BASE_FRAMES = 8;

/** Page-table pages of a process that maps so many pages. */
export function pageTableFrames(pages: number): number {
  return PAGE_TABLE_BASE_FRAMES + Math.ceil(pages / PAGE_TABLE_ENTRIES);
}
