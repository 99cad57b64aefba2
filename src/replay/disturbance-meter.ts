// Prices what calls are held up by: for the run's clock, and as a slowdown of each such call at every price level.

import { NS_PER_MS } from '../abi/unit.ts';
import { type Receipt, newReceipt } from '../cost/index.ts';
import type { Counts, Operations } from '../serverless/index.ts';
import { LEVELS, type Pricing, addDisturbance } from './pricing.ts';
import { Samples } from './samples.ts';

export class DisturbanceMeter {
  readonly #pricing: Pricing;
  readonly #blockFrames: number;
  /** What held calls up, each count over the call's milliseconds. */
  readonly receipt: Receipt = newReceipt();
  readonly #slowdowns: readonly Samples[] = LEVELS.map(() => new Samples());

  constructor(pricing: Pricing, blockFrames: number) {
    this.#pricing = pricing;
    this.#blockFrames = blockFrames;
  }

  /** Nanoseconds by which counts and devices' work hold a call up, on the run's clock. */
  heldUpNs(counts: Counts, devices: Operations | undefined): number {
    const pricing = this.#pricing;
    return pricing.heldUpNs(counts, devices, this.#blockFrames, pricing.clockLevel);
  }

  /** A call of that duration was held up. Its slowdown, on the run's clock. */
  record(counts: Counts, devices: Operations | undefined, durationMs: number): number {
    const blockFrames = this.#blockFrames;
    addDisturbance(this.receipt, { counts, devices, blockFrames }, 1 / durationMs);
    let onClock = 1;
    for (let level = 0; level < LEVELS.length; level += 1) {
      const ns = this.#pricing.heldUpNs(counts, devices, blockFrames, level);
      const heldUpMs = ns / NS_PER_MS;
      const slowdown = (durationMs + heldUpMs) / durationMs;
      (this.#slowdowns[level] as Samples).push(slowdown);
      if (level === this.#pricing.clockLevel) onClock = slowdown;
    }
    return onClock;
  }

  slowdowns(level: number): Float64Array {
    return (this.#slowdowns[level] as Samples).values();
  }
}
