// How many containers and VMs there are, over time.

/** Over the measured time. */
export interface Tally {
  readonly mean: number;
  readonly peak: number;
}

/** One kind of thing. */
export class Headcount {
  private readonly _fromMs: number;
  private _sinceMs = 0;
  private _integral = 0;
  private _peak = 0;
  now = 0;

  constructor(fromMs: number) {
    this._fromMs = fromMs;
  }

  change(nowMs: number, by: number): void {
    this._passTo(nowMs);
    this.now += by;
  }

  /** The number has been what it is; what does not last is no peak. */
  private _passTo(nowMs: number): void {
    const lasted = nowMs - Math.max(this._sinceMs, this._fromMs);
    this._sinceMs = nowMs;
    if (lasted <= 0) return;
    this._integral += this.now * lasted;
    this._peak = Math.max(this._peak, this.now);
  }

  tally(untilMs: number): Tally {
    this._passTo(untilMs);
    return { mean: this._integral / (untilMs - this._fromMs), peak: this._peak };
  }
}

export class Population {
  private readonly _containers: Headcount;
  private readonly _vms: Headcount;

  constructor(fromMs: number) {
    this._containers = new Headcount(fromMs);
    this._vms = new Headcount(fromMs);
  }

  get containers(): number {
    return this._containers.now;
  }

  get vms(): number {
    return this._vms.now;
  }

  /** So many containers and VMs have come, or gone (below zero). */
  change(nowMs: number, containers: number, vms: number): void {
    this._containers.change(nowMs, containers);
    if (vms !== 0) this._vms.change(nowMs, vms);
  }

  /** Until the end of the measured time. */
  tally(untilMs: number): { readonly containers: Tally; readonly vms: Tally } {
    return { containers: this._containers.tally(untilMs), vms: this._vms.tally(untilMs) };
  }
}
