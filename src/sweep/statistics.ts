// Student's distribution: how far a mean of few samples may lie from what it estimates.

/** Of the gamma function (Lanczos' sum of seven terms). */
const LANCZOS: readonly number[] = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** Of 0.5 or more. */
function logGamma(x: number): number {
  const z = x - 1;
  const sum = LANCZOS.reduce((all, c, at) => all + c / (z + at + 1), 0.9999999999998099);
  const t = z + LANCZOS.length - 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const TERMS_MOST = 300;
const PRECISION = 1e-14;

/** Keeps a divisor from being none. */
function away(value: number): number {
  return Math.abs(value) < Number.MIN_VALUE / PRECISION ? Number.MIN_VALUE / PRECISION : value;
}

/** The continued fraction of the incomplete beta function, by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= TERMS_MOST; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return fraction;
}

/** The regularised incomplete beta function. */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const log = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  const front = Math.exp(log);
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** How often chance alone gives a t that lies as far from 0, or farther. */
export function chanceOfT(t: number, freedom: number): number {
  if (!Number.isFinite(t)) return 0;
  return betaShare(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** The t that chance alone passes, on either side, so often. */
export function tOfChance(chance: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (chanceOfT(high, freedom) > chance) high *= 2;
  for (let step = 0; step < 200 && high - low > PRECISION * high; step += 1) {
    const middle = (low + high) / 2;
    if (chanceOfT(middle, freedom) > chance) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Values under several seeds. */
export interface Sample {
  /** Of all. */
  readonly mean: number;
  /** Of a sample; 0 of one alone. */
  readonly sd: number;
  /** How many. */
  readonly count: number;
}

export function sampleOf(values: readonly number[]): Sample {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: count < 2 ? 0 : Math.sqrt(squares / (count - 1)), count };
}

/** Under each seed the mean over all rows that have a value, then over seeds that have one; NaN: none has. */
export function overSeeds<Row extends { readonly seed: number }>(
  rows: readonly Row[],
  valueOf: (row: Row) => number,
): Sample {
  const seeds = new Map<number, number[]>();
  for (const row of rows) {
    const value = valueOf(row);
    if (Number.isNaN(value)) continue;
    const values = seeds.get(row.seed);
    if (values === undefined) seeds.set(row.seed, [value]);
    else values.push(value);
  }
  return sampleOf([...seeds.values()].map((values) => sampleOf(values).mean));
}

/** Holm's correction: what each chance is worth among so many questions. In the order of the chances. */
export function holm(chances: readonly number[]): number[] {
  const order = chances.map((_, at) => at).toSorted((a, b) => chances[a]! - chances[b]!);
  const worth: number[] = [];
  let most = 0;
  order.forEach((at, rank) => {
    most = Math.max(most, Math.min(1, (chances.length - rank) * chances[at]!));
    worth[at] = most;
  });
  return worth;
}
