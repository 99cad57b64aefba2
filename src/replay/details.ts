// What a replay keeps beside its results: footprints over time, distributions, and what prices decide.

import { FRAME_BYTES } from '../abi/unit.ts';
import { RefusedArgument } from '../check/index.ts';
import type {
  Cdf,
  Conclusion,
  Details,
  Results,
  StartRecords,
  TimeSeries,
} from '../report/index.ts';
import { CAUSES } from '../serverless/index.ts';
import { levelOf, resultsOf } from './results.ts';
import type { ReplayRun, SystemRun } from './run.ts';

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
  if (found === undefined) throw new RefusedArgument('results', `the system ${name}`, undefined);
  return found;
}

function seriesOf({ name, series }: SystemRun): TimeSeries {
  const columns = CAUSES.map((cause, index) => [
    cause,
    (series.frames[index] as Float64Array).map((frames) => frames * FRAME_BYTES),
  ]);
  const { tMs, counts } = series;
  return { system: name, tMs, columns: Object.fromEntries(columns), counts: { ...counts } };
}

function startsOf(system: SystemRun): StartRecords {
  const columns = {
    startupMs: levelOf(system, 'typical').startupMs,
    startupMs_low: levelOf(system, 'low').startupMs,
    startupMs_high: levelOf(system, 'high').startupMs,
  };
  return { system: system.name, columns };
}

/** What is too long for the results. */
export function detailsOf(run: ReplayRun): Details {
  const { priceLevel } = run;
  const started = run.systems.filter((system) => system.starts.cold > 0);
  return {
    series: run.systems.map(seriesOf),
    starts: run.systems.map(startsOf),
    startupCdfs: started.map((system) => cdfOf(system.name, levelOf(system, priceLevel).startupMs)),
    conclusions: conclusionsOf({
      low: resultsOf(run, 'low'),
      typical: resultsOf(run, 'typical'),
      high: resultsOf(run, 'high'),
    }),
  };
}
