/**
 * The guest kernel behind the balloon driver, on the core. Pages come from the core's allocator and
 * go back to it; pages that migration moved are told to the driver, which tells the device.
 */

import { bound } from '../../graph/index.ts';
import { expectInteger } from '../../check/index.ts';
import { BalloonPages, HUGE_BALLOON_ORDER, type GuestMemory, vmStats } from '../../guest/index.ts';
import type { BalloonDriver } from './driver.ts';
import type { BalloonGuest } from './guest.ts';
import type { BalloonStats } from './stats.ts';

/** What a kernel reports that never swapped, never scanned and has no hugetlb pool. */
const QUIET: BalloonStats = {
  swapInBytes: 0,
  swapOutBytes: 0,
  majorFaults: 0,
  minorFaults: 0,
  freeBytes: 0,
  totalBytes: 0,
  availableBytes: 0,
  cachesBytes: 0,
  hugetlbAllocs: 0,
  hugetlbFails: 0,
  oomKills: 0,
  allocStalls: 0,
  asyncScanBytes: 0,
  directScanBytes: 0,
  asyncReclaimBytes: 0,
  directReclaimBytes: 0,
};

export interface CoreBalloonOptions {
  /** Blocks of 2 MiB instead of pages; see `blockPages` of the driver. */
  readonly isHuge?: boolean;
  readonly poison?: BalloonGuest['poison'];
}

export class CoreBalloonGuest implements BalloonGuest {
  readonly poison: BalloonGuest['poison'];
  /** Set once the driver exists: it hears of moved pages. */
  driver: BalloonDriver | undefined;
  private readonly _memory: GuestMemory;
  private readonly _pages: BalloonPages;
  /** Moves that the driver could not take in while a message was with the device. */
  private _pending: [number, number][] = [];

  constructor(memory: GuestMemory, options: CoreBalloonOptions = {}) {
    this._memory = memory;
    this._pages = new BalloonPages(memory, options.isHuge === true ? HUGE_BALLOON_ORDER : 0);
    this.poison = options.poison ?? 'none';
    memory.addMoveListener(bound(this, this._moved));
  }

  /** Frames in the balloon as the core counts them. */
  get heldFrames(): number {
    return this._pages.heldFrames;
  }

  setAdjustManaged(adjustManaged: boolean): void {
    this._pages.adjustManaged(adjustManaged);
  }

  allocPages(pfns: Uint32Array, count: number): number {
    return this._pages.alloc(pfns, count);
  }

  enterBalloon(pfns: Uint32Array, count: number): void {
    this._pages.enter(pfns, count);
  }

  /**
   * The core's list and the driver's hold the same pages in the same order, so the core can pop by
   * itself.
   */
  leaveBalloon(pfns: Uint32Array, count: number): void {
    const left = this._pages.leave(count);
    expectInteger('pages that leave the balloon', count, 0, left);
  }

  releasePages(pfns: Uint32Array, count: number): void {
    this._pages.free(pfns, count);
  }

  /** The core moved the page before the driver heard of it: nothing is left to do. */
  pageMigrated(): void {}

  retryMigrations(): void {
    if (this._pending.length === 0) return;
    const moves = this._pending;
    this._pending = [];
    for (const [from, to] of moves) {
      if (this.driver?.migratePage(from, to) === 'again') this._pending.push([from, to]);
    }
  }

  stats(): BalloonStats {
    return { ...QUIET, ...vmStats(this._memory) };
  }

  allocHintBlock(): number | undefined {
    return this._pages.allocHint();
  }

  releaseHintBlock(pfn: number): void {
    this._pages.freeHint(pfn);
  }

  private _moved(from: number, to: number): void {
    if (this.driver?.isolatePage(from) !== true) return;
    if (this.driver.migratePage(from, to) === 'again') this._pending.push([from, to]);
  }
}
