// What came of the cells of a sweep, all together.

import type { Effect } from './effects.ts';
import type { Choice } from './pareto.ts';
import type { Row } from './row.ts';
import type { FinishedCell } from './table.ts';

/** What the cells of a sweep say together. */
export interface Outcomes {
  /** Cells that have results. */
  readonly finished: readonly FinishedCell[];
  /** A row a system of a cell. */
  readonly rows: readonly Row[];
  /** What each value of each factor does. */
  readonly effects: readonly Effect[];
  /** Every choice over its seeds, those on the front marked. */
  readonly choices: readonly Choice[];
}
