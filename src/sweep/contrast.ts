// How far one set of results lies from another, and whether that is more than seeds make of it. What is compared is the logarithm of a
// figure, so that a difference is a ratio; over what else was chosen it is averaged under each seed, so that a seed is one sample.

import { type Sample, chanceOfT, sampleOf, tOfChance } from './statistics.ts';

/** Values of a figure: by seed, by what else was chosen. */
export type Side = ReadonlyMap<number, ReadonlyMap<string, number>>;

export interface Contrast {
  /** Geometric mean of the second side over that of the first. */
  readonly ratio: number;
  /** Of 95 %; undefined with fewer than two seeds: the spread is unknown. */
  readonly interval: readonly [low: number, high: number] | undefined;
  /** How often chance alone would give as much. */
  readonly chance: number | undefined;
  /** Seeds of each side. */
  readonly seeds: readonly [first: number, second: number];
  /** Both sides had the same seeds: differences are taken under each. */
  readonly isPaired: boolean;
  /** What else was chosen, in so many ways. */
  readonly contexts: number;
}

/** Outside of the interval lies one in twenty. */
const CHANCE = 0.05;

/** Of means that are apart by so much, give or take `error`. */
function intervalOf(
  mean: number,
  error: number,
  freedom: number,
): Pick<Contrast, 'interval' | 'chance'> {
  const reach = error * tOfChance(CHANCE, freedom);
  const chance = error === 0 ? Number(mean === 0) : chanceOfT(mean / error, freedom);
  return { interval: [Math.exp(mean - reach), Math.exp(mean + reach)], chance };
}

/** Contexts that have a figure above 0 under every seed of both sides. */
function sharedContexts(sides: readonly Side[]): string[] {
  const all = sides.flatMap((side) => [...side.values()]);
  return [...(all[0]?.keys() ?? [])].filter((context) =>
    all.every((values) => (values.get(context) ?? 0) > 0),
  );
}

function meanLog(values: ReadonlyMap<string, number>, contexts: readonly string[]): number {
  const logs = contexts.map((context) => Math.log(values.get(context) as number));
  return logs.reduce((sum, log) => sum + log, 0) / logs.length;
}

/** Welch's degrees of freedom: those of samples that may spread differently. */
function welch(a: Sample, b: Sample): { readonly error: number; readonly freedom: number } {
  const [va, vb] = [a.sd ** 2 / a.count, b.sd ** 2 / b.count];
  const whole = (va + vb) ** 2;
  const freedom = whole / (va ** 2 / (a.count - 1) + vb ** 2 / (b.count - 1));
  return { error: Math.sqrt(va + vb), freedom: Number.isFinite(freedom) ? freedom : 1 };
}

/** The second side against the first; undefined: they have nothing above 0 in common. */
export function contrastOf(first: Side, second: Side): Contrast | undefined {
  const common = [...first.keys()].filter((seed) => second.has(seed));
  const isPaired = common.length > 0;
  const only = (side: Side): Side =>
    isPaired ? new Map([...side].filter(([seed]) => common.includes(seed))) : side;
  const [a, b] = [only(first), only(second)];
  const contexts = sharedContexts([a, b]);
  if (contexts.length === 0 || a.size === 0 || b.size === 0) return undefined;
  const logs = (side: Side): Map<number, number> =>
    new Map([...side].map(([seed, values]) => [seed, meanLog(values, contexts)]));
  const [la, lb] = [logs(a), logs(b)];
  const told = { seeds: [la.size, lb.size] as const, isPaired, contexts: contexts.length };
  if (isPaired) {
    const apart = sampleOf(common.map((seed) => (lb.get(seed) ?? 0) - (la.get(seed) ?? 0)));
    const ratio = Math.exp(apart.mean);
    if (apart.count < 2) return { ratio, interval: undefined, chance: undefined, ...told };
    const error = apart.sd / Math.sqrt(apart.count);
    return { ratio, ...intervalOf(apart.mean, error, apart.count - 1), ...told };
  }
  const [sa, sb] = [sampleOf([...la.values()]), sampleOf([...lb.values()])];
  const apart = sb.mean - sa.mean;
  const ratio = Math.exp(apart);
  if (Math.min(sa.count, sb.count) < 2) {
    return { ratio, interval: undefined, chance: undefined, ...told };
  }
  const { error, freedom } = welch(sa, sb);
  return { ratio, ...intervalOf(apart, error, freedom), ...told };
}

/** Values of a figure by seed and by `contextOf`. */
export function sideOf<Row extends { readonly seed: number }>(
  rows: readonly Row[],
  contextOf: (row: Row) => string,
  valueOf: (row: Row) => number,
): Side {
  const side = new Map<number, Map<string, number>>();
  for (const row of rows) {
    const values = side.get(row.seed) ?? new Map<string, number>();
    side.set(row.seed, values.set(contextOf(row), valueOf(row)));
  }
  return side;
}
