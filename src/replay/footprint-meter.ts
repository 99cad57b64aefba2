// Integrates the host's account over time. The account is constant between events, so the integral is exact.

/** Host memory over time, by cause; values hold from their instant to the next. */
export interface FootprintSeries {
  readonly tMs: Float64Array;
  /** Frames by cause, in the account's order. */
  readonly frames: readonly Float64Array[];
  /** How many there are. */
  readonly counts: Readonly<Record<CountName, Float64Array>>;
}

/** What a series counts. */
export const COUNT_NAMES = [
  'containers',
  /** Of the containers, those without a call. */
  'idle',
  'vms',
  /** Frames on the free lists of all guests, and those of them in free blocks of 2 MiB and more. */
  'freeFrames',
  'wholeFrames',
] as const;
export type CountName = (typeof COUNT_NAMES)[number];
export type Census = () => Readonly<Record<CountName, number>>;

/** Instants in a series, as many as a chart shows. */
const SERIES_INSTANTS = 240;

export interface FootprintConfig {
  readonly fromMs: number;
  readonly untilMs: number;
  /** By cause: 1 where its memory is not the functions' own, else 0. */
  readonly overhead: ArrayLike<number>;
  readonly census: Census;
}

function countsOf(make: (name: CountName) => Float64Array): FootprintSeries['counts'] {
  const columns = COUNT_NAMES.map((name) => [name, make(name)]);
  return Object.fromEntries(columns) as Record<CountName, Float64Array>;
}

export class FootprintMeter {
  readonly #accounts: readonly Float64Array[];
  /** Of all hosts: with one, its own. */
  readonly #account: Float64Array;
  readonly #overhead: ArrayLike<number>;
  readonly #fromMs: number;
  readonly #untilMs: number;
  readonly #stepMs: number;
  readonly #integral: Float64Array;
  readonly #series: Float64Array[];
  readonly #counts: Readonly<Record<CountName, Float64Array>>;
  readonly #census: Census;
  readonly #seriesMs: Float64Array;
  #sampled = 0;
  #nextSampleMs: number;
  #nowMs = 0;
  #peakFrames = 0;
  #peakOverhead = 0;

  /** Measures the sum of the hosts' accounts from `fromMs` until `untilMs`; `overhead`: which causes are. */
  constructor(
    accounts: readonly Float64Array[],
    { fromMs, untilMs, overhead, census }: FootprintConfig,
  ) {
    const [only = new Float64Array()] = accounts;
    const account = accounts.length === 1 ? only : new Float64Array(only.length);
    this.#accounts = accounts;
    this.#account = account;
    this.#fromMs = fromMs;
    this.#untilMs = untilMs;
    this.#overhead = overhead;
    this.#census = census;
    this.#stepMs = Math.max(1000, Math.ceil((untilMs - fromMs) / SERIES_INSTANTS / 1000) * 1000);
    const instants = Math.ceil((untilMs - fromMs) / this.#stepMs);
    this.#integral = new Float64Array(account.length);
    this.#series = Array.from(account, () => new Float64Array(instants));
    this.#counts = countsOf(() => new Float64Array(instants));
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
    if (this.#accounts.length > 1) this.#addUp();
    const account = this.#account;
    const integral = this.#integral;
    const overhead = this.#overhead;
    let held = 0;
    let notOwn = 0;
    for (let cause = 0; cause < account.length; cause += 1) {
      const frames = account[cause] as number;
      held += frames;
      notOwn += frames * (overhead[cause] as number);
      integral[cause] = (integral[cause] as number) + frames * span;
    }
    if (held > this.#peakFrames) this.#peakFrames = held;
    if (notOwn > this.#peakOverhead) this.#peakOverhead = notOwn;
    while (this.#nextSampleMs < until) this.#sample();
  }

  #addUp(): void {
    const sum = this.#account.fill(0);
    for (const account of this.#accounts) {
      for (let cause = 0; cause < sum.length; cause += 1) {
        sum[cause] = (sum[cause] as number) + (account[cause] as number);
      }
    }
  }

  #sample(): void {
    for (const [cause, series] of this.#series.entries()) {
      series[this.#sampled] = this.#account[cause] as number;
    }
    const counted = this.#census();
    for (const name of COUNT_NAMES) this.#counts[name][this.#sampled] = counted[name];
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

  /** Most frames at an instant that were not the functions' own. */
  get peakOverhead(): number {
    return this.#peakOverhead;
  }

  series(): FootprintSeries {
    const upTo = (column: Float64Array): Float64Array => column.slice(0, this.#sampled);
    return {
      tMs: upTo(this.#seriesMs),
      frames: this.#series.map(upTo),
      counts: countsOf((name) => upTo(this.#counts[name])),
    };
  }
}
