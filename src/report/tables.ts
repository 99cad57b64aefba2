/** Results as a flat table, one row a system: what CSV and Parquet share. Names are paths joined by underscores. */
import type { Results, SystemResult } from './results.ts';

export type Cell = string | number;

/** A column of equal kind; `whole` numbers are integers in every row. */
export type Column = { name: string; kind: 'text' | 'whole' | 'real'; cells: Cell[] };

/** Fields that hold integers by the schema. */
const WHOLE: ReadonlySet<string> = new Set([
  'starts_cold',
  'starts_warm',
  'reclaim_migratedPages',
  'pageOps',
]);

function* leaves(value: object, prefix: string): Generator<[string, Cell]> {
  for (const [key, child] of Object.entries(value)) {
    const name = prefix === '' ? key : `${prefix}_${key}`;
    if (typeof child === 'object' && child !== null) yield* leaves(child as object, name);
    else yield [name, child as Cell];
  }
}

function kindOf(name: string, cell: Cell): Column['kind'] {
  if (typeof cell === 'string') return 'text';
  return WHOLE.has(name) ? 'whole' : 'real';
}

/** Columns in the schema's order. A start-up step that a system does not have is 0 there. */
export function systemColumns(results: Results): Column[] {
  const columns = new Map<string, Column>();
  const steps = new Set(results.systems.flatMap((system) => Object.keys(system.startupMs.steps)));
  results.systems.forEach((system) => {
    for (const [name, cell] of leaves(withAllSteps(system, steps), '')) {
      const column = columns.get(name) ?? { name, kind: kindOf(name, cell), cells: [] };
      column.cells.push(cell);
      columns.set(name, column);
    }
  });
  return [...columns.values()];
}

function withAllSteps(system: SystemResult, names: ReadonlySet<string>): SystemResult {
  const steps = Object.fromEntries(
    [...names].map((name) => [name, system.startupMs.steps[name] ?? 0]),
  );
  return { ...system, startupMs: { ...system.startupMs, steps } };
}
