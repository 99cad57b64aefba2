// How far one set of results lies from another, and whether that is more than seeds make of it. What is compared is the logarithm of a
// figure, so that a difference is a ratio; over what else was chosen it is averaged under each seed, so that a seed is one sample.

import { type Sample, chanceOfT, sampleOf, tOfChance } from './statistics.ts';

/** Values of a figure: by seed, by what else was chosen. */
export type Side = ReadonlyMap<number, ReadonlyMap<string, number>>;

/** One side against another. */
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

function meanLog(values: ReadonlyMap<string, number>): number {
  return sampleOf([...values.values()].map(Math.log)).mean;
}

/** Welch's degrees of freedom: those of samples that may spread differently. */
function welch(a: Sample, b: Sample): { readonly error: number; readonly freedom: number } {
  const [va, vb] = [a.sd ** 2 / a.count, b.sd ** 2 / b.count];
  const whole = (va + vb) ** 2;
  const freedom = whole / (va ** 2 / (a.count - 1) + vb ** 2 / (b.count - 1));
  return { error: Math.sqrt(va + vb), freedom: Number.isFinite(freedom) ? freedom : 1 };
}

/** What of two sides is compared: the same contexts under each seed. */
export interface Compared {
  readonly sides: readonly [first: Side, second: Side];
  /** Both sides have the same seeds: differences are taken under each. */
  readonly isPaired: boolean;
  readonly contexts: number;
}

/** Seeds that both sides have, if differences can be taken under each. One alone says less than several that only one side has. */
function pairedSeeds(first: Side, second: Side): number[] {
  const common = [...first.keys()].filter((seed) => second.has(seed));
  return common.length === 1 && first.size > 1 && second.size > 1 ? [] : common;
}

/** undefined: they have nothing above 0 in common. */
export function comparedOf(first: Side, second: Side): Compared | undefined {
  const seeds = pairedSeeds(first, second);
  const isPaired = seeds.length > 0;
  const only = (side: Side): [number, ReadonlyMap<string, number>][] =>
    [...side].filter(([seed]) => !isPaired || seeds.includes(seed));
  const all = [only(first), only(second)] as const;
  const contexts = sharedContexts(all.map((side) => new Map(side)));
  if (contexts.length === 0 || all.some((side) => side.length === 0)) return undefined;
  const shared = (values: ReadonlyMap<string, number>): Map<string, number> =>
    new Map(contexts.map((context) => [context, values.get(context) as number]));
  const [a, b] = all.map(
    (side): Side => new Map(side.map(([seed, values]) => [seed, shared(values)])),
  ) as [Side, Side];
  return { sides: [a, b], isPaired, contexts: contexts.length };
}

/** Of a side: over what else was chosen, then over seeds. */
export function meansOf(side: Side): Sample {
  return sampleOf([...side.values()].map((values) => sampleOf([...values.values()]).mean));
}

/** The second side against the first. */
export function contrastIn({ sides: [a, b], isPaired, contexts }: Compared): Contrast {
  const [la, lb] = [a, b].map(
    (side) => new Map([...side].map(([seed, values]) => [seed, meanLog(values)])),
  ) as [Map<number, number>, Map<number, number>];
  const told = { seeds: [la.size, lb.size] as const, isPaired, contexts };
  const unknown = { interval: undefined, chance: undefined };
  if (isPaired) {
    const apart = sampleOf([...la].map(([seed, log]) => (lb.get(seed) as number) - log));
    const ratio = Math.exp(apart.mean);
    if (apart.count < 2) return { ratio, ...unknown, ...told };
    const error = apart.sd / Math.sqrt(apart.count);
    return { ratio, ...intervalOf(apart.mean, error, apart.count - 1), ...told };
  }
  const [sa, sb] = [sampleOf([...la.values()]), sampleOf([...lb.values()])];
  const apart = sb.mean - sa.mean;
  const ratio = Math.exp(apart);
  if (Math.min(sa.count, sb.count) < 2) return { ratio, ...unknown, ...told };
  const { error, freedom } = welch(sa, sb);
  return { ratio, ...intervalOf(apart, error, freedom), ...told };
}

/** The second side against the first; undefined: they have nothing above 0 in common. */
export function contrastOf(first: Side, second: Side): Contrast | undefined {
  const compared = comparedOf(first, second);
  return compared && contrastIn(compared);
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
