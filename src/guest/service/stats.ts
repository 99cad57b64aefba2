// The guest kernel's memory statistics as /proc shows them: what the balloon's statistics queue
// carries.

import { expectMade } from '../../check/index.ts';
import { FRAME_BYTES } from '../../abi/unit.ts';
import { Core, STAT_ALLOC_FAILURES, STAT_FAULT_PAGES, type ZoneView } from '../../core/index.ts';
import type { GuestMemory } from '../memory.ts';

export interface VmStats {
  readonly freeBytes: number;
  /** Managed memory: shrinks with the balloon unless it may deflate on OOM. */
  readonly totalBytes: number;
  readonly availableBytes: number;
  readonly cachesBytes: number;
  readonly minorFaults: number;
  readonly allocStalls: number;
}

/** Free frames of the kernel zones, without those on per-cpu lists. */
export function freeFrames(core: Core): number {
  expectMade('core', core, Core, 'a Core');
  return core.kernelZones.reduce((sum, zone) => sum + zone.free, 0);
}

function sumOfZones(memory: GuestMemory, field: (zone: ZoneView) => number): number {
  return memory.core.kernelZones.reduce((sum, zone) => sum + field(zone), 0);
}

/**
 * MemAvailable (docs/linux-memory.md B.6): free less reserves, and the page cache less what keeps
 * the guest from thrashing.
 */
export function vmStats(memory: GuestMemory): VmStats {
  const free = sumOfZones(memory, (zone) => zone.free);
  const low = sumOfZones(memory, (zone) => zone.lowMark);
  const reserve = sumOfZones(memory, (zone) => zone.highMark);
  const file = memory.cachedPages;
  const available = free - reserve + (file - Math.min(file / 2, low));
  return {
    freeBytes: free * FRAME_BYTES,
    totalBytes: sumOfZones(memory, (zone) => zone.managed) * FRAME_BYTES,
    availableBytes: Math.max(0, Math.floor(available)) * FRAME_BYTES,
    cachesBytes: file * FRAME_BYTES,
    minorFaults: memory.core.stat(STAT_FAULT_PAGES),
    allocStalls: memory.core.stat(STAT_ALLOC_FAILURES),
  };
}
