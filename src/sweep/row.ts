// What sweeps and runs are compared by: the figures of a system under a seed, and what was chosen for it.

import { FIGURES, type Figures, figuresOf } from '../replay/index.ts';
import type { Results, SensitiveFigure } from '../report/index.ts';
import type { FinishedCell } from './table.ts';

export interface Row {
  /** By path; none of a run. */
  readonly labels: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly system: string;
  readonly figures: Figures;
}

/** What stands for the system where it is one factor of several. */
export const SYSTEM = 'system';

/** The path that chooses systems: what it does is what the systems do, which are told apart row by row. */
export const SYSTEMS_PATH = 'systems';

export function rowsOfCells(finished: readonly FinishedCell[]): Row[] {
  return finished.flatMap(({ cell: { labels, seed }, systems }) =>
    systems.map((one) => ({ labels, seed, system: one.name, figures: figuresOf(one) })),
  );
}

/** Of a run: under each of its seeds. */
export function rowsOfResults({ seed, systems, seeds }: Results): Row[] {
  if (seeds === undefined) {
    return systems.map((one) => ({
      labels: {},
      seed,
      system: one.name,
      figures: figuresOf(one),
    }));
  }
  return seeds.systems.flatMap(({ name, figures }) =>
    seeds.seeds.map((one, at) => {
      const values = FIGURES.map((figure) => [figure, figures[figure].perSeed[at]]);
      const each = Object.fromEntries(values) as Record<SensitiveFigure, number>;
      return { labels: {}, seed: one, system: name, figures: each };
    }),
  );
}

/** What was chosen at some paths, as a key. */
export function contextOf({ labels }: Row, paths: readonly string[]): string {
  return JSON.stringify(paths.map((path) => labels[path]));
}
