// What a replay keeps beside its results: footprints over time, distributions, and what prices decide.

import { FRAME_BYTES } from '../abi/unit.ts';
import { PRICE_LEVELS, PUBLISHED, type Prices } from '../cost/index.ts';
import { encodeReel } from '../map/index.ts';
import type {
  Cdf,
  Details,
  Judged,
  LevelFigures,
  Results,
  StartRecords,
  TimeSeries,
} from '../report/index.ts';
import { CAUSES, SYSTEMS } from '../serverless/index.ts';
import { figuresOf } from './figures.ts';
import { levelOf, resultsOf } from './results.ts';
import { type PricedRun, type ReplayRun, type SystemRun, expectRun } from './run.ts';
import { sensitivityOf } from './sensitivity.ts';

/** Digits of a value in a distribution: more than a chart or its table shows. */
const DIGITS = 6;

function told(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** The distribution of samples, thinned to `pointsMax` evenly spaced ranks; the smallest and largest sample stay. */
export function cdfOf(system: string, samples: Float64Array, pointsMax = 250): Cdf {
  const sorted = samples.toSorted();
  const points = Math.min(sorted.length, pointsMax);
  const values = new Float64Array(points);
  const share = new Float64Array(points);
  for (let point = 0; point < points; point++) {
    const rank = points === 1 ? 0 : Math.round((point * (sorted.length - 1)) / (points - 1));
    values[point] = told(sorted[rank]!);
    share[point] = told((rank + 1) / sorted.length);
  }
  return { system, values, share };
}

/** Of all calls: those that were not disturbed are 1 each. */
function slowdownCdf(name: string, undisturbed: number, slowdowns: Float64Array): Cdf {
  const calls = undisturbed + slowdowns.length;
  const { values, share } = cdfOf(name, slowdowns);
  const shares = share.map((part) => told((undisturbed + part * slowdowns.length) / calls));
  if (undisturbed === 0) return { system: name, values, share: shares };
  return {
    system: name,
    values: Float64Array.of(1, ...values),
    share: Float64Array.of(told(undisturbed / calls), ...shares),
  };
}

function judgedOf(system: Results['systems'][number]): Record<Judged, number> {
  return { ...figuresOf(system), startupP99Ms: system.startupMs.p99 };
}

/** Each system's figures at the three columns of the price table. */
function levelsOf(run: ReplayRun): LevelFigures[] {
  const [low, typical, high] = PRICE_LEVELS.map((level) =>
    resultsOf(run, level).systems.map(judgedOf),
  ) as [Record<Judged, number>[], Record<Judged, number>[], Record<Judged, number>[]];
  return run.systems.map(({ name }, at): LevelFigures => {
    const names = Object.keys(typical[at]!) as Judged[];
    const figures = names.map((one) => [one, [low, typical, high].map((of) => of[at]![one])]);
    return { system: name, figures: Object.fromEntries(figures) as LevelFigures['figures'] };
  });
}

function seriesOf({ name, series }: SystemRun): TimeSeries {
  const columns = CAUSES.map((cause, index) => [
    cause,
    (series.frames[index] as Float64Array).map((frames) => Math.round(frames * FRAME_BYTES)),
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

/** One distribution a system that has samples of it, at the prices that the clock went by. */
function cdfsOf({ systems, priceLevel }: ReplayRun): Details['cdfs'] {
  const priced = systems.map((system) => [system, levelOf(system, priceLevel)] as const);
  const of = (read: (level: PricedRun) => Float64Array): Cdf[] =>
    priced.flatMap(([{ name }, level]) => {
      const samples = read(level);
      return samples.length === 0 ? [] : [cdfOf(name, samples)];
    });
  return {
    startupMs: of(({ startupMs }) => startupMs),
    sandboxMs: of(({ sandboxMs }) => sandboxMs),
    reclaimMs: of(({ reclaimMs }) => reclaimMs),
    slowdown: priced.flatMap(([{ name, undisturbedCalls }, { slowdowns }]) =>
      undisturbedCalls + slowdowns.length === 0
        ? []
        : [slowdownCdf(name, undisturbedCalls, slowdowns)],
    ),
  };
}

/** Of systems of the list; some have an argument behind their name. */
function sentencesOf(systems: ReplayRun['systems']): Record<string, string> {
  const known = systems.flatMap(({ name }) => {
    const [own] = name.split(':');
    return SYSTEMS.filter((one) => one.name === own).map(({ sentence }) => [name, sentence]);
  });
  return Object.fromEntries(known) as Record<string, string>;
}

/** What is too long for the results. */
export function detailsOf(run: ReplayRun, prices: Prices = PUBLISHED): Details {
  const { systems } = expectRun('run', run);
  const maps = systems.flatMap((one) => (one.maps === undefined ? [] : [encodeReel(one.maps)]));
  return {
    series: run.systems.map(seriesOf),
    starts: run.systems.map(startsOf),
    cdfs: cdfsOf(run),
    levels: levelsOf(run),
    sensitivity: sensitivityOf(run, prices),
    sentences: sentencesOf(run.systems),
    ...(maps.length > 0 && { maps }),
  };
}
