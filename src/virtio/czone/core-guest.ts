/**
 * The guest kernel behind the czone-virtio driver, on the core. Zone numbers of the protocol are the
 * core's, counted from 1 at its first CZone.
 */

import {
  NUMBER,
  type Shape,
  expectInteger,
  expectMade,
  expectNumber,
  expectShape,
} from '../../check/index.ts';
import { FRAME_BYTES } from '../../abi/unit.ts';
import { CZonePages, FIRST_CZONE, POOL, type CZoneRegion } from '../../guest/index.ts';
import type { GuestMemory } from '../../guest/index.ts';
import { ZONE_POOL } from './config.ts';
import type { CollectLimits, CZoneGuest } from './guest.ts';
import type { CZoneZoneStats } from './stats.ts';

/** The protocol's number of a zone of the core. */
export const zoneOfIndex = (index: number): number =>
  index === POOL ? ZONE_POOL : expectInteger('index', index, 0) - FIRST_CZONE + 1;
/** The core's index of a zone. */
export const indexOfZone = (zone: number): number =>
  zone === ZONE_POOL ? POOL : expectInteger('zone', zone, 0) - 1 + FIRST_CZONE;

const LIMITS: Shape = { granuleFrames: NUMBER, maxRanges: NUMBER, maxFrames: NUMBER };

export class CoreCZoneGuest implements CZoneGuest {
  private readonly _pages: CZonePages;

  constructor(memory: GuestMemory, region: CZoneRegion) {
    this._pages = new CZonePages(memory, region);
  }

  addBlocks(zone: number, pfn: number, frames: number): boolean {
    return this._pages.addBlocks(indexOfZone(zone), pfn, frames);
  }

  takeBlocks(zone: number, blocks: number, migrate: boolean): number[] {
    expectNumber('blocks', blocks, 0, Infinity);
    return this._pages.takeBlocks(indexOfZone(zone), blocks, migrate);
  }

  blocksOf(zone: number): number[] {
    return this._pages.blocksOf(indexOfZone(zone));
  }

  takePooled(pfn: number, frames: number): boolean {
    return this._pages.takePooled(pfn, frames);
  }

  zoneOf(pfn: number): number {
    const index = this._pages.zoneOf(pfn);
    return index === undefined ? -1 : zoneOfIndex(index);
  }

  collect(zone: number, limits: CollectLimits, pairs: Uint32Array): number {
    expectShape('limits', limits, LIMITS);
    expectMade('pairs', pairs, Uint32Array);
    const order = Math.log2(limits.granuleFrames);
    const { maxRanges, maxFrames } = limits;
    return this._pages.collect(indexOfZone(zone), maxRanges, maxFrames, order, pairs);
  }

  putBack(zone: number, pairs: Uint32Array, ranges: number, released: number): void {
    expectInteger('ranges', ranges, 0, expectMade('pairs', pairs, Uint32Array).length / 2);
    for (let i = 0; i < ranges; i++) {
      const pfn = pairs[2 * i] as number;
      const frames = pairs[2 * i + 1] as number;
      this._pages.putBack(indexOfZone(zone), pfn, frames, i < released);
    }
  }

  /** Figures of memory are the zone's. The core keeps events for all zones together: the pool has them. */
  zoneStats(zone: number): Omit<CZoneZoneStats, 'zone' | 'isIdle'> {
    const { managedFrames, freeFrames, backedFreeFrames } = this._pages.figures(indexOfZone(zone));
    const none = { limitHits: 0, grownBlocks: 0, reusedPages: 0, migratedPages: 0 };
    return {
      pluggedBytes: managedFrames * FRAME_BYTES,
      freeBytes: freeFrames * FRAME_BYTES,
      backedFreeBytes: backedFreeFrames * FRAME_BYTES,
      ...(zone === ZONE_POOL ? this._pages.events() : none),
    };
  }
}
