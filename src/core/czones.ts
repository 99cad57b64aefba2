// CZones: the region they live in, zones by index, and ranges of theirs on the way to the host.

import { CZONE_RANGES_MAX, POOL_FREE_BLOCKS, POOL_PLUGGED_BLOCKS } from '../abi/czone.ts';
import type { FrameRange } from './frame-range.ts';
import { expectAnswer } from './error.ts';
import type { CoreExports } from './exports.ts';
import type { Instance } from './instance.ts';
import type { Scratch } from './scratch.ts';

export class CZoneCalls {
  readonly #raw: CoreExports;
  readonly #scratch: Scratch;

  constructor(instance: Instance, scratch: Scratch) {
    this.#raw = instance.raw;
    this.#scratch = scratch;
  }

  /** Declares the region; once, before anything is plugged. */
  region(start: number, frames: number, blockFrames: number): number {
    return this.#raw.czoneRegion(start, frames, blockFrames);
  }

  /** Blocks of the region are memory: the pool has them. */
  plug(start: number, frames: number): number {
    return this.#raw.czonePlug(start, frames);
  }

  unplug(start: number, frames: number): number {
    return this.#raw.czoneUnplug(start, frames);
  }

  /** Blocks that are memory, in zones or not. */
  get pluggedBlocks(): number {
    return this.#raw.czonePoolStat(POOL_PLUGGED_BLOCKS);
  }

  /** Those that are in no zone. */
  get pooledBlocks(): number {
    return this.#raw.czonePoolStat(POOL_FREE_BLOCKS);
  }

  /** First frames of the blocks in no zone, ascending. */
  pooled(): number[] {
    const blocks: number[] = [];
    let pfn = this.#raw.czoneNextPooled(0);
    while (pfn >= 0) {
      blocks.push(pfn);
      pfn = this.#raw.czoneNextPooled(pfn + 1);
    }
    return blocks;
  }

  /** Whether a block is in no zone and memory. */
  isPooled(pfn: number): boolean {
    return this.#raw.czoneNextPooled(pfn) === pfn;
  }

  /** A zone with `blocks` of the pool's blocks and room for `limit` frames. Its index. */
  create(owner: number, limit: number, blocks: number): number {
    return this.#raw.czoneCreate(owner, limit, blocks);
  }

  /** Ends a zone with all its objects. Blocks that are free now. */
  exit(index: number, cpu: number): number {
    return this.#raw.czoneExit(index, cpu);
  }

  /** Adds blocks of the pool. How many came. */
  grow(index: number, blocks: number): number {
    return this.#raw.czoneGrow(index, blocks);
  }

  /** Gives wholly free blocks to the pool. How many. */
  shrink(index: number, blocks: number): number {
    return this.#raw.czoneShrink(index, blocks);
  }

  /** Moves up to so many pages inside the zone to free blocks of it. Pages moved. */
  compact(index: number, pages: number, cpu: number): number {
    return this.#raw.czoneCompact(index, pages, cpu);
  }

  /** CZONE_LIMIT_* and how many blocks it grows by at a time. */
  setPolicy(index: number, policy: number, growBlocks: number): number {
    return this.#raw.czoneSetLimits(index, policy, growBlocks);
  }

  /** The zone that the last STATUS_ZONE_FULL was about. */
  fullZone(): number {
    return this.#raw.czoneFullZone();
  }

  /** Processes come (+1) and go (-1). */
  refer(index: number, by: number): number {
    return this.#raw.czoneRefer(index, by);
  }

  /** A page request in the zone, as Pages.alloc. */
  allocPages(index: number, gfp: number, order: number, tag: number): number {
    return this.#raw.czoneAllocPages(index, gfp, order, tag);
  }

  /** First frames of a zone's blocks, in the order in which it got them. */
  blocksOf(index: number): number[] {
    const blocks: number[] = [];
    let pfn = this.#raw.czoneNextBlock(index, -1);
    while (pfn >= 0) {
      blocks.push(pfn);
      pfn = this.#raw.czoneNextBlock(index, pfn);
    }
    return blocks;
  }

  /** Takes ranges of whole blocks out of the pool. Throws CoreError for a status. */
  collect(maxRanges: number): FrameRange[] {
    const got = this.#raw.czoneCollect(Math.min(maxRanges, CZONE_RANGES_MAX));
    return this.#scratch.ranges(expectAnswer(got, 'czoneCollect'));
  }

  /**
   * Takes free and backed frames of a zone off its lists, in pieces of at least 2^order frames.
   * Throws CoreError for a status.
   */
  reclaim(index: number, maxRanges: number, maxFrames: number, order: number): FrameRange[] {
    const ranges = Math.min(maxRanges, CZONE_RANGES_MAX);
    const got = this.#raw.czoneReclaim(index, ranges, maxFrames, order);
    return this.#scratch.ranges(expectAnswer(got, 'czoneReclaim'));
  }

  /** Such a range is free again; `released`: without host memory. */
  putBack(start: number, frames: number, released: boolean): number {
    return this.#raw.czoneReturn(start, frames, released ? 0 : 1);
  }
}
