/** A row a call in Parquet: the same columns, and the same map, as in `calls.ts`. Read a row group at a time. */
import { type CallFacts, CallTraceBuilder, beginOf } from './call-builder.ts';
import { OPTIONAL, OWN_CALLS, dateMs } from './calls.ts';
import type { ColumnMap, ColumnRole, ColumnUse } from './columns.ts';
import { fileFault, quoteText, TraceError } from './error.ts';
import { stemOf } from './files.ts';
import { parquetLibrary } from './parquet-library.ts';
import { type ParquetFile, expectSizes } from './parquet-pages.ts';
import { SYSTEM_FILES } from './system-files.ts';
import type { Trace, TraceOptions } from './trace.ts';

type Row = Readonly<Record<string, unknown>>;

interface Place {
  readonly file: string;
  readonly row: number;
}

/** Throws what the library says as one line of ours. */
async function asFault<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TraceError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw fileFault(file, 'a whole Parquet file that can be read', quoteText(said));
  }
}

/** The map without the optional columns that the file lacks. */
function boundMap(file: string, names: readonly string[], map: ColumnMap, isOwn: boolean): Uses {
  const uses = Object.entries(map) as [ColumnRole, ColumnUse][];
  return new Map(
    uses.filter(([role, { column }]) => {
      if (names.includes(column)) return true;
      if (isOwn && OPTIONAL.has(role)) return false;
      const found = quoteText(names.join(','));
      throw new TraceError({ file, expected: `a column ${quoteText(column)}`, found });
    }),
  );
}

type Uses = ReadonlyMap<ColumnRole, ColumnUse>;

function columnsOf(uses: Uses): Set<string> {
  return new Set([...uses.values()].map(({ column }) => column));
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'string' ? quoteText(value) : quoteText(String(value));
}

function wrong(place: Place, { column }: ColumnUse, expected: string, value: unknown): TraceError {
  return new TraceError({
    ...place,
    header: column,
    expected: `${column}: ${expected}`,
    found: shown(value),
  });
}

function textOf(place: Place, uses: Uses, role: ColumnRole, row: Row): string | undefined {
  const use = uses.get(role);
  if (use === undefined) return undefined;
  const value = row[use.column];
  const isName =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  const text = isName ? String(value) : '';
  if (text !== '') return text;
  if (OPTIONAL.has(role)) return undefined;
  throw wrong(place, use, 'a name', value);
}

/** In ms or MiB. A timestamp of Parquet is a date whatever the map says. */
function numberOf(place: Place, uses: Uses, role: ColumnRole, row: Row): number | undefined {
  const use = uses.get(role);
  if (use === undefined) return undefined;
  const value = row[use.column];
  if (value instanceof Date) return value.getTime();
  if (use.isDate) {
    const ms = typeof value === 'string' ? dateMs(value) : undefined;
    if (ms === undefined) throw wrong(place, use, 'a date', value);
    return ms;
  }
  if ((value === null || value === undefined) && OPTIONAL.has(role)) return undefined;
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const number = isNumber ? Number(value) : Number.NaN;
  if (!(number >= 0 && number < Infinity)) throw wrong(place, use, 'a number of 0 or more', value);
  return number * use.scale;
}

function callOf(place: Place, uses: Uses, row: Row): CallFacts {
  const name = textOf(place, uses, 'function', row) as string;
  const durationMs = numberOf(place, uses, 'duration', row) as number;
  const endMs = numberOf(place, uses, 'end', row);
  return {
    owner: textOf(place, uses, 'owner', row) ?? '',
    app: textOf(place, uses, 'app', row) ?? name,
    name,
    trigger: textOf(place, uses, 'trigger', row),
    startMs: numberOf(place, uses, 'time', row) ?? (endMs as number) - durationMs,
    durationMs,
    memoryMib: numberOf(place, uses, 'memory', row),
  };
}

/** Every call of the file, a row group in memory at a time. */
async function eachCall(
  { library, file, bytes, metadata }: ParquetFile,
  uses: Uses,
  onCall: (call: CallFacts, place: Place) => void,
  taken?: (share: number) => void,
): Promise<void> {
  const columns = [...columnsOf(uses)];
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const from = rowStart;
    const rowEnd = from + Number(group.num_rows);
    const read = { file: bytes, metadata, columns, rowStart: from, rowEnd };
    const rows = await asFault(file, async () => library.parquetReadObjects(read));
    for (const [index, row] of rows.entries()) {
      const place = { file, row: from + index + 1 };
      onCall(callOf(place, uses, row as Row), place);
    }
    rowStart = rowEnd;
    taken?.(rowEnd / Number(metadata.num_rows));
  }
}

export async function readCallsParquet(
  file: string,
  options: TraceOptions,
  map?: ColumnMap,
): Promise<Trace> {
  const builder = new CallTraceBuilder(options);
  const { files = SYSTEM_FILES } = options;
  const bytes = new Uint8Array(files.read(file)).buffer;
  const library = await parquetLibrary();
  const metadata = await asFault(file, () => library.parquetMetadata(bytes));
  const parquet = { library, file, bytes, metadata };
  const names = await asFault(file, () =>
    library.parquetSchema(metadata).children.map(({ element }) => element.name),
  );
  const uses = boundMap(file, names, map ?? OWN_CALLS.map, map === undefined);
  if (metadata.num_rows === 0n) throw fileFault(file, 'at least one call', 'no rows');
  await asFault(file, () => expectSizes(parquet, columnsOf(uses)));
  // columns that are named say dates, and the first pass looks for where they begin
  const passes = map === undefined ? 1 : 2;
  const pass = (at: number) => (share: number) => files.taken?.(file, (at + share) / passes);
  let earliestMs = Infinity;
  if (map !== undefined) {
    await eachCall(
      parquet,
      uses,
      ({ startMs }) => {
        earliestMs = Math.min(earliestMs, startMs);
      },
      pass(0),
    );
  }
  const beginMs = map === undefined ? 0 : beginOf(earliestMs);
  await eachCall(
    parquet,
    uses,
    (call, place) => {
      builder.add({ ...call, startMs: call.startMs - beginMs }, place);
    },
    pass(passes - 1),
  );
  return builder.finish(stemOf(file), 'calls');
}
