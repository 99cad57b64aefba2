/**
 * The published distributions of Azure Functions and how a call's duration is drawn from a row of
 * percentiles. Source of the fits: Shahrad et al., "Serverless in the Wild", USENIX ATC 2020.
 */
import { MS_PER_MINUTE, MS_PER_S } from '../abi/unit.ts';
import { exponential, naturalLog, normalQuantile, power } from './numeric.ts';
import type { Random } from '../time/index.ts';
import {
  type DurationSummary,
  type FigureSource,
  MINIMUM_DURATION_MS,
  PERCENTILE_SHARES,
} from './trace.ts';

/** Lognormal of the functions' average duration in seconds (paper, section 3.4). */
const AVERAGE_SECONDS_LN_MEAN = -0.38;
const AVERAGE_SECONDS_SIGMA = 2.36;

/** Burr XII of the apps' average allocated memory in MB (paper, section 3.5). */
const MEMORY_BURR_C = 11.652;
const MEMORY_BURR_K = 0.221;
const MEMORY_BURR_LAMBDA = 107.083;

/**
 * The fits' right tails are heavier than the platform allowed: a consumption-plan app of that time
 * ended at 10 minutes and 1.5 GB. Draws from the fits (never a trace's own figures) are cut there.
 */
export const PUBLISHED_MAXIMUM_DURATION_MS: number = 10 * MS_PER_MINUTE;
export const PUBLISHED_MAXIMUM_MEMORY_MIB = 1536;

/**
 * Percentiles over average for a function of which only the average is known. Unpublished; the
 * body is the median ratio over the functions of a 250-function Azure sample with 100 calls and
 * 20 ms or more, the last two are lowered (4.6 and 11.6 there) until a draw has mean 1.
 */
const TYPICAL_SHAPE: readonly number[] = [0.19, 0.25, 0.46, 0.71, 1.02, 3.1, 9];

export function averageDurationMsAt(share: number): number {
  const deviate = normalQuantile(share);
  const ms = MS_PER_S * exponential(AVERAGE_SECONDS_LN_MEAN + AVERAGE_SECONDS_SIGMA * deviate);
  return clamp(ms, MINIMUM_DURATION_MS, PUBLISHED_MAXIMUM_DURATION_MS);
}

export function appMemoryMibAt(share: number): number {
  // Above this share the inverse is past the cap anyway and power() would leave its range.
  if (share > 1 - 1e-6) return PUBLISHED_MAXIMUM_MEMORY_MIB;
  const odds = exponential(-naturalLog(1 - share) / MEMORY_BURR_K) - 1;
  if (odds <= 0) return 1;
  const mib = MEMORY_BURR_LAMBDA * power(odds, 1 / MEMORY_BURR_C);
  return clamp(mib, 1, PUBLISHED_MAXIMUM_MEMORY_MIB);
}

/** Summary of a function of which the average alone is known. */
export function typicalDurations(averageMs: number, source: FigureSource): DurationSummary {
  const longest = Math.max(PUBLISHED_MAXIMUM_DURATION_MS, averageMs);
  const percentilesMs = TYPICAL_SHAPE.map((ratio) =>
    clamp(ratio * averageMs, MINIMUM_DURATION_MS, longest),
  );
  return { source, averageMs, percentilesMs, maximumMs: percentilesMs.at(-1) as number };
}

/** Summary of a function whose calls all take the same time, of 1 ms at least. */
export function evenDurations(ms: number): DurationSummary {
  const averageMs = Math.max(MINIMUM_DURATION_MS, ms);
  const percentilesMs = PERCENTILE_SHARES.map(() => averageMs);
  return { source: 'trace', averageMs, percentilesMs, maximumMs: averageMs };
}

/** Summary of calls seen one by one. Sorts `durationsMs`, which must not be empty. */
export function observedDurations(durationsMs: Float32Array): DurationSummary {
  durationsMs.sort();
  const last = durationsMs.length - 1;
  const percentilesMs = PERCENTILE_SHARES.map(
    (share) => durationsMs[Math.round(share * last)] as number,
  );
  let sum = 0;
  for (const duration of durationsMs) sum += duration;
  const maximumMs = durationsMs[last] as number;
  return { source: 'observed', averageMs: sum / (last + 1), percentilesMs, maximumMs };
}

/**
 * Makes a row of percentiles fit to draw from: clamped to [1 ms, Maximum] and never decreasing.
 * `maximumMs` undefined means that the row has none, and the last percentile stands in.
 */
export function summarizeRow(
  averageMs: number | undefined,
  percentilesMs: readonly number[],
  maximumMs: number | undefined,
): DurationSummary {
  const longest = Math.max(MINIMUM_DURATION_MS, maximumMs ?? Math.max(...percentilesMs));
  let floor = MINIMUM_DURATION_MS;
  const points = percentilesMs.map((point) => {
    floor = clamp(Math.max(point, floor), MINIMUM_DURATION_MS, longest);
    return floor;
  });
  const average = averageMs !== undefined && averageMs > 0 ? averageMs : meanOfPoints(points);
  return { source: 'trace', averageMs: average, percentilesMs: points, maximumMs: longest };
}

/** Mean of a draw: the area under the line through the points. */
function meanOfPoints(points: readonly number[]): number {
  let mean = 0;
  for (let index = 1; index < points.length; index++) {
    const width = (PERCENTILE_SHARES[index] as number) - (PERCENTILE_SHARES[index - 1] as number);
    mean += (width * ((points[index] as number) + (points[index - 1] as number))) / 2;
  }
  return mean;
}

/** Points of one function in a table of several. */
export const PERCENTILES: number = PERCENTILE_SHARES.length;

const SHARES = Float64Array.from(PERCENTILE_SHARES);

/**
 * One call's duration: the point at a uniform share on the line through the percentiles, which begin at `first` of the table.
 */
export function drawDurationMs(pointsMs: Float64Array, first: number, random: Random): number {
  const share = random.nextUnit();
  let upper = 1;
  while (share > (SHARES[upper] as number)) upper++;
  const from = SHARES[upper - 1] as number;
  const width = (SHARES[upper] as number) - from;
  const low = pointsMs[first + upper - 1] as number;
  return low + (((pointsMs[first + upper] as number) - low) * (share - from)) / width;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
