// A zone's fields by name, read where they lie in the core's memory: a view costs nothing to keep
// and shows what is true now. Sizes and marks are in frames.

import { ZONE_PEAK_BLOCKS_OFFSET } from '../abi/czone.ts';
import {
  GUEST_ZONES_OFFSET,
  ZONE_BACKED_FREE_OFFSET,
  ZONE_BLOCKS_OFFSET,
  ZONE_BOOST_OFFSET,
  ZONE_FLAGS_OFFSET,
  ZONE_FLAG_RECLAIM_ACTIVE,
  ZONE_FREE_BY_ORDER_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_LIMIT_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_OWNER_OFFSET,
  ZONE_PRESENT_OFFSET,
  ZONE_SPANNED_OFFSET,
  ZONE_START_OFFSET,
  ZONE_STATE_OFFSET,
  ZONE_STRIDE,
  ZONE_WMARK_HIGH_OFFSET,
  ZONE_WMARK_LOW_OFFSET,
} from '../abi/layout.ts';
import { expectWords } from '../check/index.ts';
import type { Instance } from './instance.ts';

const BOOST = 'zone.boost frames';

/** Address of a zone's record. */
export function zoneAddress(instance: Instance, index: number): number {
  return instance.headerWord(GUEST_ZONES_OFFSET) + index * ZONE_STRIDE;
}

export class ZoneView {
  private readonly _instance: Instance;
  private readonly _base: number;

  /** Kernel zones have indexes 0 to 3; CZones follow. */
  constructor(instance: Instance, index: number) {
    this._instance = instance;
    this._base = zoneAddress(instance, index);
  }

  private _field(offset: number): number {
    return this._instance.word(this._base + offset);
  }

  /** First frame of the span. */
  get start(): number {
    return this._field(ZONE_START_OFFSET);
  }

  /** Frames from the first to the last, holes included. */
  get spanned(): number {
    return this._field(ZONE_SPANNED_OFFSET);
  }

  /** Frames of the span that are memory. */
  get present(): number {
    return this._field(ZONE_PRESENT_OFFSET);
  }

  /** Frames that the allocator was given. */
  get managed(): number {
    return this._field(ZONE_MANAGED_OFFSET);
  }

  /** NR_FREE_PAGES: frames on the free lists, without those on per-cpu lists. */
  get free(): number {
    return this._field(ZONE_FREE_OFFSET);
  }

  /** Blocks of an order on the free lists (nr_free). */
  freeBlocks(order: number): number {
    return this._field(ZONE_FREE_BY_ORDER_OFFSET + 4 * order);
  }

  get lowMark(): number {
    return this._field(ZONE_WMARK_LOW_OFFSET);
  }

  get highMark(): number {
    return this._field(ZONE_WMARK_HIGH_OFFSET);
  }

  /** watermark_boost: what mixing mobility in pageblocks has added to the marks. */
  get boost(): number {
    return this._field(ZONE_BOOST_OFFSET);
  }

  set boost(frames: number) {
    expectWords(BOOST, frames);
    this._instance.setWord(this._base + ZONE_BOOST_OFFSET, frames);
  }

  /** kswapd works on it: meanwhile its per-cpu lists shrink with each free (ZONE_RECLAIM_ACTIVE). */
  set isReclaimed(on: boolean) {
    const flags = this._field(ZONE_FLAGS_OFFSET) & ~ZONE_FLAG_RECLAIM_ACTIVE;
    const now = on ? flags | ZONE_FLAG_RECLAIM_ACTIVE : flags;
    this._instance.setWord(this._base + ZONE_FLAGS_OFFSET, now);
  }

  /** CZones: whose it is, as its creator numbers them. */
  get owner(): number {
    return this._field(ZONE_OWNER_OFFSET);
  }

  /** CZones: CZONE_*; 0 when there is no such zone. */
  get state(): number {
    return this._field(ZONE_STATE_OFFSET);
  }

  /** CZones: blocks of the region that it holds. */
  get blocks(): number {
    return this._field(ZONE_BLOCKS_OFFSET);
  }

  /** CZones: most blocks that it ever held. */
  get peakBlocks(): number {
    return this._field(ZONE_PEAK_BLOCKS_OFFSET);
  }

  /** CZones: frames that it may hold at most. */
  get limit(): number {
    return this._field(ZONE_LIMIT_OFFSET);
  }

  /** CZones: free frames with host memory behind them. */
  get backedFree(): number {
    return this._field(ZONE_BACKED_FREE_OFFSET);
  }
}
