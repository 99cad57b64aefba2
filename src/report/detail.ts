/**
 * Records beside the results: too long for `results.json`, optional everywhere. A report leaves out the section of an absent
 * record and says so.
 */

/** Host memory of a system over time. Values hold from their instant to the next (a step function). */
export type TimeSeries = {
  readonly system: string;
  /** Ascending. */
  readonly tMs: Float64Array;
  /** Bytes by cause, each as long as `tMs`. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** How many containers and VMs there were, as long too. */
  readonly counts?: Readonly<Record<string, Float64Array>>;
};

/** Cold starts of a system after the warm-up, one by one in order of arrival. */
export type StartRecords = {
  readonly system: string;
  /** Equally long. */
  readonly columns: Readonly<Record<string, Float64Array>>;
};

/** Cumulative distribution: `share[i]` of the samples are at most `values[i]`. */
export type Cdf = {
  readonly system: string;
  /** Ascending. */
  readonly values: Float64Array;
  readonly share: Float64Array;
};

/** One guest's memory at one moment, in cells of equal size by rising guest-physical address. */
export type MemoryMap = {
  readonly system: string;
  /** Which guest of the system. */
  readonly guest: string;
  readonly tMs: number;
  readonly cellBytes: number;
  /** Names of the states; state 0 is "not backed by the host". */
  readonly states: readonly string[];
  /** State of each cell, an index into `states`. */
  readonly cells: Uint8Array;
};

/** A ratio that the run argues with, at the three columns of the price table. */
export type Conclusion = {
  readonly statement: string;
  readonly low: number;
  readonly typical: number;
  readonly high: number;
};

export type Details = {
  readonly series?: readonly TimeSeries[];
  readonly starts?: readonly StartRecords[];
  readonly startupCdfs?: readonly Cdf[];
  readonly memoryMaps?: readonly MemoryMap[];
  readonly conclusions?: readonly Conclusion[];
};

/** Whether the ratio stays on its side of 1 whatever the prices. */
export function holds({ low, typical, high }: Conclusion): boolean {
  const side = Math.sign(typical - 1);
  return Math.sign(low - 1) === side && Math.sign(high - 1) === side;
}
