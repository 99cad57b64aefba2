/**
 * A row a call: this project's own `calls.csv`, and anybody's file whose columns are named by a map (`columns.ts`). Azure 2021 is
 * such a file with a map of its own.
 */
import { expectPlace } from './options.ts';
import type { TraceSource } from './source.ts';
import { type CallFacts, CallTraceBuilder, beginOf } from './call-builder.ts';
import { type ColumnMap, type ColumnRole, type ColumnUse, parseColumns } from './columns.ts';
import { type CsvHeader, type CsvRow, cellFault, numberAt, readCsv, textAt } from './csv.ts';
import { TraceError } from './error.ts';
import { stemOf } from './files.ts';
import type { TraceFormat } from './format.ts';
import type { Trace, TraceOptions } from './trace.ts';

/** Names of the project's own columns; those that a file of calls must have come first. */
const REQUIRED = 'time=start_ms,function=function,duration=duration_ms';
const OWN = parseColumns(
  `${REQUIRED},memory=memory_mib,app=app,owner=owner,trigger=trigger`,
  'own columns',
);
const REQUIRED_COLUMNS = ['function', 'start_ms', 'duration_ms'];

/** Roles that a file of calls may lack, and a call. */
export const OPTIONAL: ReadonlySet<ColumnRole> = new Set(['memory', 'app', 'owner', 'trigger']);

/** Nanoseconds since 1970, for 300 years. */
const LARGEST_TIME = 1e19;

const EXPECTED: Readonly<Partial<Record<ColumnRole, string>>> = {
  time: 'a time (a number of 0 or more)',
  end: 'a time (a number of 0 or more)',
  duration: 'a duration (a number of 0 or more)',
  memory: 'memory (a number of 0 or more)',
};

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;
const DATE = 'a date such as 2026-01-31T23:59:59.250Z';

/** ISO 8601 in ms since 1970, UTC unless it says another zone; undefined: no such date. */
export function dateMs(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const iso = text.replace(' ', 'T');
  const ms = Date.parse(match[3] === undefined ? `${iso}Z` : iso);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A map's columns found in a header. */
class BoundColumns {
  readonly #indexes = new Map<ColumnRole, number>();
  readonly #map: ColumnMap;
  readonly #largestTime: number | undefined;

  /** `mayLack`: the map is the project's own, of which a file need not have all. */
  constructor(header: CsvHeader, map: ColumnMap, mayLack: boolean) {
    this.#map = map;
    this.#largestTime = mayLack ? undefined : LARGEST_TIME;
    for (const [role, { column }] of Object.entries(map) as [ColumnRole, ColumnUse][]) {
      const index = mayLack && OPTIONAL.has(role) ? header.find(column) : header.require(column);
      if (index !== undefined) this.#indexes.set(role, index);
    }
  }

  text(row: CsvRow, role: ColumnRole): string | undefined {
    const index = this.#indexes.get(role);
    return index === undefined ? undefined : row.cells[index] || undefined;
  }

  name(row: CsvRow, role: ColumnRole): string {
    return textAt(row, this.#indexes.get(role) as number);
  }

  /** In ms or MiB; undefined where the role has no column, or an optional one is empty. */
  number(row: CsvRow, role: ColumnRole): number | undefined {
    const index = this.#indexes.get(role);
    const use = this.#map[role];
    if (index === undefined || use === undefined) return undefined;
    if (use.isDate) {
      const ms = dateMs(row.cells[index] as string);
      if (ms === undefined) throw cellFault(row, index, DATE);
      return ms;
    }
    const what = EXPECTED[role] as string;
    const isTime = role === 'time' || role === 'end';
    const value = numberAt(row, index, what, isTime ? this.#largestTime : undefined);
    if (value === undefined && OPTIONAL.has(role)) return undefined;
    if (value === undefined || value < 0) throw cellFault(row, index, what);
    return value * use.scale;
  }

  call(row: CsvRow): CallFacts {
    const name = this.name(row, 'function');
    const durationMs = this.number(row, 'duration') as number;
    const startMs = this.number(row, 'time') ?? (this.number(row, 'end') as number) - durationMs;
    return {
      owner: this.text(row, 'owner') ?? '',
      app: this.text(row, 'app') ?? name,
      name,
      trigger: this.text(row, 'trigger'),
      startMs,
      durationMs,
      memoryMib: this.number(row, 'memory'),
    };
  }
}

export interface CallFile {
  readonly format: string;
  readonly map: ColumnMap;
  /** The map is somebody's: all its columns must be there, and times may be dates. */
  readonly isMapped: boolean;
}

function eachCall(
  file: string,
  files: TraceSource | undefined,
  { map, isMapped }: CallFile,
  onCall: (call: CallFacts, row: CsvRow) => void,
): void {
  let columns: BoundColumns | undefined;
  readCsv(file, files, (row) => {
    columns ??= new BoundColumns(row.header, map, !isMapped);
    onCall(columns.call(row), row);
  });
  if (columns === undefined) {
    throw new TraceError({ file, line: 2, expected: 'at least one call', found: 'a header only' });
  }
}

export function readCallFile(file: string, options: TraceOptions, kind: CallFile): Trace {
  const builder = new CallTraceBuilder(options);
  let earliestMs = Infinity;
  if (kind.isMapped) {
    eachCall(file, options.files, kind, ({ startMs }) => {
      earliestMs = Math.min(earliestMs, startMs);
    });
  }
  const beginMs = kind.isMapped ? beginOf(earliestMs) : 0;
  eachCall(file, options.files, kind, (call, { line }) => {
    builder.add({ ...call, startMs: call.startMs - beginMs }, { file, line });
  });
  return builder.finish(stemOf(file), kind.format);
}

export const OWN_CALLS: CallFile = { format: 'calls', map: OWN, isMapped: false };

/** The calls of a CSV file; `map` says which columns they are in, unless those are the project's own. */
export function readCalls(file: string, options: TraceOptions, map?: ColumnMap): Trace {
  expectPlace(file, options);
  const kind = map === undefined ? OWN_CALLS : { format: 'calls', map, isMapped: true };
  return readCallFile(file, options, kind);
}

export const CALLS: TraceFormat = {
  name: 'calls',
  sentence: 'A row a call, CSV or Parquet: own columns, or any with --columns; convert writes it.',
  noun: `a file of calls (${REQUIRED_COLUMNS.join(', ')})`,
  recognises: (candidate) => candidate.hasColumns(REQUIRED_COLUMNS),
  open: ({ path }, options) => readCalls(path, options),
};
