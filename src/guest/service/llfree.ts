// What HyperAlloc's driver asks of a kernel on LLFree: its zones, and the huge frame that a request waits for.

import {
  PAGEBLOCK_FRAMES,
  STATUS_NEED_INSTALL,
  ZONE_DMA32,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../../core/index.ts';
import type { GuestMemory } from '../memory.ts';

/** Zones that are shared with the host, in the order in which it takes from them. ZONE_DMA is not. */
export const SHARED_ZONES: readonly number[] = [ZONE_NORMAL, ZONE_MOVABLE, ZONE_DMA32];

export interface SharedZone {
  readonly node: number;
  readonly zone: number;
  readonly start: number;
  readonly frames: number;
}

export class LlfreeZones {
  private readonly _memory: GuestMemory;

  constructor(memory: GuestMemory) {
    this._memory = memory;
  }

  /** Virtual CPUs. */
  get cpus(): number {
    return this._memory.core.config.cpus;
  }

  /** The zones that have memory. */
  shared(): readonly SharedZone[] {
    return SHARED_ZONES.flatMap((zone) => {
      const { start, spanned, present } = this._memory.core.zone(zone);
      return present > 0 ? [{ node: 0, zone, start, frames: spanned }] : [];
    });
  }

  /** The huge frame that a request waits for, and its zone. */
  get waiting(): { readonly zone: number; readonly pfn: number } | undefined {
    const pfn = this._memory.core.pages.waitingFrame;
    if (pfn === undefined) return undefined;
    const zone = SHARED_ZONES.find((index) => {
      const { start, spanned } = this._memory.core.zone(index);
      return pfn >= start && pfn < start + spanned;
    });
    return zone === undefined ? undefined : { zone, pfn: pfn - (pfn % PAGEBLOCK_FRAMES) };
  }

  /** From now on such requests are told of, with the CPU that made them. */
  onWait(install: (cpu: number) => boolean): void {
    this._memory.addReliever(STATUS_NEED_INSTALL, install);
  }
}
