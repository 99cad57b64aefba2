// By how much calls are late: held up when they begin, slowed down while they run. For the run's clock, and as a slowdown of each
// such call at every price level when it ends.

import { NS_PER_MS } from '../abi/unit.ts';
import { type Receipt, newReceipt } from '../cost/index.ts';
import type { Counts, Operations } from '../serverless/index.ts';
import { LEVELS, type Pricing, addDisturbance } from './pricing.ts';
import { Samples } from './samples.ts';

/** A call, as far as slowdowns go. */
export interface CallTime {
  readonly durationMs: number;
  readonly isMeasured: boolean;
}

export class DisturbanceMeter {
  private readonly _pricing: Pricing;
  private readonly _blockFrames: number;
  /** What made measured calls late, each count over the call's milliseconds. */
  readonly receipt: Receipt = newReceipt();
  private readonly _slowdowns: readonly Samples[] = LEVELS.map(() => new Samples());
  /** By slot of calls that run and are late: milliseconds by level. */
  private readonly _late = new Map<number, Float64Array>();

  constructor(pricing: Pricing, blockFrames: number) {
    this._pricing = pricing;
    this._blockFrames = blockFrames;
  }

  /** A call begins with that: milliseconds by which it is held up, on the run's clock. */
  holdUp(slot: number, call: CallTime, counts: Counts, devices: Operations | undefined): number {
    const pricing = this._pricing;
    const blockFrames = this._blockFrames;
    let heldUpMs = 0;
    for (let level = 0; level < LEVELS.length; level += 1) {
      const ms = pricing.heldUpNs(counts, devices, blockFrames, level) / NS_PER_MS;
      if (level === pricing.clockLevel) heldUpMs = ms;
      if (ms > 0) this.delay(slot, level, ms);
    }
    if (call.isMeasured && this._late.has(slot)) {
      addDisturbance(this.receipt, { counts, devices, blockFrames }, 1 / call.durationMs);
    }
    return heldUpMs;
  }

  /** A call waits before it begins: so long, and by level besides. Milliseconds on the run's clock. */
  wait(slot: number, ms: number, byLevel: readonly number[] = []): number {
    const all = LEVELS.map((_, level) => ms + (byLevel[level] ?? 0));
    all.forEach((late, level) => this.delay(slot, level, late));
    return all[this._pricing.clockLevel] as number;
  }

  /** A call that runs ends later, at one level. */
  delay(slot: number, level: number, ms: number): void {
    let late = this._late.get(slot);
    if (late === undefined) {
      late = new Float64Array(LEVELS.length);
      this._late.set(slot, late);
    }
    late[level] = (late[level] as number) + ms;
  }

  /** Work of which a call feels so much: a part of the work, over the call's milliseconds. */
  felt(work: Receipt, part: number): void {
    for (let slot = 0; slot < work.length; slot += 1) {
      this.receipt[slot] = (this.receipt[slot] as number) + (work[slot] as number) * part;
    }
  }

  /** By how much the call of a slot is late so far. */
  lateMs(slot: number, level: number): number {
    return this._late.get(slot)?.[level] ?? 0;
  }

  isLate(slot: number): boolean {
    return this._late.size > 0 && this._late.has(slot);
  }

  /** Slots with a call that is late. */
  get slots(): readonly number[] {
    return [...this._late.keys()];
  }

  /** The call of a slot has ended, or was ended: its slowdown on the clock, if it was late and is measured. */
  end(slot: number, { durationMs, isMeasured }: CallTime): number | undefined {
    const late = this._late.get(slot);
    if (late === undefined) return undefined;
    this._late.delete(slot);
    if (!isMeasured) return undefined;
    let onClock = 1;
    for (let level = 0; level < LEVELS.length; level += 1) {
      const slowdown = (durationMs + (late[level] as number)) / durationMs;
      (this._slowdowns[level] as Samples).push(slowdown);
      if (level === this._pricing.clockLevel) onClock = slowdown;
    }
    return onClock;
  }

  /** One for each measured call that was late. */
  slowdowns(level: number): Float64Array {
    return (this._slowdowns[level] as Samples).values();
  }
}
