/**
 * Receipts: how often each priced operation happened. Counts stay counts until somebody asks for nanoseconds, so every result can
 * be recomputed at low and high prices. A replay keeps hundreds of thousands of them, hence typed arrays and no object per entry.
 */
import type { OperationName, Operations } from './names.ts';
import { type PriceLevel } from './price.ts';
import { PRICE_COUNT, PRICE_INDEX, PRICE_NAMES, PRICE_NS, PRICES } from './prices.ts';

/** Counts by slot: `receipt[PRICE_INDEX.vmExit]`. Length is `PRICE_COUNT`. */
export type Receipt = Float64Array;

export function newReceipt(): Receipt {
  return new Float64Array(PRICE_COUNT);
}

/** Counts an operation in place. */
export function count(receipt: Receipt, name: OperationName, times = 1): void {
  const index = PRICE_INDEX[name];
  receipt[index] = receipt[index]! + times;
}

/** Adds `source` to `target` in place. */
export function addReceipt(target: Receipt, source: Receipt): void {
  for (let index = 0; index < PRICE_COUNT; index++) target[index] = target[index]! + source[index]!;
}

/** Adds a plain record, e.g. one that a room which does not know prices handed up. */
export function addRecord(target: Receipt, source: Operations): void {
  for (const name in source) {
    const index = PRICE_INDEX[name as OperationName] as number | undefined;
    if (index === undefined) throw new RangeError(`no price is named '${name}'`);
    target[index] = target[index]! + (source[name as OperationName] ?? 0);
  }
}

export function receiptOf(record: Operations): Receipt {
  const receipt = newReceipt();
  addRecord(receipt, record);
  return receipt;
}

export function recordOf(receipt: Receipt): Operations {
  const record: Operations = {};
  PRICE_NAMES.forEach((name, index) => {
    if (receipt[index]! !== 0) record[name] = receipt[index]!;
  });
  return record;
}

/** What the counted operations take, one after another. */
export function costNs(receipt: Receipt, level: PriceLevel = 'typical'): number {
  const prices = PRICE_NS[level];
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
): { guest: number; host: number } {
  const prices = PRICE_NS[level];
  let guest = 0;
  let host = 0;
  for (let index = 0; index < PRICE_COUNT; index++) {
    const ns = receipt[index]! * prices[index]!;
    if (IS_GUEST[index] === 1) guest += ns;
    else host += ns;
  }
  return { guest, host };
}

/**
 * Running totals under fixed keys (the steps of a start-up, say) in one array, one row of counts a key. `open(key)` returns the
 * row itself, so counting into it needs no lookup by key.
 */
export class ReceiptBook<Key extends string> {
  readonly keys: readonly Key[];
  readonly #counts: Float64Array;

  constructor(keys: readonly Key[]) {
    this.keys = [...keys];
    this.#counts = new Float64Array(keys.length * PRICE_COUNT);
  }

  open(key: Key): Receipt {
    const row = this.keys.indexOf(key);
    if (row < 0) throw new RangeError(`receipt book has no key '${key}'`);
    return this.#counts.subarray(row * PRICE_COUNT, (row + 1) * PRICE_COUNT);
  }

  add(key: Key, source: Receipt): void {
    addReceipt(this.open(key), source);
  }

  clear(): void {
    this.#counts.fill(0);
  }

  total(): Receipt {
    const sum = newReceipt();
    for (const key of this.keys) addReceipt(sum, this.open(key));
    return sum;
  }

  costNs(level: PriceLevel = 'typical'): Record<Key, number> {
    const entries = this.keys.map((key) => [key, costNs(this.open(key), level)]);
    return Object.fromEntries(entries) as Record<Key, number>;
  }
}
