/**
 * Records beside the results: too long for `results.json`, optional everywhere. A report leaves out the section of an absent
 * record and says so. All but `starts` are in `details.json`.
 */
import type { EncodedReel } from '../map/index.ts';
import type { SensitivityResult } from './results.ts';

/** Host memory of a system over time. Values hold from their instant to the next (a step function). */
export type TimeSeries = {
  /** The system's name. */
  readonly system: string;
  /** Ascending. */
  readonly tMs: Float64Array;
  /** Bytes by cause, each as long as `tMs`. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** How many containers and VMs there were, and what was free in the guests: as long too. */
  readonly counts?: Readonly<Record<string, Float64Array>> | undefined;
};

/** Cold starts of a system after the warm-up, one by one in order of arrival. */
export type StartRecords = {
  /** The system's name. */
  readonly system: string;
  /** Equally long. */
  readonly columns: Readonly<Record<string, Float64Array>>;
};

/** Cumulative distribution: `share[i]` of the samples are at most `values[i]`. */
export type Cdf = {
  /** The system's name. */
  readonly system: string;
  /** Ascending. */
  readonly values: Float64Array;
  /** Share of the samples that are at most the value beside it; the last is 1. */
  readonly share: Float64Array;
};

/** What there are distributions of: cold starts, their sandboxes, all calls, requests for memory. */
export const DISTRIBUTIONS = ['startupMs', 'sandboxMs', 'slowdown', 'reclaimMs'] as const;
/** Name of a distribution. */
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** What a run is judged by; of each, less is better. */
export const JUDGED = [
  'startupMs',
  'startupP99Ms',
  'sandboxMs',
  'footprintGiBSeconds',
  'slowdown',
  'cpuMs',
] as const;
/** Name of a figure that a run is judged by. */
export type Judged = (typeof JUDGED)[number];

/** A system's figures at the low, typical and high column of the price table, its counts being what they are. */
export type LevelFigures = {
  /** The system's name. */
  readonly system: string;
  /** Each figure at the three levels. */
  readonly figures: Readonly<Record<Judged, readonly [low: number, typical: number, high: number]>>;
};

/** What a keep-alive policy makes of the trace's calls alone: starts take no time, hosts are never full. */
export type KeepAlivePoint = {
  /** As `--keep-alive` takes it. */
  readonly policy: string;
  /** Whether the run went by it. */
  readonly isOwn: boolean;
  /** Calls after the warm-up that start cold. */
  readonly cold: number;
  /** Share of cold calls that three in four functions do not exceed. */
  readonly coldQuartile: number;
  /** Containers that it starts before a call comes. */
  readonly ahead: number;
  /** How long containers are idle, added up. */
  readonly idleSeconds: number;
  /** The same, each times its anonymous memory. */
  readonly wastedGiBSeconds: number;
};

/** What is too long for `results.json`; each part may be absent. */
export type Details = {
  /** Host memory over time, by system. */
  readonly series?: readonly TimeSeries[] | undefined;
  /** Each cold start, by system. */
  readonly starts?: readonly StartRecords[] | undefined;
  /** Distributions, by what they are of. */
  readonly cdfs?: Readonly<Partial<Record<Distribution, readonly Cdf[] | undefined>>> | undefined;
  /** Figures at each level of prices, by system. */
  readonly levels?: readonly LevelFigures[] | undefined;
  /** Each price at its ends, from the run's counts; results have their own where it was asked for. */
  readonly sensitivity?: SensitivityResult | undefined;
  /** A system each: memory of one function's VMs at the same moments. */
  readonly maps?: readonly EncodedReel[] | undefined;
  /** What the usual keep-alive policies and the run's own make of the trace. */
  readonly keepAlives?: readonly KeepAlivePoint[] | undefined;
  /** What each system is, in a sentence. */
  readonly sentences?: Readonly<Record<string, string>> | undefined;
};
