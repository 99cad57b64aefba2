// Turns counts into nanoseconds, the only place that does. Every figure is from src/cost; which
// operation each counter stands for is src/vmm/counted.ts.

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
  BLOCK_OPERATION,
  COUNTED_PAGES,
  COUNT_SLOTS,
  DISTURBING,
  type Counts,
  blockOperations,
} from '../serverless/index.ts';

/** Levels by index: low, typical, high. The replay's own clock runs at TYPICAL. */
export const LEVELS: readonly PriceLevel[] = PRICE_LEVELS;
export const TYPICAL: number = LEVELS.indexOf('typical');

function slotPrices(level: PriceLevel): Float64Array {
  const prices = new Float64Array(COUNT_SLOTS);
  for (const [slot, names] of COUNTED_PAGES) {
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
  const prices = PRICE_NS[LEVELS[level] as PriceLevel];
  return blockOperations(counts, blockFrames) * (prices[PRICE_INDEX[BLOCK_OPERATION]] as number);
}

/** Nanoseconds by which a call is held up. Blocks of zones have no price by the page. */
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
  for (const [slot, names] of COUNTED_PAGES) {
    for (const name of names) bump(receipt, name, counts[slot] as number);
  }
  bump(receipt, BLOCK_OPERATION, blockOperations(counts, blockFrames));
}

function bump(receipt: Receipt, name: OperationName, times: number): void {
  const index = PRICE_INDEX[name];
  receipt[index] = (receipt[index] as number) + times;
}
