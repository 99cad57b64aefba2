// Integrates the host's account over time. The account is constant between events, so the integral is exact.

/** Host memory over time, by cause; values hold from their instant to the next. */
export interface FootprintSeries {
  /** Instants since the trace's begin, ascending; columns are as long. */
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
  private readonly _accounts: readonly Float64Array[];
  /** Of all hosts: with one, its own. */
  private readonly _account: Float64Array;
  private readonly _overhead: ArrayLike<number>;
  private readonly _fromMs: number;
  private readonly _untilMs: number;
  private readonly _stepMs: number;
  private readonly _integral: Float64Array;
  private readonly _series: Float64Array[];
  private readonly _counts: Readonly<Record<CountName, Float64Array>>;
  private readonly _census: Census;
  private readonly _seriesMs: Float64Array;
  private _sampled = 0;
  private _nextSampleMs: number;
  private _nowMs = 0;
  private _peakFrames = 0;
  private _peakOverhead = 0;

  /** Measures the sum of the hosts' accounts from `fromMs` until `untilMs`; `overhead`: which causes are. */
  constructor(
    accounts: readonly Float64Array[],
    { fromMs, untilMs, overhead, census }: FootprintConfig,
  ) {
    const [only = new Float64Array()] = accounts;
    const account = accounts.length === 1 ? only : new Float64Array(only.length);
    this._accounts = accounts;
    this._account = account;
    this._fromMs = fromMs;
    this._untilMs = untilMs;
    this._overhead = overhead;
    this._census = census;
    this._stepMs = Math.max(1000, Math.ceil((untilMs - fromMs) / SERIES_INSTANTS / 1000) * 1000);
    const instants = Math.ceil((untilMs - fromMs) / this._stepMs);
    this._integral = new Float64Array(account.length);
    this._series = Array.from(account, () => new Float64Array(instants));
    this._counts = countsOf(() => new Float64Array(instants));
    this._seriesMs = Float64Array.from({ length: instants }, (_, i) => fromMs + i * this._stepMs);
    this._nextSampleMs = this._seriesMs[0] ?? Infinity;
  }

  /** The account has been what it is since the last call; now it is `toMs`. Call before changing it. */
  advance(toMs: number): void {
    const from = Math.max(this._nowMs, this._fromMs);
    const until = Math.min(toMs, this._untilMs);
    this._nowMs = toMs;
    if (until <= from) return;
    const span = until - from;
    if (this._accounts.length > 1) this._addUp();
    const account = this._account;
    const integral = this._integral;
    const overhead = this._overhead;
    let held = 0;
    let notOwn = 0;
    for (let cause = 0; cause < account.length; cause += 1) {
      const frames = account[cause] as number;
      held += frames;
      notOwn += frames * (overhead[cause] as number);
      integral[cause] = (integral[cause] as number) + frames * span;
    }
    if (held > this._peakFrames) this._peakFrames = held;
    if (notOwn > this._peakOverhead) this._peakOverhead = notOwn;
    while (this._nextSampleMs < until) this._sample();
  }

  private _addUp(): void {
    const sum = this._account.fill(0);
    for (const account of this._accounts) {
      for (let cause = 0; cause < sum.length; cause += 1) {
        sum[cause] = (sum[cause] as number) + (account[cause] as number);
      }
    }
  }

  private _sample(): void {
    for (const [cause, series] of this._series.entries()) {
      series[this._sampled] = this._account[cause] as number;
    }
    const counted = this._census();
    for (const name of COUNT_NAMES) this._counts[name][this._sampled] = counted[name];
    this._sampled += 1;
    this._nextSampleMs = this._seriesMs[this._sampled] ?? Infinity;
  }

  /** Mean frames by cause over the measured time. */
  meanFrames(): Float64Array {
    const span = this._untilMs - this._fromMs;
    return this._integral.map((value) => (span > 0 ? value / span : 0));
  }

  get peakFrames(): number {
    return this._peakFrames;
  }

  /** Most frames at an instant that were not the functions' own. */
  get peakOverhead(): number {
    return this._peakOverhead;
  }

  series(): FootprintSeries {
    const upTo = (column: Float64Array): Float64Array => column.slice(0, this._sampled);
    return {
      tMs: upTo(this._seriesMs),
      frames: this._series.map(upTo),
      counts: countsOf((name) => upTo(this._counts[name])),
    };
  }
}
