// What each factor does: a value of it against the first one, everything else being equal.

import { FIGURES } from '../replay/index.ts';
import type { SensitiveFigure } from '../report/index.ts';
import { type Contrast, contrastOf, sideOf } from './contrast.ts';
import { type Row, SYSTEM, contextOf } from './row.ts';
import { sampleOf } from './statistics.ts';

/** One value of one factor, in one system. */
export interface Effect {
  /** A path, or `system`. */
  readonly factor: string;
  readonly level: string;
  /** In which; `all` where the factor is the system. */
  readonly system: string;
  readonly figure: SensitiveFigure;
  /** Over what else was chosen, then over seeds; and how far seeds lie apart. */
  readonly mean: number;
  readonly sd: number;
  readonly seeds: number;
  /** Against the factor's first value; undefined of that itself, and where figures are 0. */
  readonly against: Contrast | undefined;
}

function labelOf(row: Row, factor: string): string {
  return factor === SYSTEM ? row.system : (row.labels[factor] as string);
}

/** In the order in which they come. */
function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

/** Under each seed the mean over all rows, then over seeds. */
function overSeeds(rows: readonly Row[], figure: SensitiveFigure): Pick<Effect, 'mean' | 'sd'> {
  const seeds = new Map<number, number[]>();
  for (const { seed, figures } of rows) {
    const values = seeds.get(seed);
    if (values === undefined) seeds.set(seed, [figures[figure]]);
    else values.push(figures[figure]);
  }
  const { mean, sd } = sampleOf([...seeds.values()].map((values) => sampleOf(values).mean));
  return { mean, sd };
}

function* effectsIn(rows: readonly Row[], factor: string, system: string): Generator<Effect> {
  const levels = distinct(rows.map((row) => labelOf(row, factor)));
  const of = (level: string): Row[] => rows.filter((row) => labelOf(row, factor) === level);
  const context = (row: Row): string => contextOf(row, factor);
  const first = of(levels[0] as string);
  for (const level of levels) {
    const own = of(level);
    for (const figure of FIGURES) {
      const side = (some: readonly Row[]): ReturnType<typeof sideOf> =>
        sideOf(some, context, ({ figures }) => figures[figure]);
      const against = level === levels[0] ? undefined : contrastOf(side(first), side(own));
      const seeds = new Set(own.map(({ seed }) => seed)).size;
      yield { factor, level, system, figure, ...overSeeds(own, figure), seeds, against };
    }
  }
}

/** Of every factor that has more than one value, system by system; of the systems themselves last. */
export function effectsOf(rows: readonly Row[], factors: readonly string[]): Effect[] {
  const systems = distinct(rows.map(({ system }) => system));
  const varied = factors.filter((one) => distinct(rows.map((row) => labelOf(row, one))).length > 1);
  const effects = varied.flatMap((factor) =>
    systems.flatMap((system) => [
      ...effectsIn(
        rows.filter((row) => row.system === system),
        factor,
        system,
      ),
    ]),
  );
  return systems.length > 1 ? [...effects, ...effectsIn(rows, SYSTEM, 'all')] : effects;
}
