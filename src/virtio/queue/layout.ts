/** Where the three parts of a split virtqueue lie (spec 2.7). Addresses only, no access. */

import { DESC_BYTES, QUEUE_SIZE_LIMIT } from '../constants.ts';
import type { GuestBytes } from '../memory.ts';
import type { QueueFault } from './fault.ts';

export interface QueueLayout {
  /** Number of descriptors, a power of two. */
  readonly size: number;
  readonly descAddr: number;
  readonly availAddr: number;
  readonly usedAddr: number;
}

/** Negotiated features that change how a ring is used. */
export interface QueueOptions {
  readonly eventIdx: boolean;
  readonly indirect: boolean;
}

/** Flags, index, ring and the event field, which is there whether or not it is negotiated. */
export const availBytes = (size: number): number => 6 + 2 * size;
export const usedBytes = (size: number): number => 6 + 8 * size;

/** Bytes of one contiguous ring: desc, avail, padding to `alignBytes`, used. */
export const ringBytes = (size: number, alignBytes: number): number =>
  alignUp(DESC_BYTES * size + availBytes(size), alignBytes) + usedBytes(size);

/** Linux's contiguous layout. The base must be aligned to `alignBytes`. */
export function contiguousLayout(base: number, size: number, alignBytes: number): QueueLayout {
  const availAddr = base + DESC_BYTES * size;
  const usedAddr = base + alignUp(DESC_BYTES * size + availBytes(size), alignBytes);
  return { size, descAddr: base, availAddr, usedAddr };
}

/** A power of two up to what the device offers (QueueNumMax): "must not write a greater value". */
export function isQueueSize(size: number, sizeMax: number): boolean {
  return Number.isInteger(size) && size >= 1 && size <= sizeMax && (size & (size - 1)) === 0;
}

/** Checks size, alignment and bounds of a layout that a driver gave. */
export function checkLayout(
  memory: GuestBytes,
  layout: QueueLayout,
  sizeMax: number,
): QueueFault | undefined {
  const { size, descAddr, availAddr, usedAddr } = layout;
  if (!isQueueSize(size, Math.min(sizeMax, QUEUE_SIZE_LIMIT))) return 'queue-size';
  if (descAddr % 16 !== 0 || availAddr % 2 !== 0 || usedAddr % 4 !== 0) return 'ring-alignment';
  const inside =
    memory.contains(descAddr, DESC_BYTES * size) &&
    memory.contains(availAddr, availBytes(size)) &&
    memory.contains(usedAddr, usedBytes(size));
  return inside ? undefined : 'ring-bounds';
}

function alignUp(value: number, alignBytes: number): number {
  return Math.ceil(value / alignBytes) * alignBytes;
}
