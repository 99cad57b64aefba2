// What sweeps and runs are compared by: the figures of a system under a seed, and what was chosen for it.

import { FIGURES, type Figures, figuresOf } from '../replay/index.ts';
import type { Results, SensitiveFigure, SystemResult } from '../report/index.ts';
import type { FinishedCell } from './table.ts';

/** Figures of a system in a cell. */
export interface Row {
  /** By path; none of a run. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the cell. */
  readonly seed: number;
  /** Which. */
  readonly system: string;
  /** Means over starts and calls are NaN where there were none. */
  readonly figures: Figures;
  /** Calls that nobody served; undefined: not known. */
  readonly refused?: number | undefined;
}

/** What stands for the system where it is one factor of several. */
export const SYSTEM = 'system';

/** The path that chooses systems: what it does is what the systems do, which are told apart row by row. */
export const SYSTEMS_PATH = 'systems';

/** Figures as results have them, without means over nothing. */
export function figuresOfSome(figures: Figures, calls: number): Figures {
  const { startupMs, sandboxMs, slowdown } = figures;
  return {
    ...figures,
    startupMs: startupMs || Number.NaN,
    sandboxMs: sandboxMs || Number.NaN,
    slowdown: calls > 0 ? slowdown : Number.NaN,
  };
}

function rowOfSystem(labels: Row['labels'], seed: number, system: SystemResult): Row {
  const { cold, warm, queued, refused } = system.starts;
  const figures = figuresOfSome(figuresOf(system), cold + warm + queued);
  return { labels, seed, system: system.name, figures, refused };
}

export function rowsOfCells(finished: readonly FinishedCell[]): Row[] {
  return finished.flatMap(({ cell: { labels, seed }, systems }) =>
    systems.map((one) => rowOfSystem(labels, seed, one)),
  );
}

/** Of a run: under each of its seeds. */
export function rowsOfResults({ seed, systems, seeds }: Results): Row[] {
  if (seeds === undefined) {
    return systems.map((one) => rowOfSystem({}, seed, one));
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
