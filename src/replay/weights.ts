// How far a nanosecond of each price moves a figure of a run, its counts being what they are.

import { NS_PER_MS } from '../abi/unit.ts';
import type { Receipt } from '../cost/index.ts';

/** By the slots of receipts. */
export interface Weights {
  /** Milliseconds of the mean start-up, and of its sandbox. Waiting for VMs is not in it: it moves by the clock. */
  readonly startupMs: Receipt;
  readonly sandboxMs: Receipt;
  /** Of the mean slowdown. */
  readonly slowdown: Receipt;
  readonly cpuMs: Receipt;
  /** 1: the clock goes by it, so that it may move counts too. */
  readonly onClock: Uint8Array;
}

/** A receipt that was added up over `count` things, as milliseconds of each for a nanosecond of a price. */
export function msOfEach(receipt: Receipt, count: number): Receipt {
  return receipt.map((times) => (count === 0 ? 0 : times / count / NS_PER_MS));
}
