/**
 * Mean and quantiles of samples, exact.
 *
 * The definition is the nearest rank: the q-quantile of n samples is the ceil(q·n)-th smallest, so it is always a sample.
 */

import { expectNumber } from '../check/index.ts';

/** What results give of a distribution; all 0 for no samples. */
export type Summary = {
  count: number;
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
};

/** Index in ascending order of the q-quantile. */
function rankOf(q: number, count: number): number {
  expectNumber('q', q, 0, 1);
  return Math.max(0, Math.ceil(q * count - 1e-9) - 1);
}

/** Of samples in ascending order; 0 for none. */
export function quantileSorted(sorted: Float64Array, q: number): number {
  return sorted[rankOf(q, sorted.length)] ?? 0;
}

function meanOf(samples: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index++) sum += samples[index]!;
  return samples.length === 0 ? 0 : sum / samples.length;
}

/** Exact; the samples stay in their order. */
export function summarize(samples: Float64Array): Summary {
  const sorted = samples.toSorted();
  return {
    count: samples.length,
    mean: meanOf(samples),
    p50: quantileSorted(sorted, 0.5),
    p95: quantileSorted(sorted, 0.95),
    p99: quantileSorted(sorted, 0.99),
    max: sorted[sorted.length - 1] ?? 0,
  };
}
