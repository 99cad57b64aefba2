// What a mechanism is for a scenario, and how much memory the VM for a number of containers needs.

import { FRAMES_PER_MIB, MEMORY_BLOCK_FRAMES } from '../../abi/unit.ts';
import type { Clock } from '../../time/index.ts';
import {
  type CZones,
  type MemoryDevice,
  type MicroVm,
  memmapFrames,
  pageTableFrames,
} from '../../vmm/index.ts';
import { FILE_SHARE, TENANT_KERNEL_FRAMES, type TenantSize, limitOf } from '../tenant.ts';
import { guestConfig } from '../guest.ts';

/** What the VM is for: containers by their sizes. */
export interface Population {
  readonly sizes: readonly TenantSize[];
  readonly fileFrames: number;
}

/** How memory is asked back. Counts of pages and frames are the guest's, and not repeated here. */
export interface Reclaimer {
  readonly vm: MicroVm;
  readonly clock: Clock;
  readonly device: MemoryDevice;
  /** How long the device and its driver take to do what they were asked. */
  readonly settleNs: number;
  /** Where each container has a zone: its end gives the zone back, and nobody has to ask. */
  readonly zones?: CZones;
}

/** Watermarks, per-cpu lists and the allocator's slack: a twelfth of what is needed, as in docs/decisions/0002. */
const HEADROOM = 13 / 12;

/** Whole steps of 128 MiB that hold so many frames and headroom. */
function roomFor(frames: number): number {
  return Math.ceil((frames * HEADROOM) / MEMORY_BLOCK_FRAMES) * MEMORY_BLOCK_FRAMES;
}

/** Memory for the containers' heaps and buffers. */
export function heapRoom({ sizes }: Population): number {
  return roomFor(sizes.reduce((sum, size) => sum + limitOf(size, 1), 0));
}

/** Memory for guest OS, files, kernel memory of the containers, and struct pages of `extraFrames` more. */
export function systemRoom({ sizes, fileFrames }: Population, extraFrames: number): number {
  const { kernel } = guestConfig({ memoryFrames: 0 });
  const os =
    kernel.imageFrames + kernel.dynamicFrames + kernel.pageCacheFrames + kernel.agentFrames;
  let need = os + fileFrames + memmapFrames(extraFrames);
  for (const { heapFrames } of sizes) {
    need += TENANT_KERNEL_FRAMES + pageTableFrames(heapFrames + fileFrames);
  }
  return roomFor(need + memmapFrames(need + extraFrames));
}

/** Sizes of `containers` containers around `mib` MiB, files included: half of it to half as much again. */
export function populationOf(
  containers: number,
  mib: number,
  draw: (end: number) => number,
): Population {
  const mean = mib * FRAMES_PER_MIB;
  const fileFrames = Math.round(mean * FILE_SHARE);
  const sizes = Array.from({ length: containers }, (): TenantSize => {
    const frames = (mean >> 1) + draw(mean + 1);
    return { heapFrames: Math.max(1, Math.round(frames * (1 - FILE_SHARE))), fileFrames };
  });
  return { sizes, fileFrames };
}
