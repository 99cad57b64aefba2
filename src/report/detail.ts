/**
 * Records beside the results: too long for `results.json`, optional everywhere. A report leaves out the section of an absent
 * record and says so.
 */
import type { Results } from './results.ts';

/** Host memory of a system over time. Values hold from their instant to the next (a step function). */
export type TimeSeries = {
  readonly system: string;
  /** Ascending. */
  readonly tMs: Float64Array;
  /** Bytes by cause, each as long as `tMs`. */
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
  readonly startupCdfs?: readonly Cdf[];
  readonly memoryMaps?: readonly MemoryMap[];
  readonly conclusions?: readonly Conclusion[];
};

/** Whether the ratio stays on its side of 1 whatever the prices. */
export function holds({ low, typical, high }: Conclusion): boolean {
  const side = Math.sign(typical - 1);
  return Math.sign(low - 1) === side && Math.sign(high - 1) === side;
}

/** The distribution of samples, thinned to `pointsMax` evenly spaced ranks; the smallest and largest sample stay. */
export function cdfOf(system: string, samples: Float64Array, pointsMax = 400): Cdf {
  const sorted = samples.toSorted();
  const points = Math.min(sorted.length, pointsMax);
  const values = new Float64Array(points);
  const share = new Float64Array(points);
  for (let point = 0; point < points; point++) {
    const rank = points === 1 ? 0 : Math.round((point * (sorted.length - 1)) / (points - 1));
    values[point] = sorted[rank]!;
    share[point] = (rank + 1) / sorted.length;
  }
  return { system, values, share };
}

/** What a run is judged by. Only metrics that prices move. */
const JUDGED: readonly (readonly [string, (system: Results['systems'][number]) => number])[] = [
  ['mean start-up', (system) => system.startupMs.mean],
  ['p99 start-up', (system) => system.startupMs.p99],
  ['footprint GiB·s', (system) => system.footprintGiBSeconds],
  ['mean slowdown', (system) => system.slowdown.mean],
  ['CPU time', (system) => system.cpuMs.guest + system.cpuMs.host],
];

/** Each later system over the first, in three runs that differ in prices only. */
export function conclusionsOf(runs: {
  readonly low: Results;
  readonly typical: Results;
  readonly high: Results;
}): Conclusion[] {
  const first = runs.typical.systems[0]!.name;
  const conclusions: Conclusion[] = [];
  for (const { name } of runs.typical.systems.slice(1)) {
    for (const [metric, read] of JUDGED) {
      const ratio = (results: Results): number =>
        read(systemOf(results, name)) / read(systemOf(results, first));
      const [low, typical, high] = [ratio(runs.low), ratio(runs.typical), ratio(runs.high)];
      if (![low, typical, high].every(Number.isFinite)) continue;
      conclusions.push({ statement: `${metric}: ${name} / ${first}`, low, typical, high });
    }
  }
  return conclusions;
}

function systemOf(results: Results, name: string): Results['systems'][number] {
  const found = results.systems.find((system) => system.name === name);
  if (found === undefined) throw new RangeError(`the results have no system '${name}'`);
  return found;
}
