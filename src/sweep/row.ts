// What sweeps and runs are compared by: the figures of a system under a seed, and what was chosen for it.

import { type Figures, figuresOf } from '../replay/index.ts';
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

export function rowsOfCells(finished: readonly FinishedCell[]): Row[] {
  return finished.flatMap(({ cell: { labels, seed }, systems }) =>
    systems.map((one) => ({ labels, seed, system: one.name, figures: figuresOf(one) })),
  );
}

/** All that was chosen but one thing, as a key. */
export function contextOf({ labels, system }: Row, without: string): string {
  const all = Object.entries({ ...labels, [SYSTEM]: system });
  const others = all.filter(([path]) => path !== without);
  return JSON.stringify(others.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
