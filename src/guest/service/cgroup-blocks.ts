// Memory for cgroups as Faascale's kernel has it: a part of memory that no other allocation sees, in blocks of a unit x 2^k that lie
// at a multiple of their size. A cgroup gets its size in as few blocks as there are for it, the largest first.

import type { FrameRange } from '../../core/index.ts';
import type { CZoneRegion } from '../zones.ts';

/** Sizes of blocks: a unit x 2^k for k below this. */
const BLOCK_SIZES = 8;

export class CgroupBlocks {
  private readonly _region: CZoneRegion;
  /** By k: first unit of each free block. */
  private readonly _free: Set<number>[] = Array.from({ length: BLOCK_SIZES }, () => new Set());

  /** The region's blocks are the units. All of it is free, in blocks as large as they can be. */
  constructor(region: CZoneRegion) {
    this._region = region;
    const units = region.frames / region.blockFrames;
    for (let unit = 0; unit < units;) {
      const k = this._largestAt(unit, units - unit);
      this._listOf(k).add(unit);
      unit += 2 ** k;
    }
  }

  /** Units that are in no cgroup. */
  get freeUnits(): number {
    return this._free.reduce((sum, list, k) => sum + list.size * 2 ** k, 0);
  }

  /** Blocks of so many units in all, the largest first; none when there are not so many. */
  take(units: number): FrameRange[] {
    if (units > this.freeUnits) return [];
    const taken: FrameRange[] = [];
    for (let k = BLOCK_SIZES - 1, left = units; k >= 0; k -= 1) {
      for (; left >= 2 ** k; left -= 2 ** k) {
        const unit = this._takeOne(k);
        if (unit === undefined) break;
        taken.push(this._rangeOf(unit, k));
      }
    }
    return taken;
  }

  /** Blocks of a cgroup that is gone: two halves become one again. */
  giveBack(blocks: readonly FrameRange[]): void {
    const { start, blockFrames } = this._region;
    for (const block of blocks) {
      let unit = (block.start - start) / blockFrames;
      let k = Math.log2(block.count / blockFrames);
      for (; k < BLOCK_SIZES - 1; k += 1) {
        const other = unit ^ (2 ** k);
        if (!this._listOf(k).delete(other)) break;
        unit = Math.min(unit, other);
      }
      this._listOf(k).add(unit);
    }
  }

  /** A block of a size, lowest first: a free one, or the half of a larger one. */
  private _takeOne(k: number): number | undefined {
    const list = this._free[k];
    if (list === undefined) return undefined;
    if (list.size === 0) {
      const larger = this._takeOne(k + 1);
      if (larger === undefined) return undefined;
      list.add(larger + 2 ** k);
      return larger;
    }
    const lowest = Math.min(...list);
    list.delete(lowest);
    return lowest;
  }

  private _largestAt(unit: number, room: number): number {
    let k = 0;
    while (k + 1 < BLOCK_SIZES && unit % 2 ** (k + 1) === 0 && 2 ** (k + 1) <= room) k += 1;
    return k;
  }

  private _listOf(k: number): Set<number> {
    return this._free[k] as Set<number>;
  }

  private _rangeOf(unit: number, k: number): FrameRange {
    const { start, blockFrames } = this._region;
    return { start: start + unit * blockFrames, count: 2 ** k * blockFrames };
  }
}
