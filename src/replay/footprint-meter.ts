// Integrates the host's account over time. The account is constant between events, so the integral is exact.

/** Host memory over time, by cause; values hold from their instant to the next. */
export interface FootprintSeries {
  readonly tMs: Float64Array;
  /** Frames by cause, in the account's order. */
  readonly frames: readonly Float64Array[];
}

/** Instants in a series, as many as a chart shows. */
const SERIES_INSTANTS = 240;

export class FootprintMeter {
  readonly #account: Float64Array;
  readonly #fromMs: number;
  readonly #untilMs: number;
  readonly #stepMs: number;
  readonly #integral: Float64Array;
  readonly #series: Float64Array[];
  readonly #seriesMs: Float64Array;
  #sampled = 0;
  #nextSampleMs: number;
  #nowMs = 0;
  #peakFrames = 0;

  /** Measures `account` from `fromMs` until `untilMs`. */
  constructor(account: Float64Array, fromMs: number, untilMs: number) {
    this.#account = account;
    this.#fromMs = fromMs;
    this.#untilMs = untilMs;
    this.#stepMs = Math.max(1000, Math.ceil((untilMs - fromMs) / SERIES_INSTANTS / 1000) * 1000);
    const instants = Math.ceil((untilMs - fromMs) / this.#stepMs);
    this.#integral = new Float64Array(account.length);
    this.#series = Array.from(account, () => new Float64Array(instants));
    this.#seriesMs = Float64Array.from({ length: instants }, (_, i) => fromMs + i * this.#stepMs);
    this.#nextSampleMs = this.#seriesMs[0] ?? Infinity;
  }

  /** The account has been what it is since the last call; now it is `toMs`. Call before changing it. */
  advance(toMs: number): void {
    const from = Math.max(this.#nowMs, this.#fromMs);
    const until = Math.min(toMs, this.#untilMs);
    this.#nowMs = toMs;
    if (until <= from) return;
    const span = until - from;
    const account = this.#account;
    const integral = this.#integral;
    let held = 0;
    for (let cause = 0; cause < account.length; cause += 1) {
      const frames = account[cause] as number;
      held += frames;
      integral[cause] = (integral[cause] as number) + frames * span;
    }
    if (held > this.#peakFrames) this.#peakFrames = held;
    while (this.#nextSampleMs < until) this.#sample();
  }

  #sample(): void {
    for (const [cause, series] of this.#series.entries()) {
      series[this.#sampled] = this.#account[cause] as number;
    }
    this.#sampled += 1;
    this.#nextSampleMs = this.#seriesMs[this.#sampled] ?? Infinity;
  }

  /** Mean frames by cause over the measured time. */
  meanFrames(): Float64Array {
    const span = this.#untilMs - this.#fromMs;
    return this.#integral.map((value) => (span > 0 ? value / span : 0));
  }

  get peakFrames(): number {
    return this.#peakFrames;
  }

  series(): FootprintSeries {
    const tMs = this.#seriesMs.slice(0, this.#sampled);
    return { tMs, frames: this.#series.map((one) => one.slice(0, this.#sampled)) };
  }
}
