// What the numbers of a second trace's events may be: places in memory, orders, CPUs that there are. The core follows them as they are.

import { ORDER_MAX, PAGEBLOCK_FRAMES } from '../../core/index.ts';
import { NO_FRAME } from './trace-columns.ts';
import type { FrameSpan } from './memory-ranges.ts';

/** The guest that a second trace is of. */
export interface ExtraGuest {
  /** Indices of the zones with memory at its start. */
  readonly populated: readonly number[];
  readonly memory: readonly FrameSpan[];
  readonly cpus: number;
}

interface Numbers {
  readonly a: number;
  readonly b: number;
}

/** As much of an event as is looked at. */
interface Numbered extends Numbers {
  readonly kind: string;
  readonly cpu: number;
}

interface Check {
  readonly expected: string;
  readonly holds: (numbers: Numbers, guest: ExtraGuest) => boolean;
}

/** A search of compaction ends with the pageblock; its last block may reach behind. */
const TAKEN_MOST = 2 * PAGEBLOCK_FRAMES;

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** Frames [start, end) of one span. */
function isMemory({ memory }: ExtraGuest, start: number, end: number): boolean {
  return Number.isInteger(start) && memory.some((one) => start >= one.start && end <= one.end);
}

const BLOCK: Check = {
  expected: 'a block of memory at its order',
  holds: ({ a, b }, guest) =>
    isBetween(b, 0, ORDER_MAX) && a % 2 ** b === 0 && isMemory(guest, a, a + 2 ** b),
};
const PAGE: Check = {
  expected: 'a page of memory',
  holds: ({ a }, guest) => isMemory(guest, a, a + 1),
};
const PLACE: Check = {
  expected: 'a page of memory or none',
  holds: (numbers, guest) => numbers.a === NO_FRAME || PAGE.holds(numbers, guest),
};
const RANGE: Check = {
  expected: 'a range of memory',
  holds: ({ a, b }, guest) =>
    a < b && isMemory(guest, a, a + 1) && Number.isInteger(b) && isMemory(guest, b - 1, b),
};
const SEARCH: Check = {
  expected: `a range of memory, and up to ${TAKEN_MOST} pages taken`,
  holds: (numbers, guest) => PAGE.holds(numbers, guest) && isBetween(numbers.b, 0, TAKEN_MOST),
};
/** A run that is for none has -1. */
const ORDER: Check = {
  expected: `an order up to ${ORDER_MAX}`,
  holds: ({ a }) => isBetween(a, -1, ORDER_MAX),
};
const CPU: Check = {
  expected: 'a cpu that there is',
  holds: ({ b }, { cpus }) => isBetween(b, 0, cpus - 1),
};

const CHECKS: Readonly<Record<string, Check>> = {
  isofree: BLOCK,
  putback: BLOCK,
  calloc: PAGE,
  cfree: PAGE,
  calloc_r: PLACE,
  iso: RANGE,
  undo: RANGE,
  test_pages_isolated: RANGE,
  mm_compaction_fast_isolate_freepages: SEARCH,
  mm_compaction_isolate_freepages: SEARCH,
  mm_compaction_isolate_migratepages: SEARCH,
  mm_compaction_finished: ORDER,
  kcw: ORDER,
  mm_vmscan_direct_reclaim_begin: ORDER,
  drainpages: CPU,
};

/** What an event should have and has not; undefined: nothing is wrong with it. */
export function wrongOf(event: Numbered, guest: ExtraGuest): string | undefined {
  if (event.cpu >= guest.cpus) return `a cpu below ${guest.cpus}`;
  const check = CHECKS[event.kind];
  return check === undefined || check.holds(event, guest) ? undefined : check.expected;
}
