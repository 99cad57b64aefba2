// How many containers and VMs there are, over time.

/** Over the measured time. */
export interface Tally {
  readonly mean: number;
  readonly peak: number;
}

/** One kind of thing. */
class Headcount {
  readonly #fromMs: number;
  #sinceMs = 0;
  #integral = 0;
  #peak = 0;
  now = 0;

  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  change(nowMs: number, by: number): void {
    this.#passTo(nowMs);
    this.now += by;
  }

  /** The number has been what it is; what does not last is no peak. */
  #passTo(nowMs: number): void {
    const lasted = nowMs - Math.max(this.#sinceMs, this.#fromMs);
    this.#sinceMs = nowMs;
    if (lasted <= 0) return;
    this.#integral += this.now * lasted;
    this.#peak = Math.max(this.#peak, this.now);
  }

  tally(untilMs: number): Tally {
    this.#passTo(untilMs);
    return { mean: this.#integral / (untilMs - this.#fromMs), peak: this.#peak };
  }
}

export class Population {
  readonly #containers: Headcount;
  readonly #vms: Headcount;

  constructor(fromMs: number) {
    this.#containers = new Headcount(fromMs);
    this.#vms = new Headcount(fromMs);
  }

  get containers(): number {
    return this.#containers.now;
  }

  get vms(): number {
    return this.#vms.now;
  }

  /** So many containers and VMs have come, or gone (below zero). */
  change(nowMs: number, containers: number, vms: number): void {
    this.#containers.change(nowMs, containers);
    if (vms !== 0) this.#vms.change(nowMs, vms);
  }

  /** Until the end of the measured time. */
  tally(untilMs: number): { readonly containers: Tally; readonly vms: Tally } {
    return { containers: this.#containers.tally(untilMs), vms: this.#vms.tally(untilMs) };
  }
}
