/**
 * Receipts: how often each priced operation happened. Counts stay counts until somebody asks for nanoseconds, so every result can
 * be recomputed at low and high prices. A replay keeps hundreds of thousands of them, hence typed arrays and no object per entry.
 */
import type { OperationName, Operations } from './names.ts';
import { RefusedArgument } from '../check/index.ts';
import { type PriceLevel } from './price.ts';
import { PUBLISHED, type Prices } from './price-set.ts';
import { PRICE_COUNT, PRICE_INDEX, PRICE_NAMES, PRICES } from './prices.ts';

/** Counts by slot: `receipt[PRICE_INDEX.vmExit]`. Length is `PRICE_COUNT`. */
export type Receipt = Float64Array;

export function newReceipt(): Receipt {
  return new Float64Array(PRICE_COUNT);
}

/** Adds a plain record, e.g. one that a room which does not know prices handed up. */
export function addRecord(target: Receipt, source: Operations): void {
  for (const name in source) {
    const index = PRICE_INDEX[name as OperationName] as number | undefined;
    if (index === undefined)
      throw new RefusedArgument('operations', 'names that have a price', name);
    target[index] = target[index]! + (source[name as OperationName] ?? 0);
  }
}

export function receiptOf(record: Operations): Receipt {
  const receipt = newReceipt();
  addRecord(receipt, record);
  return receipt;
}

/** What the counted operations take, one after another. */
export function costNs(
  receipt: Receipt,
  level: PriceLevel = 'typical',
  { ns }: Prices = PUBLISHED,
): number {
  const prices = ns[level];
  let totalNs = 0;
  for (let index = 0; index < PRICE_COUNT; index++) totalNs += receipt[index]! * prices[index]!;
  return totalNs;
}

const IS_GUEST: Uint8Array = Uint8Array.from(PRICE_NAMES, (name) =>
  PRICES[name].side === 'guest' ? 1 : 0,
);

/** The same, split by whose CPU spends it. */
export function costBySideNs(
  receipt: Receipt,
  level: PriceLevel = 'typical',
  { ns: figures }: Prices = PUBLISHED,
): { guest: number; host: number } {
  const prices = figures[level];
  let guest = 0;
  let host = 0;
  for (let index = 0; index < PRICE_COUNT; index++) {
    const ns = receipt[index]! * prices[index]!;
    if (IS_GUEST[index] === 1) guest += ns;
    else host += ns;
  }
  return { guest, host };
}
