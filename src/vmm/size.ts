// How large a VM must be, and where memory lies that it gets later. One rule for every system and scenario.

import { FRAMES_PER_GIB, MEMORY_BLOCK_FRAMES } from '../abi/unit.ts';
import { expectInteger, expectNumber } from '../check/index.ts';
import { memmapFrames } from '../guest/index.ts';

/** Watermarks, per-cpu lists and the allocator's slack: a twelfth of what is needed, as in docs/decisions/0002. */
const HEADROOM = 13 / 12;

/** Frames have numbers of 32 bits. */
const FRAMES_MOST = 2 ** 32;

/** x86-64: memory beyond 3 GiB lies above 4 GiB. */
const LOW_MEMORY_FRAMES = 3 * FRAMES_PER_GIB;
const HIGH_MEMORY_START = 4 * FRAMES_PER_GIB;

/** Whole memory blocks, the step of VM sizes, that so many frames fill. */
export function wholeBlocks(frames: number): number {
  return Math.ceil(frames / MEMORY_BLOCK_FRAMES) * MEMORY_BLOCK_FRAMES;
}

/** Room for so many frames with headroom. */
export function roomFor(frames: number): number {
  return wholeBlocks(frames * HEADROOM);
}

/** Smallest VM in which so many frames and the VM's own memmap have room. */
export function memoryFor(frames: number): number {
  expectNumber('frames', frames, 0, FRAMES_MOST);
  let size = roomFor(frames);
  while (roomFor(frames + memmapFrames(size)) > size) size += MEMORY_BLOCK_FRAMES;
  return size;
}

/** First frame of the first memory block behind a guest's memory: where hot-plugged memory starts. */
export function hotplugStart(memoryFrames: number): number {
  expectInteger('memoryFrames', memoryFrames, 0);
  const above = Math.max(0, memoryFrames - LOW_MEMORY_FRAMES);
  return wholeBlocks(HIGH_MEMORY_START + above);
}
