// What a replay leaves: plain records, prices applied at every level. Summaries and files are made from them elsewhere.

import type { PriceLevel } from '../cost/index.ts';
import type { Repairs } from '../report/index.ts';
import type { FootprintSeries } from './footprint-meter.ts';

/** Figures that depend on prices, at one level. */
export interface PricedRun {
  readonly level: PriceLevel;
  /** One per cold start, in order of arrival. */
  readonly startupMs: Float64Array;
  /** Mean of each step that occurred, over all cold starts. */
  readonly startupStepsMs: Readonly<Record<string, number>>;
  /** Execution time over undisturbed execution time of the calls that were disturbed. */
  readonly slowdowns: Float64Array;
  readonly reclaimMs: Float64Array;
  readonly cpuMs: { readonly guest: number; readonly host: number };
}

export interface SystemRun {
  readonly name: string;
  readonly starts: { readonly cold: number; readonly warm: number };
  /** Calls without disturbance: slowdown 1. */
  readonly undisturbedCalls: number;
  /** By price level: low, typical, high. */
  readonly priced: readonly PricedRun[];
  /** Frames by cause, in the order of CAUSES. */
  readonly meanFrames: Float64Array;
  readonly peakFrames: number;
  readonly series: FootprintSeries;
  readonly reclaim: {
    readonly askedFrames: number;
    readonly gotFrames: number;
    readonly migratedPages: number;
  };
  /** The part of it that came from idle containers: rounds that were finished, and cancelled by a call or an end. */
  readonly idleReclaim: {
    readonly reclaims: number;
    readonly cancelled: number;
    readonly gotFrames: number;
  };
  readonly pageOps: number;
  /** How often each operation was done in the measured time, by the slots of receipts (PRICE_NAMES). */
  readonly receipt: Float64Array;
  readonly hash: string;
}

/** What came of a system. */
export type Outcome = { readonly run: SystemRun } | { readonly error: unknown };

/** A system that was not played to its end. */
export interface MissingSystem {
  readonly system: string;
  readonly error: unknown;
}

export interface ReplayRun {
  readonly seed: number;
  readonly trace: {
    readonly name: string;
    readonly functions: number;
    readonly invocations: number;
    readonly spanMs: number;
    /** What was repaired, filled in or bounded. */
    readonly repairs: Repairs;
  };
  /** The level of prices that the clocks went by. */
  readonly priceLevel: PriceLevel;
  /** Time over which the footprint was measured. */
  readonly measuredMs: number;
  /** One at least. */
  readonly systems: readonly SystemRun[];
  /** The others that were asked for, in their order. */
  readonly missing: readonly MissingSystem[];
  readonly wall: {
    readonly ms: number;
    readonly invocationsPerSecond: number;
    readonly pageOpsPerSecond: number;
  };
}
