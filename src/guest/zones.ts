// The guest kernel's management of CZones: a region above its memory, plugged in blocks as zones
// ask for them. A zone belongs to one container; when that exits the zone's blocks return whole and
// the host may take their memory back.

import {
  CZONE_ACTIVE,
  CZONE_IDLE,
  GFP_KERNEL,
  NONE,
  OBJECT_KERNEL,
  STAT_CZONE_BLOCKS_ADDED,
  STAT_CZONE_BLOCKS_REMOVED,
  STATUS_NO_MEMORY,
  expectAnswer,
} from '../core/index.ts';
import type { FrameRange } from '../core/index.ts';
import { memmapFrames } from './footprint.ts';
import type { GuestMemory } from './memory.ts';

/** Where blocks come from. */
export interface CZoneRegion {
  readonly start: number;
  readonly frames: number;
  readonly blockFrames: number;
}

/** A host with books of its own: czone-virtio. Without one, blocks are there for the asking. */
export interface CZoneHost {
  /** Plugs up to so many blocks into the pool. How many came. */
  plug(blocks: number): number;
  created(index: number, limitFrames: number): void;
  /**
   * Nothing of the zone is in use any more: the host takes what is behind its blocks, and the pool
   * has them next.
   */
  ending(index: number): void;
}

export class CZones {
  readonly region: CZoneRegion;
  host: CZoneHost | undefined;
  readonly #memory: GuestMemory;
  /** struct pages of plugged blocks: kernel memory that stays while the block is plugged. */
  readonly #memmapObject: number;
  #pluggedFrames = 0;
  #messages = 0;

  /** Declares the region. Its memmap costs nothing until blocks are plugged. */
  constructor(memory: GuestMemory, region: CZoneRegion) {
    this.region = region;
    this.#memory = memory;
    memory.addReliever(STATUS_NO_MEMORY, () => this.plug(1) > 0);
    const { czones, objects } = memory.core;
    expectAnswer(czones.region(region.start, region.frames, region.blockFrames), 'czones.region');
    this.#memmapObject = expectAnswer(
      objects.create(OBJECT_KERNEL, NONE, GFP_KERNEL),
      'objects.create',
    );
  }

  /** Requests to the host so far; each is one message and its answer. */
  get messages(): number {
    return this.#messages;
  }

  /** Kernel pages that describe the plugged blocks. */
  get memmapPages(): number {
    return memmapFrames(this.#pluggedFrames);
  }

  /** Asks the host for so many more blocks, as far as the region has them. Blocks plugged. */
  plug(blocks: number): number {
    const { start, frames, blockFrames } = this.region;
    const room = Math.floor((frames - this.#pluggedFrames) / blockFrames);
    const take = Math.min(blocks, room);
    if (take === 0) return 0;
    const memory = this.#memory;
    const before = memmapFrames(this.#pluggedFrames);
    const after = memmapFrames(this.#pluggedFrames + take * blockFrames);
    memory.frames.guestOs += memory.touch(
      this.#memmapObject,
      before,
      after - before,
      true,
      0,
      before,
    );
    this.#messages += 1;
    const got = this.host?.plug(take) ?? take;
    if (this.host === undefined) {
      const at = start + this.#pluggedFrames;
      expectAnswer(memory.core.czones.plug(at, take * blockFrames), 'czones.plug');
    }
    this.#pluggedFrames += got * blockFrames;
    return got;
  }

  /** A zone for one container with `blocks` blocks; at most `limitFrames`. Its index. */
  create(owner: number, limitFrames: number, blocks: number): number {
    const pooled = this.#pooledBlocks();
    if (pooled < blocks) this.plug(blocks - pooled);
    const { czones } = this.#memory.core;
    const index = expectAnswer(czones.create(owner, limitFrames, blocks), 'czones.create');
    this.host?.created(index, limitFrames);
    return index;
  }

  /**
   * Plugged blocks that are in no zone. Zones also grow by themselves, so the core's counters say.
   */
  #pooledBlocks(): number {
    const { core } = this.#memory;
    const zoned = core.stat(STAT_CZONE_BLOCKS_ADDED) - core.stat(STAT_CZONE_BLOCKS_REMOVED);
    return this.#pluggedFrames / this.region.blockFrames - zoned;
  }

  /** First frames of a zone's blocks, in the order in which it got them. */
  blocksOf(index: number): number[] {
    return this.#memory.core.czones.blocksOf(index);
  }

  /** The container runtime's mark. */
  mark(index: number, isIdle: boolean): void {
    const { czones } = this.#memory.core;
    expectAnswer(czones.setState(index, isIdle ? CZONE_IDLE : CZONE_ACTIVE), 'czones.setState');
  }

  /** Takes frames of a zone that are free and backed off its lists, in at most so many ranges. */
  takeUnused(index: number, ranges: number): FrameRange[] {
    return this.#memory.core.czones.reclaim(index, ranges, this.region.frames, 0);
  }

  /** Such ranges are free again; `released`: without host memory. */
  putBack(ranges: readonly FrameRange[], released: boolean): void {
    const { czones } = this.#memory.core;
    for (const { start, count } of ranges) {
      expectAnswer(czones.putBack(start, count, released), 'czones.putBack');
    }
  }

  /**
   * Ends a zone whose processes are gone. Ranges of its blocks, neighbours joined: what the host
   * may take back.
   */
  destroy(index: number): FrameRange[] {
    const { blockFrames } = this.region;
    const blocks = this.blocksOf(index);
    this.host?.ending(index);
    expectAnswer(this.#memory.core.czones.destroy(index), 'czones.destroy');
    const ranges: { start: number; count: number }[] = [];
    for (const start of blocks.toSorted((a, b) => a - b)) {
      const last = ranges.at(-1);
      if (last !== undefined && last.start + last.count === start) last.count += blockFrames;
      else ranges.push({ start, count: blockFrames });
    }
    return ranges;
  }
}
