// What a replay leaves: plain records, prices applied at every level. Summaries and files are made from them elsewhere.

import { ARRAY, FLAG, NUMBER, OBJECT, type Shape, TEXT, expectShape } from '../check/index.ts';
import type { PriceLevel } from '../cost/index.ts';
import type { MapReel } from '../map/index.ts';
import type { Repairs } from '../report/index.ts';
import { CAUSES } from '../serverless/index.ts';
import { COUNT_NAMES, type FootprintSeries } from './footprint-meter.ts';
import { FUNCTION_COLUMNS, type FunctionRows } from './function-meter.ts';
import type { Tally } from './population.ts';
import type { PrewarmCounts } from './prewarmer.ts';
import type { ShortageCounts } from './shortage.ts';
import type { Weights } from './weights.ts';

/** How many there were over the measured time, and how many came in it. */
export interface Numbers extends Tally {
  readonly started: number;
}

/** Figures that depend on prices, at one level. */
export interface PricedRun {
  /** The level of prices. */
  readonly level: PriceLevel;
  /** One per cold start, in order of arrival. */
  readonly startupMs: Float64Array;
  /** Of the same starts: until the function's own runtime began. */
  readonly sandboxMs: Float64Array;
  /** Mean of each step that occurred, over all cold starts. */
  readonly startupStepsMs: Readonly<Record<string, number>>;
  /** Execution time over undisturbed execution time of the calls that were disturbed. */
  readonly slowdowns: Float64Array;
  /** One per request for memory: from asking to the last frame. */
  readonly reclaimMs: Float64Array;
  /** CPU time of memory management and starts, by who spends it. */
  readonly cpuMs: { readonly guest: number; readonly host: number };
}

/** What one system did over the measured time. */
export interface SystemRun {
  /** Its name, with its argument. */
  readonly name: string;
  /** Each measured call is in one of them. */
  readonly starts: {
    readonly cold: number;
    readonly warm: number;
    /** Waited for memory, then ran, cold or warm. */
    readonly queued: number;
    /** Never ran: refused at once, or waiting still at the end. */
    readonly refused: number;
  };
  /** Containers, and how many of them started for a call that counts. */
  readonly containers: Numbers;
  /** VMs, and how many of them started for a container that counts. */
  readonly vms: Numbers;
  /** What of it each function has. */
  readonly functions: FunctionRows;
  /** How long each of the queued waited until its start, or its call, began. */
  readonly queueMs: Float64Array;
  /** Calls among the refused that waited still at the end. */
  readonly unserved: number;
  /** What came of hosts that were short of memory. */
  readonly shortage: Readonly<ShortageCounts>;
  /** Containers that were started before a call came. */
  readonly prewarms: Readonly<PrewarmCounts>;
  /** How long containers were idle, and the same times their own anonymous frames. */
  readonly idle: { readonly containerMs: number; readonly frameMs: number };
  /** What the idle policy did to VMs: how often, and frames that it got, wrote and read. */
  readonly rests: {
    readonly parks: number;
    readonly parkedFrames: number;
    readonly suspends: number;
    readonly resumes: number;
    readonly writtenFrames: number;
    readonly readFrames: number;
  };
  /** Calls without disturbance: slowdown 1. */
  readonly undisturbedCalls: number;
  /** By price level: low, typical, high. */
  readonly priced: readonly PricedRun[];
  /** Frames by cause, in the order of CAUSES. */
  readonly meanFrames: Float64Array;
  /** Most frames of host memory at one time, all causes. */
  readonly peakFrames: number;
  /** Frames of causes that are not the functions' own memory. */
  readonly overhead: { readonly meanFrames: number; readonly peakFrames: number };
  /** Host memory over time. */
  readonly series: FootprintSeries;
  /** Frames that hosts asked guests for, that came, and pages moved for them. */
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
  /** Page operations that the cores executed. */
  readonly pageOps: number;
  /** How often each operation was done in the measured time, by the slots of receipts (PRICE_NAMES). */
  readonly receipt: Float64Array;
  /** How far prices move its figures. */
  readonly weights: Weights;
  /** Of the function that is drawn, if maps were asked for; not in the hash. */
  readonly maps?: MapReel | undefined;
  /** Of the final memory states and all figures: the same input and seed give the same. */
  readonly hash: string;
}

/** What came of a system. */
export type Outcome = { readonly run: SystemRun } | { readonly error: unknown };

/** A system that was not played to its end. */
export interface MissingSystem {
  readonly system: string;
  readonly error: unknown;
}

/** What a replay measured, in frames and nanoseconds' milliseconds; `resultsOf` makes a record of it. */
export interface ReplayRun {
  /** The run's seed, for the record. */
  readonly seed: number;
  /** What was played. */
  readonly trace: {
    readonly name: string;
    readonly functions: number;
    /** By function id. */
    readonly functionNames: readonly string[];
    readonly invocations: number;
    readonly spanMs: number;
    readonly format: string;
    /** Instants and durations of its calls are drawn from counts. */
    readonly isDrawn: boolean;
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
  /** Real time that it took: the only part that differs between equal runs. */
  readonly wall: {
    readonly ms: number;
    readonly invocationsPerSecond: number;
    readonly pageOpsPerSecond: number;
  };
}

function each(shape: Shape, ...names: readonly string[]): Record<string, Shape> {
  return Object.fromEntries(names.map((name) => [name, shape]));
}

const PRICED: Shape = {
  level: TEXT,
  ...each(ARRAY, 'startupMs', 'sandboxMs', 'slowdowns', 'reclaimMs'),
  startupStepsMs: { '*': NUMBER },
  cpuMs: each(NUMBER, 'guest', 'host'),
};

const SYSTEM: Shape = {
  ...each(TEXT, 'name', 'hash'),
  ...each(NUMBER, 'unserved', 'undisturbedCalls', 'peakFrames', 'pageOps'),
  ...each(ARRAY, 'queueMs', 'meanFrames', 'receipt'),
  ...each({ '*': NUMBER }, 'starts', 'shortage', 'prewarms', 'idle', 'rests', 'overhead'),
  ...each({ '*': NUMBER }, 'reclaim', 'idleReclaim'),
  ...each({ started: NUMBER, mean: NUMBER, peak: NUMBER }, 'containers', 'vms'),
  functions: each(ARRAY, ...FUNCTION_COLUMNS),
  weights: each(ARRAY, 'startupMs', 'sandboxMs', 'slowdown', 'cpuMs', 'onClock'),
  priced: [PRICED],
  series: {
    tMs: ARRAY,
    frames: CAUSES.map(() => ARRAY) as never,
    counts: each(ARRAY, ...COUNT_NAMES),
  },
  'maps?': OBJECT,
};

const RUN: Shape = {
  ...each(NUMBER, 'seed', 'measuredMs'),
  trace: {
    ...each(TEXT, 'name', 'format'),
    ...each(NUMBER, 'functions', 'invocations', 'spanMs'),
    functionNames: [TEXT],
    isDrawn: FLAG,
    repairs: { '*': NUMBER },
  },
  priceLevel: TEXT,
  systems: [SYSTEM],
  missing: [{ system: TEXT }],
  wall: each(NUMBER, 'ms', 'invocationsPerSecond', 'pageOpsPerSecond'),
};

/** The run, if it is one: callers without types may hand over anything. Throws RefusedArgument. */
export function expectRun(argument: string, run: ReplayRun): ReplayRun {
  return expectShape(argument, run, RUN);
}
