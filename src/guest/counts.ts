// What an operation took, as plain counts read off the core's counters. No prices here: only replay
// knows nanoseconds.

import { RefusedArgument } from '../check/index.ts';
import {
  type Core,
  STAT_ALLOC_PAGES,
  STAT_BACKED_FAULTS,
  STAT_COW_PAGES,
  STAT_COW_REUSED_PAGES,
  STAT_CZONE_BLOCKS_ADDED,
  STAT_DROPPED_PAGES,
  STAT_FAULT_PAGES,
  STAT_FORKED_PAGES,
  STAT_FREE_PAGES,
  STAT_KSWAPD_WAKES,
  STAT_MIGRATED_PAGES,
  STAT_RELEASED_PAGES,
  STAT_TEMPLATE_COPIES,
  STAT_TEMPLATE_MAPS,
  STAT_TOUCHED_PAGES,
} from '../core/index.ts';

/** Counter of the core for each slot of a Counts array, in slot order. */
const METERED: Int32Array = Int32Array.of(
  STAT_ALLOC_PAGES,
  STAT_FREE_PAGES,
  STAT_TOUCHED_PAGES,
  STAT_FAULT_PAGES,
  STAT_COW_PAGES,
  STAT_COW_REUSED_PAGES,
  STAT_FORKED_PAGES,
  STAT_DROPPED_PAGES,
  STAT_BACKED_FAULTS,
  STAT_TEMPLATE_MAPS,
  STAT_TEMPLATE_COPIES,
  STAT_RELEASED_PAGES,
  STAT_MIGRATED_PAGES,
  STAT_CZONE_BLOCKS_ADDED,
);

/** Slots of a Counts array. */
export const COUNT_ALLOC_PAGES = 0;
export const COUNT_FREE_PAGES = 1;
export const COUNT_TOUCHED_PAGES = 2;
export const COUNT_FAULT_PAGES = 3;
export const COUNT_COW_PAGES = 4;
export const COUNT_COW_REUSED_PAGES = 5;
export const COUNT_FORKED_PAGES = 6;
export const COUNT_DROPPED_PAGES = 7;
export const COUNT_HOST_FAULTS = 8;
export const COUNT_TEMPLATE_MAPS = 9;
export const COUNT_TEMPLATE_COPIES = 10;
export const COUNT_RELEASED_PAGES = 11;
export const COUNT_MIGRATED_PAGES = 12;
export const COUNT_CZONE_BLOCKS = 13;
/** Pages of files that came over the block device, and those of them that the host had to read from its own. */
export const COUNT_BLOCK_READS = 14;
export const COUNT_DEVICE_READS = 15;
export const COUNT_SLOTS = 16;

/** Slots that the core counts; the others are the VMM's. */
const CORE_SLOTS: number = METERED.length;

/**
 * What a call would not have met on memory of its own that is there already: the host's faults,
 * pages on the move, a zone that grows, files that reclaim has dropped.
 */
export const DISTURBING: readonly number[] = [
  COUNT_HOST_FAULTS,
  COUNT_TEMPLATE_MAPS,
  COUNT_TEMPLATE_COPIES,
  COUNT_MIGRATED_PAGES,
  COUNT_CZONE_BLOCKS,
  COUNT_BLOCK_READS,
  COUNT_DEVICE_READS,
];

/** Those of them that the core counts. */
const DISTURBING_CORE: readonly number[] = DISTURBING.filter((slot) => slot < CORE_SLOTS);

/** Counts by slot. */
export type Counts = Float64Array;

export function newCounts(): Counts {
  return new Float64Array(COUNT_SLOTS);
}

/** Throws RefusedArgument for what counts cannot be added to. */
export function expectCounts(counts: Counts): void {
  if (counts instanceof Float64Array && counts.length >= COUNT_SLOTS) return;
  throw new RefusedArgument('counts', `a Float64Array of ${COUNT_SLOTS} or more`, counts);
}

/** Adds `source` to `target` in place. */
export function addCounts(target: Counts, source: Counts): void {
  for (let slot = 0; slot < COUNT_SLOTS; slot += 1) {
    target[slot] = (target[slot] as number) + (source[slot] as number);
  }
}

/** Page operations that a core carried out: touched, freed, copied by fork, taken back. */
export function pageOpsOf(counts: Counts): number {
  return (
    (counts[COUNT_TOUCHED_PAGES] as number) +
    (counts[COUNT_DROPPED_PAGES] as number) +
    (counts[COUNT_FORKED_PAGES] as number) +
    (counts[COUNT_RELEASED_PAGES] as number)
  );
}

/** Frames that a core has handed out and got back by now: a number that rises with each. */
export function handledIn(core: Core): number {
  return core.stat(STAT_ALLOC_PAGES) + core.stat(STAT_FREE_PAGES);
}

/** Counters of what takes pages, or the host's memory behind them, from those who have them, and of who is woken. */
const TAKING: readonly number[] = [
  STAT_DROPPED_PAGES,
  STAT_RELEASED_PAGES,
  STAT_FORKED_PAGES,
  STAT_MIGRATED_PAGES,
  STAT_KSWAPD_WAKES,
];

/** A number that rises when one of them does. */
export function takenIn(core: Core): number {
  let taken = 0;
  for (let at = 0; at < TAKING.length; at += 1) taken += core.stat(TAKING[at] as number);
  return taken;
}

/**
 * Remembers where a core's counters stood; each reading gives what was added since the one before.
 */
export class Meter {
  private readonly _core: Core;
  private readonly _last: Float64Array = new Float64Array(CORE_SLOTS);

  constructor(core: Core) {
    this._core = core;
    this.skip();
  }

  /** Whether anything that disturbs calls was counted since the last reading. */
  get isDisturbed(): boolean {
    const core = this._core;
    const last = this._last;
    for (let at = 0; at < DISTURBING_CORE.length; at += 1) {
      const slot = DISTURBING_CORE[at] as number;
      if (core.stat(METERED[slot] as number) !== last[slot]) return true;
    }
    return false;
  }

  /** Whether nothing was counted since the last reading. */
  get isRead(): boolean {
    return METERED.every((stat, slot) => this._core.stat(stat) === this._last[slot]);
  }

  /** What happened since the last reading is known. */
  skip(): void {
    const last = this._last;
    const core = this._core;
    for (let slot = 0; slot < CORE_SLOTS; slot += 1) {
      last[slot] = core.stat(METERED[slot] as number);
    }
  }

  /** Adds to `target` what happened since the last reading. */
  readInto(target: Counts): void {
    const last = this._last;
    const core = this._core;
    for (let slot = 0; slot < CORE_SLOTS; slot += 1) {
      const now = core.stat(METERED[slot] as number);
      target[slot] = (target[slot] as number) + (now - (last[slot] as number));
      last[slot] = now;
    }
  }
}
