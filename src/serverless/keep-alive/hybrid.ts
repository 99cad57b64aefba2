// hybrid: the histogram policy of Shahrad et al., "Serverless in the Wild" (ATC 2020), for each function: how long it was idle between
// calls decides whether its container stays, or ends and is started again shortly before the next call
// (docs/decisions/0062-hybrid-keep-alive.md).

import { MS_PER_MINUTE } from '../../abi/unit.ts';
import { ArgumentError, DURATION, durationMs } from '../argument.ts';
import type { KeepAlive, KeepAliveSpec, Prewarm } from './policy.ts';

const BIN_MS: number = MS_PER_MINUTE;
const RANGE_MS: number = 240 * MS_PER_MINUTE;
/** Percentiles of idle times that the windows begin and end at, and how far they are widened. */
const HEAD_SHARE = 0.05;
const TAIL_SHARE = 0.99;
const MARGIN = 0.1;
/** Bins that vary less than this (standard deviation over mean) say nothing. */
const REPRESENTATIVE_CV = 2;
/** The paper does not give these three: those of its re-implementations. */
const LEAST_IDLE_TIMES = 10;
const BEYOND_SHARE = 0.5;
const REMEMBERED = 50;
/** Either side of a predicted idle time. */
const PREDICTION_MARGIN = 0.15;

/** What is done with a container that becomes idle: times from then on. */
interface Windows {
  /** It ends at once and is started again then; 0: it stays. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Idle times of one function. */
export class IdleTimes {
  private readonly _bins: Int32Array;
  private _within = 0;
  private _beyond = 0;
  /** Sum of the bins' squares. */
  private _squares = 0;
  /** The last ones, for functions that are idle for longer than bins reach. */
  private readonly _recentMs: number[] = [];
  /** When the function was called, or ended a call, last. */
  lastMs: number | undefined;

  constructor(bins: number) {
    this._bins = new Int32Array(bins);
  }

  add(idleMs: number): void {
    this._recentMs.push(idleMs);
    if (this._recentMs.length > REMEMBERED) this._recentMs.shift();
    const bin = Math.floor(idleMs / BIN_MS);
    if (bin >= this._bins.length) {
      this._beyond += 1;
      return;
    }
    const count = this._bins[bin] as number;
    this._squares += 2 * count + 1;
    this._bins[bin] = count + 1;
    this._within += 1;
  }

  /** undefined: nothing is known that helps. */
  get windows(): Windows | undefined {
    const all = this._within + this._beyond;
    if (all < LEAST_IDLE_TIMES) return undefined;
    if (this._beyond > BEYOND_SHARE * all) return this._predicted();
    if (this._variation() < REPRESENTATIVE_CV) return undefined;
    const headMs = this._binOf(HEAD_SHARE) * BIN_MS;
    const tailMs = (this._binOf(TAIL_SHARE) + 1) * BIN_MS;
    return { fromMs: (1 - MARGIN) * headMs, untilMs: (1 + MARGIN) * tailMs };
  }

  /** In place of the paper's ARIMA: the mean of the last idle times. */
  private _predicted(): Windows {
    const recent = this._recentMs;
    const meanMs = recent.reduce((sum, ms) => sum + ms, 0) / recent.length;
    return {
      fromMs: (1 - PREDICTION_MARGIN) * meanMs,
      untilMs: (1 + PREDICTION_MARGIN) * meanMs,
    };
  }

  /** Coefficient of variation of the bins' counts. */
  private _variation(): number {
    const bins = this._bins.length;
    const mean = this._within / bins;
    return Math.sqrt(Math.max(0, this._squares / bins - mean * mean)) / mean;
  }

  /** The bin in which a share of the idle times is reached. */
  private _binOf(share: number): number {
    let left = share * this._within;
    let bin = 0;
    while (left > (this._bins[bin] as number)) {
      left -= this._bins[bin] as number;
      bin += 1;
    }
    return bin;
  }
}

export class Hybrid implements KeepAlive {
  private readonly _rangeMs: number;
  private readonly _functions = new Map<number, IdleTimes>();

  constructor(rangeMs: number) {
    this._rangeMs = rangeMs;
  }

  arrived(functionId: number, nowMs: number): void {
    const known = this._functions.get(functionId);
    const times = known ?? new IdleTimes(Math.ceil(this._rangeMs / BIN_MS));
    if (known === undefined) this._functions.set(functionId, times);
    if (times.lastMs !== undefined) times.add(nowMs - times.lastMs);
    times.lastMs = nowMs;
  }

  keepMs(functionId: number, nowMs: number): number {
    const times = this._functions.get(functionId);
    if (times === undefined) return this._rangeMs;
    times.lastMs = nowMs;
    const { windows } = times;
    if (windows === undefined) return this._rangeMs;
    return windows.fromMs > 0 ? 0 : windows.untilMs;
  }

  prewarm(functionId: number): Prewarm | undefined {
    const windows = this._functions.get(functionId)?.windows;
    if (windows === undefined || windows.fromMs === 0) return undefined;
    return { inMs: windows.fromMs, keepMs: windows.untilMs - windows.fromMs };
  }
}

/** A range that has a bin at least. */
function rangeOf(text: string): number {
  const ms = durationMs(text);
  if (ms >= BIN_MS && ms <= 24 * 60 * MS_PER_MINUTE) return ms;
  throw new ArgumentError(`${DURATION}, from 1m to 24h`, text);
}

export const HYBRID: KeepAliveSpec = {
  name: 'hybrid',
  sentence:
    'By a histogram of each function’s idle times (Shahrad et al., ATC ’20): containers stay, or end and are started again before the next call; hybrid:RANGE, 4h if not said.',
  create: (range) => new Hybrid(range === undefined ? RANGE_MS : rangeOf(range)),
};
