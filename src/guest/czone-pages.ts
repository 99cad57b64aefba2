// What the czone-virtio driver needs of the core: blocks of the CZone region plugged and unplugged, ranges of free and
// backed frames taken off the allocator and given back, figures of zones. Zones are core indexes here; POOL is none.

import {
  CZONE_RANGES_MAX,
  GUEST_SCRATCH_OFFSET,
  GUEST_ZONES_OFFSET,
  KERNEL_ZONES,
  STAT_CZONE_COMPACT_PAGES,
  STAT_CZONE_GROWN_ON_DEMAND,
  STAT_CZONE_LIMIT_HITS,
  STAT_REUSED_BACKED_PAGES,
  ZONE_BACKED_FREE_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_STRIDE,
  expectAnswer,
  takeMoves,
} from '../core/index.ts';
import type { CZoneRegion } from './czone.ts';
import type { GuestMemory } from './memory.ts';

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

export class CZonePages {
  readonly region: CZoneRegion;
  readonly #memory: GuestMemory;
  readonly #plugged: Uint8Array;

  /** The region has been declared to the core. */
  constructor(memory: GuestMemory, region: CZoneRegion) {
    this.#memory = memory;
    this.region = region;
    this.#plugged = new Uint8Array(region.frames / region.blockFrames);
  }

  /** Plugs blocks into the pool; a zone then takes as many, near the ones it has. */
  addBlocks(zone: number, pfn: number, frames: number): boolean {
    const { raw } = this.#memory.core;
    if (raw.czonePlug(pfn, frames) < 0) return false;
    this.#mark(pfn, frames, 1);
    if (zone !== POOL) raw.czoneGrow(zone, frames / this.region.blockFrames);
    return true;
  }

  /** Unplugs up to so many blocks, highest first; with `migrate` pages move inside the zone to empty them. */
  takeBlocks(zone: number, blocks: number, migrate: boolean): number[] {
    const { core } = this.#memory;
    let candidates = this.pooledBlocks();
    if (zone !== POOL) {
      if (migrate) this.#compact(zone);
      const before = this.blocksOf(zone);
      expectAnswer(core.raw.czoneShrink(zone, blocks), 'czoneShrink');
      const after = new Set(this.blocksOf(zone));
      candidates = before.filter((pfn) => !after.has(pfn));
    }
    const taken = candidates.toSorted((a, b) => b - a).slice(0, blocks);
    for (const pfn of taken) {
      expectAnswer(core.raw.czoneUnplug(pfn, this.region.blockFrames), 'czoneUnplug');
      this.#mark(pfn, this.region.blockFrames, 0);
    }
    return taken;
  }

  /** First frames of the blocks of a zone. */
  blocksOf(zone: number): number[] {
    if (zone === POOL) return this.pooledBlocks();
    const { raw } = this.#memory.core;
    const blocks: number[] = [];
    for (let pfn = raw.czoneNextBlock(zone, -1); pfn >= 0; pfn = raw.czoneNextBlock(zone, pfn)) {
      blocks.push(pfn);
    }
    return blocks;
  }

  /** First frames of plugged blocks that no zone has. */
  pooledBlocks(): number[] {
    const { core } = this.#memory;
    const { start, blockFrames } = this.region;
    const zoned = new Set<number>();
    for (let i = 0; i < core.config.czones; i += 1) {
      for (const pfn of this.blocksOf(FIRST_CZONE + i)) zoned.add(pfn);
    }
    return Array.from(this.#plugged, (_, block) => start + block * blockFrames).filter(
      (pfn, block) => this.#plugged[block] === 1 && !zoned.has(pfn),
    );
  }

  /**
   * Takes ranges off the allocator, in address order: (pfn, frames) pairs. Of the pool whole blocks, of a zone pieces of
   * at least 2^order frames. How many ranges.
   */
  collect(
    zone: number,
    maxRanges: number,
    maxFrames: number,
    order: number,
    pairs: Uint32Array,
  ): number {
    const { raw } = this.#memory.core;
    const ranges = Math.min(maxRanges, CZONE_RANGES_MAX);
    if (zone === POOL) return this.#collectPool(ranges, maxFrames, pairs);
    const got = expectAnswer(raw.czoneReclaim(zone, ranges, maxFrames, order), 'czoneReclaim');
    this.#readRanges(got).forEach(([pfn, frames], i) => pairs.set([pfn, frames], 2 * i));
    return got;
  }

  /** A collected range is free again; `released`: without host memory. */
  putBack(zone: number, pfn: number, frames: number, released: boolean): void {
    const { raw } = this.#memory.core;
    if (zone === POOL) {
      expectAnswer(raw.czonePlug(pfn, frames), 'czonePlug');
      this.#mark(pfn, frames, 1);
    } else {
      expectAnswer(raw.czoneReturn(pfn, frames, released ? 0 : 1), 'czoneReturn');
    }
  }

  figures(zone: number): CZoneFigures {
    const { core } = this.#memory;
    if (zone === POOL) {
      const { blockFrames } = this.region;
      const blocks = this.pooledBlocks();
      const backed = blocks.map((pfn) => core.raw.countBacked(pfn, blockFrames));
      const frames = blocks.length * blockFrames;
      const backedFreeFrames = backed.reduce((sum, count) => sum + count, 0);
      return { managedFrames: frames, freeFrames: frames, backedFreeFrames };
    }
    const at = core.headerWord(GUEST_ZONES_OFFSET) + zone * ZONE_STRIDE;
    const word = (offset: number): number => core.words[(at + offset) >> 2] as number;
    return {
      managedFrames: word(ZONE_MANAGED_OFFSET),
      freeFrames: word(ZONE_FREE_OFFSET),
      backedFreeFrames: word(ZONE_BACKED_FREE_OFFSET),
    };
  }

  events(): CZoneEvents {
    const { core } = this.#memory;
    return {
      limitHits: core.stat(STAT_CZONE_LIMIT_HITS),
      grownBlocks: core.stat(STAT_CZONE_GROWN_ON_DEMAND),
      reusedPages: core.stat(STAT_REUSED_BACKED_PAGES),
      migratedPages: core.stat(STAT_CZONE_COMPACT_PAGES),
    };
  }

  #compact(zone: number): void {
    const { core, moveListeners } = this.#memory;
    expectAnswer(core.raw.czoneCompact(zone, 0x7fff_ffff, 0), 'czoneCompact');
    takeMoves(core, (from, to) => moveListeners.forEach((listener) => listener(from, to)));
  }

  #collectPool(maxRanges: number, maxFrames: number, pairs: Uint32Array): number {
    const { raw } = this.#memory.core;
    const { blockFrames } = this.region;
    const got = expectAnswer(raw.czoneCollect(maxRanges), 'czoneCollect');
    let left = Math.floor(maxFrames / blockFrames) * blockFrames;
    let ranges = 0;
    for (const [pfn, frames] of this.#readRanges(got)) {
      const kept = Math.min(frames, left);
      left -= kept;
      if (kept < frames) expectAnswer(raw.czonePlug(pfn + kept, frames - kept), 'czonePlug');
      if (kept === 0) continue;
      this.#mark(pfn, kept, 0);
      pairs.set([pfn, kept], 2 * ranges);
      ranges += 1;
    }
    return ranges;
  }

  /** What the core left in the scratch area, in address order. */
  #readRanges(count: number): [number, number][] {
    const { core } = this.#memory;
    const first = core.headerWord(GUEST_SCRATCH_OFFSET) >> 2;
    return Array.from({ length: count }, (_, i): [number, number] => [
      core.words[first + 2 * i] as number,
      core.words[first + 2 * i + 1] as number,
    ]).toSorted((a, b) => a[0] - b[0]);
  }

  #mark(pfn: number, frames: number, plugged: 0 | 1): void {
    const { start, blockFrames } = this.region;
    const first = (pfn - start) / blockFrames;
    this.#plugged.fill(plugged, first, first + frames / blockFrames);
  }
}
