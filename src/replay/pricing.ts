// Turns counts into nanoseconds, the only place that does. Every figure is from src/cost; the tables here only say which
// price each counter stands for.

import {
  PRICE_LEVELS,
  type PriceLevel,
  PRICE_INDEX,
  PRICE_NS,
  costNs,
  receiptOf,
} from '../cost/index.ts';
import type { OperationName, Receipt, Operations } from '../cost/index.ts';
import {
  COUNT_ALLOC_PAGES,
  COUNT_COW_PAGES,
  COUNT_COW_REUSED_PAGES,
  COUNT_CZONE_BLOCKS,
  COUNT_FAULT_PAGES,
  COUNT_FORKED_PAGES,
  COUNT_FREE_PAGES,
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  COUNT_SLOTS,
  COUNT_TEMPLATE_COPIES,
  COUNT_TEMPLATE_MAPS,
  type Counts,
} from '../serverless/index.ts';

/** Levels by index: low, typical, high. The replay's own clock runs at TYPICAL. */
export const LEVELS: readonly PriceLevel[] = PRICE_LEVELS;
export const TYPICAL: number = LEVELS.indexOf('typical');

/** What each counted page costs. A fault: enter the guest's handler and zero (or fill) the page. */
const PRICED: readonly (readonly [number, readonly OperationName[]])[] = [
  [COUNT_ALLOC_PAGES, ['buddyAlloc0']],
  [COUNT_FREE_PAGES, ['buddyFree0']],
  [COUNT_FAULT_PAGES, ['guestMinorFault', 'guestZero4KiB']],
  [COUNT_COW_PAGES, ['guestMinorFault', 'guestCopy4KiB']],
  [COUNT_COW_REUSED_PAGES, ['guestMinorFault']],
  [COUNT_FORKED_PAGES, ['forkPage']],
  [COUNT_HOST_FAULTS, ['hostFault4KiB']],
  [COUNT_TEMPLATE_MAPS, ['templateMapFault']],
  [COUNT_TEMPLATE_COPIES, ['templateCowCopy']],
  [COUNT_RELEASED_PAGES, ['hostRelease4KiB']],
  [COUNT_MIGRATED_PAGES, ['pageMigrate']],
];

/** What a call would not have met on memory of its own that is there already: the host's faults, growing a zone. */
const DISTURBING: readonly number[] = [
  COUNT_HOST_FAULTS,
  COUNT_TEMPLATE_MAPS,
  COUNT_TEMPLATE_COPIES,
  COUNT_MIGRATED_PAGES,
];

function slotPrices(level: PriceLevel): Float64Array {
  const prices = new Float64Array(COUNT_SLOTS);
  for (const [slot, names] of PRICED) {
    prices[slot] = names.reduce(
      (sum, name) => sum + (PRICE_NS[level][PRICE_INDEX[name]] as number),
      0,
    );
  }
  return prices;
}

const SLOT_NS: readonly Float64Array[] = LEVELS.map(slotPrices);

/** Nanoseconds of counted pages at a level, blocks of CZones apart. */
export function pagesNs(counts: Counts, level: number): number {
  const prices = SLOT_NS[level] as Float64Array;
  let sum = 0;
  for (let slot = 0; slot < COUNT_SLOTS; slot += 1) {
    sum += (counts[slot] as number) * (prices[slot] as number);
  }
  return sum;
}

/** Nanoseconds of adding blocks of that many frames to CZones. */
export function blocksNs(counts: Counts, blockFrames: number, level: number): number {
  const price = (PRICE_NS[LEVELS[level] as PriceLevel] as Float64Array)[PRICE_INDEX.czonePlug2MiB];
  return ((counts[COUNT_CZONE_BLOCKS] as number) * blockFrames * (price as number)) / 512;
}

/** Nanoseconds by which a call is held up. */
export function disturbanceNs(counts: Counts, blockFrames: number, level: number): number {
  const prices = SLOT_NS[level] as Float64Array;
  let sum = blocksNs(counts, blockFrames, level);
  for (let at = 0; at < DISTURBING.length; at += 1) {
    const slot = DISTURBING[at] as number;
    sum += (counts[slot] as number) * (prices[slot] as number);
  }
  return sum;
}

/** Nanoseconds of operations at a level. */
export function operationsNs(operations: Operations, level: number): number {
  return costNs(receiptOf(operations), LEVELS[level] as PriceLevel);
}

/** Adds counted pages and blocks to a receipt, for CPU time by side. */
export function addToReceipt(receipt: Receipt, counts: Counts, blockFrames: number): void {
  for (const [slot, names] of PRICED) {
    for (const name of names) bump(receipt, name, counts[slot] as number);
  }
  bump(receipt, 'czonePlug2MiB', ((counts[COUNT_CZONE_BLOCKS] as number) * blockFrames) / 512);
}

function bump(receipt: Receipt, name: OperationName, times: number): void {
  const index = PRICE_INDEX[name];
  receipt[index] = (receipt[index] as number) + times;
}
