// The machine that publications measured, as far as they say: the guest OS, the VMM, the host. In frames of 4 KiB, from the
// published footprints; how the rest divides is docs/decisions/0003-what-a-guest-holds.md.

import {
  FRAMES_PER_GIB,
  FRAMES_PER_MIB,
  FRAME_BYTES,
  GIB,
  MEMORY_BLOCK_BYTES,
} from '../abi/unit.ts';
import { type FootprintName, footprintBytes } from './footprint.ts';

export interface PublishedMachine {
  /** The node that RunD's data is from has 384 GiB. */
  readonly hostFrames: number;
  /** Memory of the guest OS before it runs any container, and what of it a clone of the booted guest writes and reads. */
  readonly kernel: {
    readonly imageFrames: number;
    readonly dynamicFrames: number;
    readonly pageCacheFrames: number;
    readonly agentFrames: number;
    readonly cloneWrittenFrames: number;
    readonly cloneReadFrames: number;
  };
  readonly vmm: {
    /** VMM process without guest memory. */
    readonly processFrames: number;
    /** Frames of host page tables for each backed guest frame. */
    readonly tableFramesPerFrame: number;
  };
  /** What the guest OS of a clone writes and reads that goes on from an image of a function at work. */
  readonly resumed: { readonly cloneWrittenFrames: number; readonly cloneReadFrames: number };
  /** Kernel memory of a container besides page tables: 1 MiB, recalled, no source. */
  readonly containerKernelFrames: number;
}

function frames(name: FootprintName): number {
  return Math.round(footprintBytes(name) / FRAME_BYTES);
}

/** struct pages of the machines that the published guest footprints are of: those have 128 MiB. */
function referenceMemmapFrames(): number {
  return (footprintBytes('structPagesPerGiB') * MEMORY_BLOCK_BYTES) / GIB / FRAME_BYTES;
}

/**
 * A booted guest holds `guestOsBooted`. What is left after kernel image and memmap is split evenly between kernel memory,
 * page cache and agent: unpublished, and of the three only page cache can be reclaimed.
 */
export function publishedMachine(): PublishedMachine {
  const imageFrames = frames('kernelImage');
  const rest = frames('guestOsBooted') - imageFrames - referenceMemmapFrames();
  const third = Math.floor(rest / 3);
  const processFrames = frames('vmmPerVm');
  const cloneWrittenFrames = frames('templatePrivate') - processFrames;
  return {
    hostFrames: 384 * FRAMES_PER_GIB,
    kernel: {
      imageFrames,
      dynamicFrames: rest - 2 * third,
      pageCacheFrames: third,
      agentFrames: third,
      cloneWrittenFrames,
      cloneReadFrames: frames('restoredWorkingSet') - cloneWrittenFrames,
    },
    vmm: { processFrames, tableFramesPerFrame: footprintBytes('hostPageTablesPerGiB') / GIB },
    resumed: {
      cloneWrittenFrames: frames('resumedWritten'),
      cloneReadFrames: frames('resumedTouched') - frames('resumedWritten'),
    },
    containerKernelFrames: FRAMES_PER_MIB,
  };
}
