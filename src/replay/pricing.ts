// Turns counts into nanoseconds, the only place that does. Every figure is of the run's prices; which operation each counter
// stands for is src/vmm/counted.ts.

import { PRICE_LEVELS, type PriceLevel, PRICE_INDEX, costNs, receiptOf } from '../cost/index.ts';
import type { OperationName, Prices, Receipt, Operations } from '../cost/index.ts';
import {
  BLOCK_OPERATION,
  COUNTED_PAGES,
  COUNT_SLOTS,
  DISTURBING,
  type Counts,
  blockOperations,
} from '../serverless/index.ts';

/** Levels by index: low, typical, high. */
export const LEVELS: readonly PriceLevel[] = PRICE_LEVELS;

function slotPrices(prices: Float64Array): Float64Array {
  const slots = new Float64Array(COUNT_SLOTS);
  for (const [slot, names] of COUNTED_PAGES) {
    slots[slot] = names.reduce((sum, name) => sum + (prices[PRICE_INDEX[name]] as number), 0);
  }
  return slots;
}

/** What counts take at one set of prices. Levels are indices of LEVELS. */
export class Pricing {
  readonly prices: Prices;
  /** The level that the run's clock goes by. */
  readonly clockLevel: number;
  readonly #slotNs: readonly Float64Array[];
  readonly #blockNs: readonly number[];

  constructor(prices: Prices) {
    this.prices = prices;
    this.clockLevel = LEVELS.indexOf(prices.level);
    this.#slotNs = LEVELS.map((level) => slotPrices(prices.ns[level]));
    this.#blockNs = LEVELS.map((level) => prices.ns[level][PRICE_INDEX[BLOCK_OPERATION]] as number);
  }

  /** Nanoseconds of counted pages, blocks of CZones apart. */
  pagesNs(counts: Counts, level: number): number {
    const prices = this.#slotNs[level] as Float64Array;
    let sum = 0;
    for (let slot = 0; slot < COUNT_SLOTS; slot += 1) {
      sum += (counts[slot] as number) * (prices[slot] as number);
    }
    return sum;
  }

  /** Nanoseconds of adding blocks of that many frames to CZones. */
  blocksNs(counts: Counts, blockFrames: number, level: number): number {
    return blockOperations(counts, blockFrames) * (this.#blockNs[level] as number);
  }

  /** Nanoseconds by which a call is held up. Blocks of zones have no price by the page. */
  disturbanceNs(counts: Counts, blockFrames: number, level: number): number {
    const prices = this.#slotNs[level] as Float64Array;
    let sum = this.blocksNs(counts, blockFrames, level);
    for (let at = 0; at < DISTURBING.length; at += 1) {
      const slot = DISTURBING[at] as number;
      sum += (counts[slot] as number) * (prices[slot] as number);
    }
    return sum;
  }

  /** Nanoseconds of operations. */
  operationsNs(operations: Operations, level: number): number {
    return costNs(receiptOf(operations), LEVELS[level] as PriceLevel, this.prices);
  }
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
