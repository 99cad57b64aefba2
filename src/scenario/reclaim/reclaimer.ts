// What a mechanism does for a scenario: makes the VM that it needs, and asks for memory when a container has gone.

import type { Operations } from '../../cost/index.ts';
import { type MicroVm, type VirtualClock, memmapFrames, pageTableFrames } from '../../vmm/index.ts';
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
  readonly clock: VirtualClock;
  /** Makes the zone of a container, where it has one. */
  makeZone?(owner: number, size: TenantSize): number;
  /** Backed frames of a container's zone. */
  zoneFrames?(zone: number): number;
  /** A container that held so many frames has exited: the host asks for as many. */
  ask(frames: number): void;
  /** Priced operations so far, pages apart. */
  readonly operations: Operations;
  /** Times that the guest left to the VMM so far. */
  readonly exits: number;
  /** Frames with contents that cannot be moved, in places that were asked for and stayed. */
  readonly unmovableFrames: number;
}

export type MechanismName = 'dimm' | 'balloon' | 'reporting' | 'virtio-mem' | 'czone';

export const VM_CPUS = 4;
export const FRAME_BYTES = 4096;
export const BLOCK_FRAMES_2M = 512;
/** 128 MiB: Linux's memory block, and the step of VM sizes. */
export const BLOCK_FRAMES_128M = 32_768;
/** Watermarks, per-cpu lists and the allocator's slack: a twelfth of what is needed, as in docs/decisions/0002. */
const HEADROOM = 13 / 12;

/** Whole steps of 128 MiB that hold so many frames and headroom. */
function roomFor(frames: number): number {
  return Math.ceil((frames * HEADROOM) / BLOCK_FRAMES_128M) * BLOCK_FRAMES_128M;
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
  const mean = mib * 256;
  const fileFrames = Math.round(mean * FILE_SHARE);
  const sizes = Array.from({ length: containers }, (): TenantSize => {
    const frames = (mean >> 1) + draw(mean + 1);
    return { heapFrames: Math.max(1, Math.round(frames * (1 - FILE_SHARE))), fileFrames };
  });
  return { sizes, fileFrames };
}
