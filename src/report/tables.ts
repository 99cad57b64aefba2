/**
 * A run as flat tables, which CSV and Parquet share: `results` has one row a system, `series` one an instant of a system's
 * footprint, `starts` one a cold start, `functions` one a function in a system. docs/results.md explains the columns.
 */
import { OBJECT, RefusedArgument, TEXT, expectObject, expectShape } from '../check/index.ts';
import type { Cell, Column, FlatTable } from './column.ts';
import type { StartRecords, TimeSeries } from './detail.ts';
import type { Report } from './format.ts';
import type { Results, SystemResult } from './results.ts';

/** The tables that a run has records for. */
export function tablesOf({ results, details }: Report): FlatTable[] {
  const { series = [], starts = [] } = details;
  return [
    systemsTable(results),
    functionsTable(results),
    ...(series.length > 0 ? [seriesTable(series)] : []),
    ...(starts.length > 0 ? [startsTable(starts)] : []),
  ];
}

/** Fields that hold integers by the schema. */
const WHOLE: ReadonlySet<string> = new Set([
  'starts_cold',
  'starts_warm',
  'starts_queued',
  'starts_refused',
  'shortage_evicted',
  'shortage_killedVms',
  'shortage_killedCalls',
  'shortage_undoneStarts',
  'shortage_unserved',
  'prewarms_started',
  'prewarms_used',
  'rests_parks',
  'rests_suspends',
  'rests_resumes',
  'reclaim_migratedPages',
  'pageOps',
  'containers_peak',
  'containers_started',
  'vms_peak',
  'vms_started',
  'id',
  'cold',
  'warm',
  'queued',
  'refused',
  'parks',
  'suspends',
  'resumes',
]);

/** Groups of groups: `startupMs_steps_boot`. */
const DEPTH_MOST = 3;

function* leaves(value: object, path: readonly string[] = []): Generator<[string, Cell]> {
  for (const [key, child] of Object.entries(value) as [string, Cell | object][]) {
    const at = [...path, key];
    const name = at.join('_');
    if (typeof child === 'string' || typeof child === 'number') yield [name, child];
    else yield* leaves(expectGroup(name, child, at.length), at);
  }
}

function expectGroup(name: string, value: object, depth: number): object {
  if (depth < DEPTH_MOST) return expectObject(name, value);
  throw new RefusedArgument(name, 'a number', value);
}

function kindOf(name: string, cell: Cell): Column['kind'] {
  if (typeof cell === 'string') return 'text';
  return WHOLE.has(name) ? 'whole' : 'real';
}

/** Columns in the schema's order, names are paths joined by underscores. A start-up step that a system does not have is 0. */
export function systemsTable(results: Pick<Results, 'systems'>): FlatTable {
  expectShape('results', results, { systems: [{ name: TEXT, startupMs: { steps: OBJECT } }] });
  const columns = new Map<string, Column & { cells: Cell[] }>();
  const steps = new Set(results.systems.flatMap((system) => Object.keys(system.startupMs.steps)));
  results.systems.forEach((system) => {
    for (const [name, cell] of leaves(withAllSteps(system, steps))) {
      const column = columns.get(name) ?? { name, kind: kindOf(name, cell), cells: [] };
      column.cells.push(cell);
      columns.set(name, column);
    }
  });
  return { name: 'results', columns: [...columns.values()] };
}

/** What of a system is one figure each. */
function withAllSteps(system: SystemResult, names: ReadonlySet<string>): object {
  const steps = Object.fromEntries(
    [...names].map((name) => [name, system.startupMs.steps[name] ?? 0]),
  );
  const { overTime: _series, functions: _rows, ...row } = system;
  return { ...row, startupMs: { ...row.startupMs, steps } };
}

/** `system`, then the fields of a function's row. */
export function functionsTable({ systems }: Results): FlatTable {
  const rows = systems.flatMap(({ name, functions }) =>
    functions.map((one) => ({ system: name, ...one })),
  );
  const names = Object.keys(rows[0] ?? { system: '' }) as (keyof (typeof rows)[number])[];
  const columns = names.map((name): Column => {
    const cells = rows.map((row) => row[name]);
    return { name, kind: kindOf(name, cells[0] ?? ''), cells };
  });
  return { name: 'functions', columns };
}

/** `system, tMs`, then the series' columns in bytes, then what they count. */
export function seriesTable(series: readonly TimeSeries[]): FlatTable {
  const parts = series.map(({ system, tMs, columns, counts }) => ({
    system,
    index: tMs,
    columns: { ...columns, ...counts },
  }));
  return { name: 'series', columns: stacked('time series', { name: 'tMs', kind: 'real' }, parts) };
}

/** `system, start`, then the starts' columns; `start` counts a system's cold starts from 0 in order of arrival. */
export function startsTable(starts: readonly StartRecords[]): FlatTable {
  const parts = starts.map(({ system, columns }) => {
    const length = Object.values(columns)[0]?.length ?? 0;
    return { system, index: Float64Array.from({ length }, (_, index) => index), columns };
  });
  return { name: 'starts', columns: stacked('starts', { name: 'start', kind: 'whole' }, parts) };
}

/** A system's rows: `index` tells them apart. */
type Part = {
  readonly system: string;
  readonly index: Float64Array;
  readonly columns: Readonly<Record<string, Float64Array>>;
};

/** The systems' rows below each other. Throws when two systems have different columns. */
function stacked(
  what: string,
  index: { readonly name: string; readonly kind: Column['kind'] },
  parts: readonly Part[],
): Column[] {
  const names = Object.keys(parts[0]?.columns ?? {});
  for (const part of parts) checkPart(what, index.name, names, part);
  return [
    {
      name: 'system',
      kind: 'text',
      cells: parts.flatMap((part) => Array<string>(part.index.length).fill(part.system)),
    },
    { ...index, cells: joined(parts.map((part) => part.index)) },
    ...names.map((name): Column => ({
      name,
      kind: 'real',
      cells: joined(parts.map(({ columns }) => columns[name]!)),
    })),
  ];
}

function checkPart(what: string, indexName: string, names: readonly string[], part: Part): void {
  const { system, index, columns } = part;
  const own = Object.keys(columns);
  if (own.length !== names.length || !own.every((name) => names.includes(name))) {
    throw new RefusedArgument(`${what} of ${system}`, names.join(', '), own.join(', '));
  }
  const short = own.find((name) => columns[name]!.length !== index.length);
  if (short !== undefined) {
    const expected = `a column as long as ${indexName} (${index.length})`;
    throw new RefusedArgument(`${what} of ${system}: ${short}`, expected, columns[short]!.length);
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
