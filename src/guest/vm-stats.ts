// The guest kernel's memory statistics as /proc shows them: what the balloon's statistics queue
// carries.

import {
  GUEST_ZONES_OFFSET,
  KERNEL_ZONES,
  STAT_ALLOC_FAILURES,
  STAT_FAULT_PAGES,
  ZONE_FREE_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_STRIDE,
  ZONE_WMARK_HIGH_OFFSET,
  ZONE_WMARK_LOW_OFFSET,
} from '../core/index.ts';
import type { GuestMemory } from './memory.ts';

const FRAME_BYTES = 4096;

export interface VmStats {
  readonly freeBytes: number;
  /** Managed memory: shrinks with the balloon unless it may deflate on OOM. */
  readonly totalBytes: number;
  readonly availableBytes: number;
  readonly cachesBytes: number;
  readonly minorFaults: number;
  readonly allocStalls: number;
}

function sumOfZones(memory: GuestMemory, offset: number): number {
  const { core } = memory;
  const zones = core.headerWord(GUEST_ZONES_OFFSET);
  let sum = 0;
  for (let zone = 0; zone < KERNEL_ZONES; zone += 1) {
    sum += core.words[(zones + zone * ZONE_STRIDE + offset) >> 2] as number;
  }
  return sum;
}

/**
 * MemAvailable (docs/linux-memory.md B.6): free less reserves, and the page cache less what keeps
 * the guest from thrashing.
 */
export function vmStats(memory: GuestMemory): VmStats {
  const free = sumOfZones(memory, ZONE_FREE_OFFSET);
  const low = sumOfZones(memory, ZONE_WMARK_LOW_OFFSET);
  const reserve = sumOfZones(memory, ZONE_WMARK_HIGH_OFFSET);
  const file = memory.files?.pages ?? 0;
  const available = free - reserve + (file - Math.min(file / 2, low));
  return {
    freeBytes: free * FRAME_BYTES,
    totalBytes: sumOfZones(memory, ZONE_MANAGED_OFFSET) * FRAME_BYTES,
    availableBytes: Math.max(0, Math.floor(available)) * FRAME_BYTES,
    cachesBytes: file * FRAME_BYTES,
    minorFaults: memory.core.stat(STAT_FAULT_PAGES),
    allocStalls: memory.core.stat(STAT_ALLOC_FAILURES),
  };
}
