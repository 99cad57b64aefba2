// A sweep's one table: a row a system of a cell under a seed.

import { type Column, type FlatTable, type SystemResult, systemsTable } from '../report/index.ts';
import type { Cell } from './cells.ts';

/** A cell whose job has been played. */
export interface FinishedCell {
  /** Which. */
  readonly cell: Cell;
  /** What came of each system. */
  readonly systems: readonly SystemResult[];
}

/** Under which a file's metadata has the paths that the sweep varies, as JSON. */
export const FACTORS_WORD = 'guestmem.factors';

/** A path as a column: SQL needs no quotes for it. */
export function columnOf(path: string): string {
  return path.replaceAll(/[^\w]/g, '_');
}

/** A column of words for values; numbers stay numbers. */
export function labelled(name: string, cells: readonly string[]): Column {
  const numbers = cells.map(Number);
  const isReal = cells.every((cell, at) => cell !== '' && Number.isFinite(numbers[at]));
  return isReal ? { name, kind: 'real', cells: numbers } : { name, kind: 'text', cells };
}

/** `job`, `seed`, a column a factor, `system`, then what `results` has of each system. */
export function sweepTable(
  factors: readonly string[],
  finished: readonly FinishedCell[],
): FlatTable {
  const rows = finished.flatMap(({ cell, systems }) => systems.map(() => cell));
  const all = finished.flatMap(({ systems }) => systems);
  const [name, ...figures] = systemsTable({ systems: all }).columns;
  const columns: Column[] = [
    { name: 'job', kind: 'text', cells: rows.map(({ job }) => job.name) },
    { name: 'seed', kind: 'whole', cells: rows.map(({ seed }) => seed) },
    ...factors.map((path) =>
      labelled(
        columnOf(path),
        rows.map(({ labels }) => labels[path] as string),
      ),
    ),
    { ...(name as Column), name: 'system' },
    ...figures,
  ];
  return { name: 'sweep', columns };
}
