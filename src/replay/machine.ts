// The machine that systems run on, from published footprints (docs/decisions/0003-what-a-guest-holds.md).

import { type FootprintName, footprintBytes } from '../cost/index.ts';
import { type MachineConfig, memmapFrames } from '../serverless/index.ts';

const FRAME_BYTES = 4096;

function frames(name: FootprintName): number {
  return Math.round(footprintBytes(name) / FRAME_BYTES);
}

/** Memory of the machines that the published guest footprints are of: 128 MiB. */
const REFERENCE_FRAMES = 32_768;

/** The node that RunD's data is from has 384 GiB. */
const HOST_FRAMES = 384 * 2 ** 18;

/**
 * A booted guest holds `guestOsBooted`. What is left after kernel image and memmap is split evenly between kernel memory,
 * page cache and agent: unpublished, and of the three only page cache can be reclaimed.
 */
export function defaultMachine(): MachineConfig {
  const imageFrames = frames('kernelImage');
  const rest = frames('guestOsBooted') - imageFrames - memmapFrames(REFERENCE_FRAMES);
  const third = Math.floor(rest / 3);
  const processFrames = frames('vmmPerVm');
  const cloneWrittenFrames = frames('templatePrivate') - processFrames;
  return {
    hostFrames: HOST_FRAMES,
    kernel: {
      imageFrames,
      dynamicFrames: rest - 2 * third,
      pageCacheFrames: third,
      agentFrames: third,
      cloneWrittenFrames,
      cloneReadFrames: frames('restoredWorkingSet') - cloneWrittenFrames,
    },
    vmm: { processFrames, tableFramesPerFrame: footprintBytes('hostPageTablesPerGiB') / 2 ** 30 },
    containerKernelFrames: 256,
    containersPerVm: 16,
    containerFramesPerVm: 2048 * 256,
    blockFrames: 512,
    preferBacked: true,
    build: 'release',
  };
}
