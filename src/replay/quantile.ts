/**
 * Quantiles of samples: exact over a Float64Array, or within 0.4 % over a stream of any length.
 *
 * The definition is the nearest rank: the q-quantile of n samples is the ceil(q·n)-th smallest, so it is always a sample.
 */

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
  if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile is between 0 and 1, got ${q}`);
  return Math.max(0, Math.ceil(q * count - 1e-9) - 1);
}

/** Of samples in ascending order; 0 for none. */
export function quantileSorted(sorted: Float64Array, q: number): number {
  return sorted[rankOf(q, sorted.length)] ?? 0;
}

export function meanOf(samples: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index++) sum += samples[index]!;
  return samples.length === 0 ? 0 : sum / samples.length;
}

export function maxOf(samples: Float64Array): number {
  let max = samples[0] ?? 0;
  for (let index = 1; index < samples.length; index++) max = Math.max(max, samples[index]!);
  return max;
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

/*
 * A bucket is named by the upper bits of a double: 11 of exponent and SUB_BITS of mantissa, so each power of two has 128 equal
 * buckets and no logarithm is taken (results are the same on every machine).
 *
 *    63 62        52 51      45 44                              0
 *   +--+------------+----------+--------------------------------+
 *   | 0|  exponent  | 7 bits   |  dropped                       |
 *   +--+------------+----------+--------------------------------+
 *       \______ bucket name ___/
 */
const SUB_BITS = 7;
const EXPONENT_BIAS = 1023;
const EXPONENT_MIN = -30;
const EXPONENT_MAX = 50;
const BUCKET_BASE = (EXPONENT_MIN + EXPONENT_BIAS) << SUB_BITS;
const BUCKET_COUNT = (EXPONENT_MAX - EXPONENT_MIN) << SUB_BITS;

/** Largest relative error of a quantile: half a bucket at the low end of a power of two. */
export const RECORDER_ERROR: number = 1 / 2 ** (SUB_BITS + 1);

const bits = new DataView(new ArrayBuffer(8));

function bucketOf(value: number): number {
  bits.setFloat64(0, value);
  const bucket = (bits.getUint32(0) >>> (20 - SUB_BITS)) - BUCKET_BASE;
  return Math.min(Math.max(bucket, 0), BUCKET_COUNT - 1);
}

/** Smallest value of a bucket. */
function edgeOf(bucket: number): number {
  bits.setUint32(0, (bucket + BUCKET_BASE) << (20 - SUB_BITS));
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/**
 * Records non-negative values in a fixed 80 KiB. Count, mean and maximum are exact; quantiles are within `RECORDER_ERROR` for
 * values from 2^-30 to 2^50. Values below count as 0 in quantiles.
 */
export class QuantileRecorder {
  readonly #counts: Float64Array = new Float64Array(BUCKET_COUNT);
  #zeros = 0;
  #count = 0;
  #sum = 0;
  #max = 0;

  record(value: number): void {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`a recorded value is finite and not negative, got ${value}`);
    }
    if (value < 2 ** EXPONENT_MIN) this.#zeros++;
    else {
      const bucket = bucketOf(value);
      this.#counts[bucket] = this.#counts[bucket]! + 1;
    }
    this.#count++;
    this.#sum += value;
    this.#max = Math.max(this.#max, value);
  }

  /** Adds all that another recorder has seen. */
  merge(source: QuantileRecorder): void {
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
      this.#counts[bucket] = this.#counts[bucket]! + source.#counts[bucket]!;
    }
    this.#zeros += source.#zeros;
    this.#count += source.#count;
    this.#sum += source.#sum;
    this.#max = Math.max(this.#max, source.#max);
  }

  quantile(q: number): number {
    const rank = rankOf(q, this.#count);
    if (rank < this.#zeros) return 0;
    if (rank === this.#count - 1) return this.#max;
    let below = this.#zeros;
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
      below += this.#counts[bucket]!;
      if (below > rank) return Math.min((edgeOf(bucket) + edgeOf(bucket + 1)) / 2, this.#max);
    }
    return this.#max;
  }

  summary(): Summary {
    return {
      count: this.#count,
      mean: this.#count === 0 ? 0 : this.#sum / this.#count,
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      max: this.#max,
    };
  }
}
