// Work of devices in a VM slows down the calls that run there meanwhile (docs/decisions/0061-interference.md): each loses a share
// of its speed for as long as the work is priced, or its share of the processor that the work takes when none is free.

import { type Receipt, newReceipt } from '../cost/index.ts';
import type { MicroVm, Work } from '../serverless/index.ts';
import type { DisturbanceMeter } from './disturbance-meter.ts';
import { LEVELS, type Pricing, workReceipt } from './pricing.ts';
import type { WarmPool } from './warm-pool.ts';

/** What a VM's devices are at, by level. */
interface Busy {
  readonly untilMs: Float64Array;
  readonly share: Float64Array;
  /** All of it, by the run's clock. */
  readonly receipt: Receipt;
  clockMs: number;
}

/** How much later something ends that would take so long, when it loses a share of its speed for a time. */
function laterMs(leftMs: number, share: number, forMs: number): number {
  if (leftMs <= forMs * (1 - share)) return (leftMs * share) / (1 - share);
  return share * forMs;
}

export class Interference {
  private readonly _pricing: Pricing;
  private readonly _pool: WarmPool;
  private readonly _meter: DisturbanceMeter;
  private readonly _busy = new Map<MicroVm, Busy>();
  /** When the last of all work ends, at any level: mostly nothing is under way. */
  private _untilMs = -Infinity;
  /** By slot: by how much its call's end on the clock is late by now. */
  private readonly _owedMs = new Map<number, number>();

  constructor(pricing: Pricing, pool: WarmPool, meter: DisturbanceMeter) {
    this._pricing = pricing;
    this._pool = pool;
    this._meter = meter;
  }

  /** Work begins in a VM, when what its devices are at is done. The slots are of the VM's containers. */
  work(vm: MicroVm, slots: readonly number[], work: Work, nowMs: number): void {
    if (slots.length === 0) return;
    const running = slots.filter((slot) => this._pool.isRunning(slot, nowMs));
    const busy = this._busyOf(vm);
    const receipt = workReceipt(work);
    for (let level = 0; level < LEVELS.length; level += 1) {
      const { totalMs, share } = this._pricing.interference(receipt, level, {
        cpus: vm.cpus,
        calls: running.length,
      });
      if (totalMs === 0) continue;
      const fromMs = Math.max(nowMs, busy.untilMs[level] as number);
      const stretch = { share, fromMs, totalMs, nowMs, receipt };
      for (const slot of running) this._slow(slot, level, stretch);
      if (level === this._pricing.clockLevel) joinReceipts(busy, stretch);
      join(busy, level, stretch);
      this._untilMs = Math.max(this._untilMs, fromMs + totalMs);
    }
  }

  /** A call begins while devices of its VM may be at work. Milliseconds by which it will be late on the clock. */
  begin(slot: number, vm: MicroVm, nowMs: number): number {
    if (nowMs >= this._untilMs) return 0;
    const busy = this._busy.get(vm);
    if (busy === undefined) return 0;
    let lateMs = 0;
    for (let level = 0; level < LEVELS.length; level += 1) {
      const forMs = (busy.untilMs[level] as number) - nowMs;
      if (forMs <= 0) continue;
      const leftMs = this._pool.durationMs(slot) + this._meter.lateMs(slot, level);
      const ms = laterMs(leftMs, busy.share[level] as number, forMs);
      if (ms > 0) this._meter.delay(slot, level, ms);
      if (level !== this._pricing.clockLevel) continue;
      lateMs = ms;
      this._felt(slot, busy.receipt, ms / busy.clockMs);
    }
    return lateMs;
  }

  /** The end of a slot's call is due by the clock. Milliseconds by which it comes later than was said. */
  takeOwedMs(slot: number): number {
    if (this._owedMs.size === 0) return 0;
    const owedMs = this._owedMs.get(slot) ?? 0;
    this._owedMs.delete(slot);
    return owedMs;
  }

  /** A VM has ended. */
  vmEnded(vm: MicroVm): void {
    this._busy.delete(vm);
  }

  private _slow(slot: number, level: number, stretch: Stretch): void {
    const { share, fromMs, totalMs, nowMs, receipt } = stretch;
    const pool = this._pool;
    const endsMs = pool.beganMs(slot) + pool.durationMs(slot) + this._meter.lateMs(slot, level);
    const leftMs = endsMs - Math.max(nowMs, fromMs);
    if (leftMs <= 0) return;
    const ms = laterMs(leftMs, share, totalMs);
    if (ms === 0) return;
    this._meter.delay(slot, level, ms);
    if (level !== this._pricing.clockLevel) return;
    this._felt(slot, receipt, ms / totalMs);
    this._owedMs.set(slot, (this._owedMs.get(slot) ?? 0) + ms);
  }

  private _felt(slot: number, work: Receipt, part: number): void {
    if (!this._pool.isMeasured(slot)) return;
    this._meter.felt(work, part / this._pool.durationMs(slot));
  }

  private _busyOf(vm: MicroVm): Busy {
    const known = this._busy.get(vm);
    if (known !== undefined) return known;
    const untilMs = new Float64Array(LEVELS.length).fill(-Infinity);
    const share = new Float64Array(LEVELS.length);
    const made = { untilMs, share, receipt: newReceipt(), clockMs: 0 };
    this._busy.set(vm, made);
    return made;
  }
}

interface Stretch {
  readonly share: number;
  readonly fromMs: number;
  readonly totalMs: number;
  readonly nowMs: number;
  readonly receipt: Receipt;
}

/** What is left of the work under way, and this. */
function joinReceipts(busy: Busy, { fromMs, totalMs, nowMs, receipt }: Stretch): void {
  const leftMs = fromMs - nowMs;
  const part = leftMs > 0 ? leftMs / busy.clockMs : 0;
  const under = busy.receipt;
  for (let slot = 0; slot < under.length; slot += 1) {
    under[slot] = (under[slot] as number) * part + (receipt[slot] as number);
  }
  busy.clockMs = leftMs + totalMs;
}

/** Work after work that is under way: from now on a mean of both. */
function join(busy: Busy, level: number, { share, fromMs, totalMs, nowMs }: Stretch): void {
  const leftMs = fromMs - nowMs;
  const lost = leftMs * (busy.share[level] as number) + totalMs * share;
  busy.share[level] = lost / (leftMs + totalMs);
  busy.untilMs[level] = fromMs + totalMs;
}
