/** What the guest kernel does for the balloon driver. Frames are 4 KiB pages, named by frame number. */

import { ORDER_MAX } from '../../abi/unit.ts';
import type { BalloonStats } from './stats.ts';

export interface BalloonGuest {
  /**
   * Allocates up to `count` single movable pages, one by one, in the manner of HIGHUSER_MOVABLE with
   * NOMEMALLOC, NORETRY and NOWARN (docs/linux-memory.md C.4): may reclaim, never kills. Writes them to `pfns` in
   * the order they were got and returns how many; fewer than asked means that an allocation failed.
   */
  allocPages(pfns: Uint32Array, count: number): number;
  /**
   * The pages enter the balloon: offline and movable. Each one leaves its zone's managed pages when
   * `adjustManaged`. In the order of the array.
   */
  enterBalloon(pfns: Uint32Array, count: number, adjustManaged: boolean): void;
  /** Pages leave the balloon's list and wait for the device's answer. In the order of the array. */
  leaveBalloon?(pfns: Uint32Array, count: number): void;
  /** Decides whether pages in the balloon are managed ones; said once, before the first enters. */
  setAdjustManaged?(adjustManaged: boolean): void;
  /** The pages go back to the allocator, one by one in the order of the array. */
  releasePages(pfns: Uint32Array, count: number, adjustManaged: boolean): void;
  /**
   * A migration of a balloon page is complete: `newPfn` is in the balloon, `oldPfn` is free to go.
   * When `adjustManaged`, zones that differ are corrected.
   */
  pageMigrated(oldPfn: number, newPfn: number, adjustManaged: boolean): void;
  /** The balloon is free again: migrations that were told 'again' may be tried. */
  retryMigrations?(): void;
  stats(): BalloonStats;
  /** One order-10 block with NORETRY, NOWARN and NOMEMALLOC only (C.8); undefined when there is none. */
  allocHintBlock(): number | undefined;
  releaseHintBlock(pfn: number): void;
  /** Is freed memory filled, and with what? Decides PAGE_POISON and reporting (C.1, C.9). */
  readonly poison: 'none' | 'init-on-free' | 'page-poisoning';
}

/** The driver hints blocks of the largest order. */
export const HINT_BLOCK_PAGES: number = 2 ** ORDER_MAX;
