// What a mechanism is for a scenario, and how much memory the VM for a number of containers needs.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import { publishedMachine } from '../../cost/index.ts';
import type { Clock } from '../../time/index.ts';
import {
  type CZones,
  type MemoryDevice,
  type MicroVm,
  memmapFrames,
  pageTableFrames,
  roomFor,
} from '../../vmm/index.ts';
import { FILE_SHARE, type TenantSize, limitOf } from '../tenant.ts';

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

/** Memory for the containers' heaps and buffers. */
export function heapRoom({ sizes }: Population): number {
  return roomFor(sizes.reduce((sum, size) => sum + limitOf(size, 1), 0));
}

/**
 * Memory for guest OS, files, kernel memory of the containers, and struct pages of `extraFrames` more: those that plugging makes
 * and those that booting makes both have room, so that every mechanism's VM has as much.
 */
export function systemRoom({ sizes, fileFrames }: Population, extraFrames: number): number {
  const { kernel, containerKernelFrames } = publishedMachine();
  const os =
    kernel.imageFrames + kernel.dynamicFrames + kernel.pageCacheFrames + kernel.agentFrames;
  let need = os + fileFrames + memmapFrames(extraFrames);
  for (const { heapFrames } of sizes) {
    need += containerKernelFrames + pageTableFrames(heapFrames + fileFrames);
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
