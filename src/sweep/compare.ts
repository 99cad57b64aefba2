// What is different between two sets of results, and whether that is more than seeds make of it.

import { RefusedArgument } from '../check/index.ts';
import { FIGURES } from '../replay/index.ts';
import type { SensitiveFigure } from '../report/index.ts';
import { type Contrast, comparedOf, contrastIn, meansOf, sideOf } from './contrast.ts';
import { type Row, SYSTEMS_PATH, contextOf } from './row.ts';
import { type Sample, holm } from './statistics.ts';

/** One figure of one system on both sides. */
export interface Difference {
  /** In which. */
  readonly system: string;
  /** Which. */
  readonly figure: SensitiveFigure;
  /** Of what is compared: over what else was chosen, then over seeds. */
  readonly first: Sample;
  /** The same of the second side. */
  readonly second: Sample;
  /** The second side against the first. */
  readonly contrast: Contrast;
  /** How often chance alone gives such a difference among so many; undefined: one seed. */
  readonly chance: number | undefined;
  /** It is more than seeds make of it. */
  readonly isBeyond: boolean;
}

/** A difference that chance alone would give more often is none. */
const CHANCE = 0.05;

function labelsOf(rows: readonly Row[], path: string): Set<string | undefined> {
  return new Set(rows.map(({ labels }) => labels[path]));
}

/**
 * Paths that both sides have, and by which cells find each other. Throws RefusedArgument for one that only one side varies, or for
 * which only one side was chosen: a mean over it would be compared with a value of it.
 */
function sharedPaths(
  sides: readonly [readonly Row[], readonly Row[]],
  apart: readonly string[],
): string[] {
  const paths = new Set(sides.flat().flatMap(({ labels }) => Object.keys(labels)));
  return [...paths].filter((path) => {
    if (path === SYSTEMS_PATH) return false; // each row says its own
    const [a, b] = sides.map((rows) => labelsOf(rows, path)) as [Set<string>, Set<string>];
    const common = [...a].filter((label) => b.has(label));
    if (common.length > 0 && !apart.includes(path)) return true;
    if (a.size === 1 && b.size === 1) return false;
    const expected = 'values that both sides have, or one chosen for each (--a, --b)';
    throw new RefusedArgument(path, expected, [...(a.size > 1 ? a : b)].join(', '));
  });
}

/**
 * System by system, those that both sides have; `apart`: paths that are chosen differently on purpose. `onCompared` hears how many
 * figures are compared, of how many.
 */
export function differencesOf(
  first: readonly Row[],
  second: readonly Row[],
  apart: readonly string[],
  onCompared?: (done: number, total: number) => void,
): Difference[] {
  const paths = sharedPaths([first, second], apart);
  const systems = [...new Set(first.map(({ system }) => system))];
  let done = 0;
  const found = systems.flatMap((system) => {
    const [a, b] = [first, second].map((rows) => rows.filter((row) => row.system === system)) as [
      Row[],
      Row[],
    ];
    return FIGURES.flatMap((figure) => {
      const side = (rows: readonly Row[]): ReturnType<typeof sideOf> =>
        sideOf(
          rows,
          (row) => contextOf(row, paths),
          ({ figures }) => figures[figure],
        );
      const compared = comparedOf(side(a), side(b));
      onCompared?.((done += 1), systems.length * FIGURES.length);
      if (compared === undefined) return [];
      const [mean, other] = compared.sides.map(meansOf) as [Sample, Sample];
      return [{ system, figure, first: mean, second: other, contrast: contrastIn(compared) }];
    });
  });
  const known = found.flatMap(({ contrast }) => contrast.chance ?? []);
  const worth = holm(known)[Symbol.iterator]();
  return found.map((one) => {
    const chance = one.contrast.chance === undefined ? undefined : worth.next().value;
    return { ...one, chance, isBeyond: chance !== undefined && chance <= CHANCE };
  });
}
