// What came of the cells of a sweep, all together.

import type { Effect } from './effects.ts';
import type { Choice } from './pareto.ts';
import type { Row } from './row.ts';
import type { FinishedCell } from './table.ts';

export interface Outcomes {
  readonly finished: readonly FinishedCell[];
  readonly rows: readonly Row[];
  readonly effects: readonly Effect[];
  readonly choices: readonly Choice[];
}
