// Counts of a guest's frames by 2 MiB pageblock: free, movable, unmovable, and in use since before
// the recording.

import {
  type Core,
  KIND_FREE,
  KIND_HOLE,
  KIND_MOVABLE,
  KIND_PCP,
  MEMORY_BLOCK_FRAMES,
  NONE,
  ORDERS,
  PAGEBLOCK_FRAMES,
} from '../../core/index.ts';
import type { PlacedGuest } from './placed-guest.ts';

/** Pageblocks in a memory block of 128 MiB. */
export const PAGEBLOCKS_PER_MEMORY_BLOCK: number = MEMORY_BLOCK_FRAMES / PAGEBLOCK_FRAMES;

/**
 * Frame counts by pageblock number. Frames on per-cpu lists count as free: unplugging drains them.
 */
export class Census {
  readonly free: Uint16Array;
  readonly movable: Uint16Array;
  readonly unmovable: Uint16Array;
  /** In use since the start; what they are is not recorded. */
  readonly sinceStart: Uint16Array;
  parkedFrames = 0;

  constructor(frames: number) {
    const blocks = Math.ceil(frames / PAGEBLOCK_FRAMES);
    this.free = new Uint16Array(blocks);
    this.movable = new Uint16Array(blocks);
    this.unmovable = new Uint16Array(blocks);
    this.sinceStart = new Uint16Array(blocks);
  }

  /**
   * Counts [start, end), which must not cut a block. `used` hears of each block in use: frame, tag
   * and frames.
   */
  add(
    core: Core,
    start: number,
    end: number,
    used?: (pfn: number, tag: number, frames: number) => void,
  ): void {
    for (let pfn = start; pfn < end;) {
      const kind = core.frames.kind(pfn);
      const frames = kind === KIND_HOLE ? holeFrames(core, pfn) : 2 ** core.frames.order(pfn);
      if (kind === KIND_FREE || kind === KIND_PCP) {
        if (kind === KIND_PCP) this.parkedFrames += frames;
        count(this.free, pfn, frames);
      } else if (kind !== KIND_HOLE) {
        const tag = core.frames.tag(pfn);
        if (tag === 0) count(this.sinceStart, pfn, frames);
        else count(kind === KIND_MOVABLE ? this.movable : this.unmovable, pfn, frames);
        used?.(pfn, tag, frames);
      }
      pfn += frames;
    }
  }
}

/** A pageblock of no zone is skipped whole. */
function holeFrames(core: Core, pfn: number): number {
  if (pfn % PAGEBLOCK_FRAMES !== 0) return 1;
  return core.frames.zone(pfn) === NONE ? PAGEBLOCK_FRAMES : 1;
}

function count(column: Uint16Array, pfn: number, frames: number): void {
  for (let left = frames, at = pfn; left > 0;) {
    const block = Math.floor(at / PAGEBLOCK_FRAMES);
    const here = Math.min(left, (block + 1) * PAGEBLOCK_FRAMES - at);
    column[block] = (column[block] ?? 0) + here;
    left -= here;
    at += here;
  }
}

/** Counts a whole guest: kernel zones and the region of the CZones. */
export function countPlaced(
  { core, czones }: PlacedGuest,
  used?: (pfn: number, tag: number, frames: number) => void,
): Census {
  const frames = czones.region.start + czones.region.frames;
  const census = new Census(frames);
  census.add(core, 0, frames, used);
  return census;
}

/** Free blocks of the kernel's zones by order, per-cpu lists apart. */
export function kernelFreeByOrder(core: Core): number[] {
  return Array.from({ length: ORDERS }, (_, order) =>
    core.kernelZones.reduce((sum, zone) => sum + zone.freeBlocks(order), 0),
  );
}

/**
 * Gorman's unusable free space index by order: the share of free memory that lies in blocks too
 * small for a request of the order. 0 where nothing is free.
 */
export function unusableIndex(freeByOrder: readonly number[]): number[] {
  const frames = freeByOrder.map((blocks, order) => blocks * 2 ** order);
  const total = frames.reduce((sum, part) => sum + part, 0);
  let tooSmall = 0;
  return frames.map((part) => {
    const index = total === 0 ? 0 : tooSmall / total;
    tooSmall += part;
    return index;
  });
}
