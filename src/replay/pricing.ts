// Turns counts into nanoseconds, the only place that does. Every figure is of the run's prices; which operation each counter
// stands for is src/vmm/counted.ts.

import { NS_PER_MS } from '../abi/unit.ts';
import {
  PRICE_COUNT,
  PRICE_LEVELS,
  type PriceLevel,
  PRICE_INDEX,
  PRICE_NAMES,
  type WorkKind,
  addRecord,
  costBySideNs,
  costNs,
  lostShare,
  newReceipt,
  receiptOf,
  workKindOf,
} from '../cost/index.ts';
import type { OperationName, Prices, Receipt, Operations } from '../cost/index.ts';
import {
  BLOCK_OPERATION,
  COUNTED_PAGES,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  COUNT_SLOTS,
  DISTURBING,
  type Counts,
  type Work,
  blockOperations,
  newCounts,
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
  /** By slot of receipts: 1 for operations that something waited for besides starts and calls. */
  readonly awaited: Uint8Array = new Uint8Array(PRICE_COUNT);
  private readonly _scratch: Receipt = newReceipt();
  private readonly _slotNs: readonly Float64Array[];
  private readonly _blockNs: readonly number[];

  constructor(prices: Prices) {
    this.prices = prices;
    this.clockLevel = LEVELS.indexOf(prices.level);
    this._slotNs = LEVELS.map((level) => slotPrices(prices.ns[level]));
    this._blockNs = LEVELS.map((level) => prices.ns[level][PRICE_INDEX[BLOCK_OPERATION]] as number);
  }

  /** Nanoseconds of counted pages, blocks of CZones apart. */
  pagesNs(counts: Counts, level: number): number {
    const prices = this._slotNs[level] as Float64Array;
    let sum = 0;
    for (let slot = 0; slot < COUNT_SLOTS; slot += 1) {
      sum += (counts[slot] as number) * (prices[slot] as number);
    }
    return sum;
  }

  /** Nanoseconds of adding blocks of that many frames to CZones. */
  blocksNs(counts: Counts, blockFrames: number, level: number): number {
    return blockOperations(counts, blockFrames) * (this._blockNs[level] as number);
  }

  /** Nanoseconds by which a call is held up. Blocks of zones have no price by the page. */
  disturbanceNs(counts: Counts, blockFrames: number, level: number): number {
    const prices = this._slotNs[level] as Float64Array;
    let sum = this.blocksNs(counts, blockFrames, level);
    for (let at = 0; at < DISTURBING.length; at += 1) {
      const slot = DISTURBING[at] as number;
      sum += (counts[slot] as number) * (prices[slot] as number);
    }
    return sum;
  }

  /** Nanoseconds by which a call is held up, devices' work included. */
  heldUpNs(
    counts: Counts,
    devices: Operations | undefined,
    blockFrames: number,
    level: number,
  ): number {
    const ns = this.disturbanceNs(counts, blockFrames, level);
    return devices === undefined ? ns : ns + this.operationsNs(devices, level);
  }

  /** How long operations, and the release of so many frames, take on the replay's clock. */
  workNs(operations: Operations, releasedFrames: number): number {
    const level = this.clockLevel;
    this.awaited[PRICE_INDEX.hostRelease4KiB] = 1;
    const pageNs = (this._slotNs[level] as Float64Array)[COUNT_RELEASED_PAGES] as number;
    return this.awaitedNs(operations, level) + releasedFrames * pageNs;
  }

  /** Nanoseconds of operations that something waits for. */
  awaitedNs(operations: Operations, level: number): number {
    for (const name in operations) this.awaited[PRICE_INDEX[name as OperationName]] = 1;
    return this.operationsNs(operations, level);
  }

  /** How long work of a VM's devices takes, and the share of their speed that so many calls in its VM lose meanwhile. */
  interference(
    work: Receipt,
    level: number,
    { cpus, calls }: { readonly cpus: number; readonly calls: number },
  ): { readonly totalMs: number; readonly share: number } {
    const name = LEVELS[level] as PriceLevel;
    const { guest, host } = costBySideNs(work, name, this.prices);
    const totalNs = guest + host;
    if (totalNs === 0) return { totalMs: 0, share: 0 };
    for (let slot = 0; slot < PRICE_COUNT; slot += 1) {
      if ((work[slot] as number) > 0) this.awaited[slot] = 1;
    }
    const lost = lostShare(workKind(work), name);
    const occupied = calls >= cpus ? guest / totalNs / cpus : 0;
    return { totalMs: totalNs / NS_PER_MS, share: Math.max(lost, occupied) };
  }

  /** Nanoseconds of operations. */
  operationsNs(operations: Operations, level: number): number {
    const receipt = this._scratch.fill(0);
    addRecord(receipt, operations);
    return costNs(receipt, LEVELS[level] as PriceLevel, this.prices);
  }
}

/** Work of devices as a receipt. Of what was counted besides, pages that were moved and released are the devices'. */
export function workReceipt({ operations, counts }: Work): Receipt {
  const receipt = receiptOf(operations);
  bump(receipt, 'pageMigrate', counts[COUNT_MIGRATED_PAGES] as number);
  bump(receipt, 'hostRelease4KiB', counts[COUNT_RELEASED_PAGES] as number);
  return receipt;
}

const BY_PAGE: readonly number[] = PRICE_NAMES.flatMap((name, slot) =>
  workKindOf(name) === 'byPage' ? [slot] : [],
);

/** By page as soon as anything in it goes by page. */
function workKind(receipt: Receipt): WorkKind {
  return BY_PAGE.some((slot) => (receipt[slot] as number) > 0) ? 'byPage' : 'byRange';
}

/** What held a call up. */
export interface Disturbance {
  readonly counts: Counts;
  readonly devices: Operations | undefined;
  readonly blockFrames: number;
}

/** Counts of a release alone. */
export function released(frames: number): Counts {
  const counts = newCounts();
  counts[COUNT_RELEASED_PAGES] = frames;
  return counts;
}

/** Adds counted pages and blocks to a receipt, for CPU time by side. */
export function addToReceipt(receipt: Receipt, counts: Counts, blockFrames: number): void {
  for (const [slot, names] of COUNTED_PAGES) {
    for (const name of names) bump(receipt, name, counts[slot] as number);
  }
  bump(receipt, BLOCK_OPERATION, blockOperations(counts, blockFrames));
}

const DISTURBING_PAGES = COUNTED_PAGES.filter(([slot]) => DISTURBING.includes(slot));

/** Adds what held a call up to a receipt, each count times `scale`. */
export function addDisturbance(
  receipt: Receipt,
  { counts, devices = {}, blockFrames }: Disturbance,
  scale: number,
): void {
  for (const [slot, names] of DISTURBING_PAGES) {
    for (const name of names) bump(receipt, name, (counts[slot] as number) * scale);
  }
  bump(receipt, BLOCK_OPERATION, blockOperations(counts, blockFrames) * scale);
  for (const [name, times] of Object.entries(devices) as [OperationName, number][]) {
    bump(receipt, name, times * scale);
  }
}

function bump(receipt: Receipt, name: OperationName, times: number): void {
  const index = PRICE_INDEX[name];
  receipt[index] = (receipt[index] as number) + times;
}
