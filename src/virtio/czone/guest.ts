/** What the guest kernel does for the czone-virtio driver. Frames are guest-physical, of 4 KiB. */

import type { CZoneZoneStats } from './stats.ts';

/** What a collection may take. */
export interface CollectLimits {
  readonly maxRanges: number;
  readonly maxFrames: number;
  /** Ranges begin and end at multiples of this, counted from frame 0. */
  readonly granuleFrames: number;
}

export interface CZoneGuest {
  /** Memory of the zone (0: the pool) from now on. False when the guest cannot manage it. */
  addBlocks(zone: number, pfn: number, frames: number): boolean;
  /**
   * Takes up to `blocks` blocks out of a zone, highest first: empty ones and, with `migrate`, ones that
   * moving pages inside the zone has emptied. Their first frames.
   */
  takeBlocks(zone: number, blocks: number, migrate: boolean): number[];
  /** The zone that a block is in now (0: the pool); -1: none, it is not the guest's memory. */
  zoneOf(pfn: number): number;
  /** Takes blocks of the pool out of the guest. False when they are not all there. */
  takePooled(pfn: number, frames: number): boolean;
  /** First frames of a zone's blocks as the guest sees it. A zone may have taken blocks from the pool. */
  blocksOf(zone: number): number[];
  /**
   * Takes free frames that are backed off the allocator: (pfn, count) pairs into `pairs`, ascending and
   * disjoint. Returns the number of ranges; fewer than `maxRanges` and `maxFrames` allow means that there
   * are no more. What was released is not backed, so the next call finds other frames.
   */
  collect(zone: number, limits: CollectLimits, pairs: Uint32Array): number;
  /** Collected ranges go back to the allocator; the first `released` of them have lost their backing. */
  putBack(zone: number, pairs: Uint32Array, ranges: number, released: number): void;
  zoneStats(zone: number): Omit<CZoneZoneStats, 'zone' | 'isIdle'>;
}
