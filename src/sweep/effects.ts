// What each factor does: a value of it against the first one, everything else being equal.

import { FIGURES } from '../replay/index.ts';
import type { SensitiveFigure } from '../report/index.ts';
import { type Contrast, contrastOf, sideOf } from './contrast.ts';
import { type Row, SYSTEM, SYSTEMS_PATH, contextOf } from './row.ts';
import { overSeeds } from './statistics.ts';

/** One value of one factor, in one system. */
export interface Effect {
  /** A path, or `system`. */
  readonly factor: string;
  /** The value, in words. */
  readonly level: string;
  /** In which; `all` where the factor is the system. */
  readonly system: string;
  /** Which is told. */
  readonly figure: SensitiveFigure;
  /** Over what else was chosen, then over seeds; and how far seeds lie apart. */
  readonly mean: number;
  /** How far seeds lie apart. */
  readonly sd: number;
  /** How many there were. */
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

function* effectsIn(
  rows: readonly Row[],
  factor: string,
  system: string,
  others: readonly string[],
): Generator<Effect> {
  const levels = distinct(rows.map((row) => labelOf(row, factor)));
  const of = (level: string): Row[] => rows.filter((row) => labelOf(row, factor) === level);
  const context = (row: Row): string => contextOf(row, others);
  const first = of(levels[0] as string);
  for (const level of levels) {
    const own = of(level);
    for (const figure of FIGURES) {
      const side = (some: readonly Row[]): ReturnType<typeof sideOf> =>
        sideOf(some, context, ({ figures }) => figures[figure]);
      const against = level === levels[0] ? undefined : contrastOf(side(first), side(own));
      const { mean, sd, count: seeds } = overSeeds(own, ({ figures }) => figures[figure]);
      yield { factor, level, system, figure, mean, sd, seeds, against };
    }
  }
}

/** Of every factor that has more than one value, system by system; of the systems themselves last. */
export function effectsOf(rows: readonly Row[], factors: readonly string[]): Effect[] {
  const systems = distinct(rows.map(({ system }) => system));
  const paths = factors.filter((path) => path !== SYSTEMS_PATH);
  const varied = paths.filter((one) => distinct(rows.map((row) => labelOf(row, one))).length > 1);
  const effects = varied.flatMap((factor) => {
    const others = paths.filter((path) => path !== factor);
    return systems.flatMap((system) => {
      const own = rows.filter((row) => row.system === system);
      return [...effectsIn(own, factor, system, others)];
    });
  });
  return systems.length > 1 ? [...effects, ...effectsIn(rows, SYSTEM, 'all', paths)] : effects;
}
