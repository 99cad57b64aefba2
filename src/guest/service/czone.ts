// What the czone-virtio driver needs of the core: blocks of the CZone region plugged and unplugged,
// ranges of free and backed frames taken off the allocator and given back, figures of zones. Zones
// are core indexes here; POOL is none.

import {
  type FrameRange,
  KERNEL_ZONES,
  NONE,
  STAT_CZONE_COMPACT_PAGES,
  STAT_CZONE_GROWN_ON_DEMAND,
  STAT_CZONE_LIMIT_HITS,
  STAT_REUSED_BACKED_PAGES,
  expectAnswer,
} from '../../core/index.ts';
import type { CZoneRegion } from '../zones.ts';
import type { GuestMemory } from '../memory.ts';

/** Blocks that are plugged and in no zone. */
export const POOL = -1;
/** Core index of the first CZone. */
export const FIRST_CZONE: number = KERNEL_ZONES;

export interface CZoneFigures {
  readonly managedFrames: number;
  readonly freeFrames: number;
  readonly backedFreeFrames: number;
}

/** Counters that the core keeps for all zones together. */
export interface CZoneEvents {
  readonly limitHits: number;
  readonly grownBlocks: number;
  readonly reusedPages: number;
  readonly migratedPages: number;
}

/** No limit to the pages that emptying a zone's blocks may move. */
const EVERY_PAGE = 0x7fff_ffff;

function inAddressOrder(ranges: readonly FrameRange[]): FrameRange[] {
  return ranges.toSorted((a, b) => a.start - b.start);
}

export class CZonePages {
  readonly region: CZoneRegion;
  private readonly _memory: GuestMemory;

  /** The region has been declared to the core. */
  constructor(memory: GuestMemory, region: CZoneRegion) {
    this._memory = memory;
    this.region = region;
  }

  /** Plugs blocks into the pool; a zone then takes as many, near the ones it has. */
  addBlocks(zone: number, pfn: number, frames: number): boolean {
    const { czones } = this._memory.core;
    if (czones.plug(pfn, frames) < 0) return false;
    if (zone !== POOL) czones.grow(zone, frames / this.region.blockFrames);
    return true;
  }

  /**
   * Unplugs up to so many blocks, highest first; with `migrate` pages move inside the zone to empty
   * them.
   */
  takeBlocks(zone: number, blocks: number, migrate: boolean): number[] {
    const { czones } = this._memory.core;
    let candidates = this.blocksOf(zone);
    if (zone !== POOL) {
      if (migrate) this._compact(zone);
      expectAnswer(czones.shrink(zone, blocks), 'czones.shrink');
      const kept = new Set(this.blocksOf(zone));
      candidates = candidates.filter((pfn) => !kept.has(pfn));
    }
    const taken = candidates.toSorted((a, b) => b - a).slice(0, blocks);
    for (const pfn of taken) {
      expectAnswer(czones.unplug(pfn, this.region.blockFrames), 'czones.unplug');
    }
    return taken;
  }

  /** Takes blocks of the pool out of the guest. False when they are not all there. */
  takePooled(pfn: number, frames: number): boolean {
    return this._memory.core.czones.unplug(pfn, frames) >= 0;
  }

  /** The zone of a block; undefined when it is not memory. */
  zoneOf(pfn: number): number | undefined {
    const { czones, frames } = this._memory.core;
    const zone = frames.zone(pfn);
    if (zone !== NONE) return zone;
    return czones.isPooled(pfn) ? POOL : undefined;
  }

  /** First frames of the blocks of a zone. */
  blocksOf(zone: number): number[] {
    const { czones } = this._memory.core;
    return zone === POOL ? czones.pooled() : czones.blocksOf(zone);
  }

  /**
   * Takes ranges off the allocator, in address order: (pfn, frames) pairs. Of the pool whole
   * blocks, of a zone pieces of at least 2^order frames. How many ranges.
   */
  collect(
    zone: number,
    maxRanges: number,
    maxFrames: number,
    order: number,
    pairs: Uint32Array,
  ): number {
    if (zone === POOL) return this._collectPool(maxRanges, maxFrames, pairs);
    const ranges = this._memory.core.czones.reclaim(zone, maxRanges, maxFrames, order);
    inAddressOrder(ranges).forEach(({ start, count }, i) => pairs.set([start, count], 2 * i));
    return ranges.length;
  }

  /** A collected range is free again; `released`: without host memory. */
  putBack(zone: number, pfn: number, frames: number, released: boolean): void {
    const { czones } = this._memory.core;
    if (zone === POOL) {
      expectAnswer(czones.plug(pfn, frames), 'czones.plug');
    } else {
      expectAnswer(czones.putBack(pfn, frames, released), 'czones.putBack');
    }
  }

  figures(zone: number): CZoneFigures {
    const { core } = this._memory;
    if (zone === POOL) {
      const { blockFrames } = this.region;
      const blocks = this.blocksOf(POOL);
      const backed = blocks.map((pfn) => core.backing.count(pfn, blockFrames));
      const frames = blocks.length * blockFrames;
      const backedFreeFrames = backed.reduce((sum, count) => sum + count, 0);
      return { managedFrames: frames, freeFrames: frames, backedFreeFrames };
    }
    const { managed, free, backedFree } = core.zone(zone);
    return { managedFrames: managed, freeFrames: free, backedFreeFrames: backedFree };
  }

  events(): CZoneEvents {
    const { core } = this._memory;
    return {
      limitHits: core.stat(STAT_CZONE_LIMIT_HITS),
      grownBlocks: core.stat(STAT_CZONE_GROWN_ON_DEMAND),
      reusedPages: core.stat(STAT_REUSED_BACKED_PAGES),
      migratedPages: core.stat(STAT_CZONE_COMPACT_PAGES),
    };
  }

  private _compact(zone: number): void {
    const { core } = this._memory;
    expectAnswer(core.czones.compact(zone, EVERY_PAGE, 0), 'czones.compact');
    this._memory.deliverMoves();
  }

  private _collectPool(maxRanges: number, maxFrames: number, pairs: Uint32Array): number {
    const { czones } = this._memory.core;
    const { blockFrames } = this.region;
    let left = Math.floor(maxFrames / blockFrames) * blockFrames;
    let ranges = 0;
    for (const { start, count } of inAddressOrder(czones.collect(maxRanges))) {
      const kept = Math.min(count, left);
      left -= kept;
      if (kept < count) expectAnswer(czones.plug(start + kept, count - kept), 'czones.plug');
      if (kept === 0) continue;
      pairs.set([start, kept], 2 * ranges);
      ranges += 1;
    }
    return ranges;
  }
}
