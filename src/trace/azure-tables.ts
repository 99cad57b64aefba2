/**
 * The three tables of the Azure Functions 2019 data set, in the official and in every vHive/invitro
 * spelling, read by header name: counts per minute, duration percentiles, memory percentiles.
 * Knows rows, not where files lie.
 */
import type { TraceSource } from './source.ts';
import {
  type CsvHeader,
  type CsvRow,
  cellFault,
  countAt,
  numberAt,
  readCsv,
  textAt,
} from './csv.ts';
import type { MinuteCounts } from './counts.ts';
import { summarizeRow, typicalDurations } from './distribution.ts';
import { TraceError } from './error.ts';
import type { QuirkLog } from './quirks.ts';
import {
  type DurationSummary,
  MINIMUM_DURATION_MS,
  type QuirkPlace,
  functionKey,
} from './trace.ts';

/** Two weeks: the whole data set. Bounds what a label like 4000000000 can ask for. */
const MAXIMUM_MINUTES = 20_160;

export const PERCENTILE_HEADERS: readonly string[] = ['0', '1', '25', '50', '75', '99', '100'].map(
  (share) => `percentile_Average_${share}`,
);

export interface CountedFunction {
  readonly owner: string;
  readonly app: string;
  readonly name: string;
  trigger: string | undefined;
  /** Its first row. */
  readonly place: QuirkPlace;
}

/** The functions of all count tables read so far, by key, in order of first appearance. */
export class FunctionTable {
  readonly list: CountedFunction[] = [];
  readonly quirks: QuirkLog;
  private readonly ids = new Map<string, number>();

  constructor(quirks: QuirkLog) {
    this.quirks = quirks;
  }

  /** Id of the function; a new one if not seen. A later, more telling trigger than "others" wins. */
  intern(fn: CountedFunction): number {
    const key = functionKey(fn.owner, fn.app, fn.name);
    const known = this.ids.get(key);
    if (known === undefined) {
      this.ids.set(key, this.list.length);
      return this.list.push(fn) - 1;
    }
    const first = this.list[known] as CountedFunction;
    if (first.trigger === undefined || first.trigger === 'others') first.trigger = fn.trigger;
    return known;
  }
}

interface MinuteColumn {
  readonly index: number;
  readonly minute: number;
}

function minuteLabel(name: string): number | undefined {
  const match = /^(?:minute_)?(\d+)$/.exec(name) ?? /^(\d+)_minute$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** The minute columns, numbered from 0 by label; labels must follow one another without a gap. */
function minuteColumns(header: CsvHeader): MinuteColumn[] {
  const labelled = header.names
    .map((name, index) => ({ index, label: minuteLabel(name) }))
    .filter((column): column is { index: number; label: number } => column.label !== undefined)
    .toSorted((a, b) => a.label - b.label);
  const place = { file: header.file, line: 1 };
  if (labelled.length === 0) {
    const expected = 'minute columns such as "1" or "minute_1"';
    throw new TraceError({ ...place, expected, found: `${header.names.length} others only` });
  }
  if (labelled.length > MAXIMUM_MINUTES) {
    const expected = `at most ${MAXIMUM_MINUTES} minute columns`;
    throw new TraceError({ ...place, expected, found: `${labelled.length}` });
  }
  const firstLabel = (labelled[0] as { label: number }).label;
  return labelled.map(({ index, label }, minute) => {
    if (label !== firstLabel + minute) {
      const expected = `minute ${firstLabel + minute} to follow the one before`;
      const found = `minute ${label}`;
      const column = index + 1;
      throw new TraceError({ ...place, column, header: header.names[index], expected, found });
    }
    return { index, minute };
  });
}

/** Reads one table of counts into `counts`, minutes shifted by `offset`; returns its minute count. */
export function readCountTable(
  file: string,
  table: FunctionTable,
  counts: MinuteCounts,
  offset: number,
  limit: number,
  files?: TraceSource,
): number {
  let columns: MinuteColumn[] | undefined;
  let rows = 0;
  const seen = new Set<number>();
  readCsv(file, files, (row) => {
    const { header } = row;
    columns ??= minuteColumns(header);
    const trigger = header.find('Trigger');
    const id = table.intern({
      owner: textAt(row, header.require('HashOwner')),
      app: textAt(row, header.require('HashApp')),
      name: textAt(row, header.require('HashFunction')),
      trigger: trigger === undefined ? undefined : row.cells[trigger] || undefined,
      place: { file, line: row.line },
    });
    if (seen.has(id)) table.quirks.note('mergedRows', { file, line: row.line });
    seen.add(id);
    rows++;
    addCounts(row, columns, (minute, count, index) => {
      if (offset + minute >= limit) return;
      const place = { file, line: row.line, column: index + 1, header: header.names[index] };
      counts.add(id, offset + minute, count, place);
    });
  });
  if (columns === undefined || rows === 0) {
    throw new TraceError({
      file,
      line: 2,
      expected: 'at least one function',
      found: 'a header only',
    });
  }
  return columns.length;
}

/** Every count is checked, also those past a limit: a file is good or bad whatever is kept of it. */
function addCounts(
  row: CsvRow,
  columns: readonly MinuteColumn[],
  add: (minute: number, count: number, index: number) => void,
): void {
  for (const { index, minute } of columns) {
    const count = countAt(row, index);
    if (count > 0) add(minute, count, index);
  }
}

interface DurationRow {
  weight: number;
  averageMs: number | undefined;
  percentilesMs: (number | undefined)[];
  maximumMs: number | undefined;
  /** Of the first row. */
  place: QuirkPlace;
}

/** By function key; a function without usable figures is absent. */
export type DurationTable = ReadonlyMap<string, DurationSummary>;

const MILLISECONDS = 'a number of milliseconds';

/** Mean weighted by count; a missing side leaves the other as it is. */
function weighted(
  a: number | undefined,
  aWeight: number,
  b: number | undefined,
  bWeight: number,
): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const sum = aWeight + bWeight;
  return sum === 0 ? (a + b) / 2 : (a * aWeight + b * bWeight) / sum;
}

function mergeDurations(a: DurationRow, b: DurationRow): DurationRow {
  const maximumMs =
    a.maximumMs === undefined || b.maximumMs === undefined
      ? (a.maximumMs ?? b.maximumMs)
      : Math.max(a.maximumMs, b.maximumMs);
  return {
    weight: a.weight + b.weight,
    averageMs: weighted(a.averageMs, a.weight, b.averageMs, b.weight),
    percentilesMs: a.percentilesMs.map((point, index) =>
      weighted(point, a.weight, b.percentilesMs[index], b.weight),
    ),
    maximumMs,
    place: a.place,
  };
}

function readDurationRow(row: CsvRow): DurationRow {
  const { header } = row;
  const optional = (name: string): number | undefined => {
    const index = header.find(name);
    return index === undefined ? undefined : numberAt(row, index, MILLISECONDS);
  };
  return {
    weight: countAt(row, header.require('Count')),
    averageMs: numberAt(row, header.require('Average'), MILLISECONDS),
    percentilesMs: PERCENTILE_HEADERS.map((name) =>
      numberAt(row, header.require(name), MILLISECONDS),
    ),
    maximumMs: optional('Maximum'),
    place: { file: header.file, line: row.line },
  };
}

function summarize({
  averageMs,
  percentilesMs,
  maximumMs,
}: DurationRow): DurationSummary | undefined {
  const points = percentilesMs.filter((point) => point !== undefined);
  if (points.length === percentilesMs.length) return summarizeRow(averageMs, points, maximumMs);
  if (averageMs === undefined || averageMs <= 0) return undefined;
  return typicalDurations(averageMs, 'trace');
}

/** What `summarize` mends of a row. */
function noteMended(
  { averageMs, percentilesMs, maximumMs, place }: DurationRow,
  quirks: QuirkLog,
): void {
  const points = percentilesMs.filter((point) => point !== undefined);
  const isFilled = points.length < percentilesMs.length;
  const longest = Math.max(MINIMUM_DURATION_MS, maximumMs ?? Infinity);
  const figures = isFilled && averageMs !== undefined ? [averageMs] : points;
  if (figures.some((figure) => figure < MINIMUM_DURATION_MS)) quirks.note('durationsRaised', place);
  if (isFilled) return quirks.note('percentilesFilled', place);
  if (points.some((point) => point > longest)) quirks.note('percentilesLowered', place);
  const isDisordered = points.some((point, index) => point < (points[index - 1] ?? -Infinity));
  if (isDisordered) quirks.note('percentilesOrdered', place);
}

/** Folds one more file (day) of duration percentiles into rows by function key. */
export class DurationReader {
  private readonly rows = new Map<string, DurationRow>();
  private readonly quirks: QuirkLog;

  constructor(quirks: QuirkLog) {
    this.quirks = quirks;
  }

  read(file: string, files?: TraceSource): void {
    const seen = new Set<string>();
    readCsv(file, files, (row) => {
      const { header } = row;
      const key = functionKey(
        textAt(row, header.require('HashOwner')),
        textAt(row, header.require('HashApp')),
        textAt(row, header.require('HashFunction')),
      );
      const next = readDurationRow(row);
      if (next.averageMs !== undefined && next.averageMs < 0) {
        // Known fault of the data set (issue 23 there): the percentiles of such a row are good.
        this.quirks.note('negativeAverages', next.place);
        next.averageMs = undefined;
      }
      if (seen.has(key)) this.quirks.note('mergedRows', next.place);
      seen.add(key);
      const known = this.rows.get(key);
      this.rows.set(key, known === undefined ? next : mergeDurations(known, next));
    });
  }

  table(): DurationTable {
    const summaries = new Map<string, DurationSummary>();
    for (const [key, row] of this.rows) {
      const summary = summarize(row);
      if (summary === undefined) continue;
      summaries.set(key, summary);
      noteMended(row, this.quirks);
    }
    return summaries;
  }
}

interface MemoryRow {
  readonly mib: number;
  readonly weight: number;
}

const MAXIMUM_MEMORY_MB = 16_777_216;
const MEGABYTES = 'a number of megabytes from 0 to 16777216 (16 TiB)';

/**
 * Average allocated memory. The official table has one row an app, vHive's one row a function with
 * the app's memory already divided over its functions; the headers tell which.
 */
export class MemoryReader {
  private readonly quirks: QuirkLog;
  private readonly byFunction = new Map<string, MemoryRow>();
  private readonly byApp = new Map<string, MemoryRow>();

  constructor(quirks: QuirkLog) {
    this.quirks = quirks;
  }

  read(file: string, files?: TraceSource): void {
    const seen = new Set<string>();
    readCsv(file, files, (row) => {
      const { header } = row;
      const index = header.require('AverageAllocatedMb');
      const weight = countAt(row, header.require('SampleCount'));
      const owner = textAt(row, header.require('HashOwner'));
      const app = textAt(row, header.require('HashApp'));
      const mib = numberAt(row, index, MEGABYTES);
      if (mib === undefined) return;
      if (mib < 0 || mib > MAXIMUM_MEMORY_MB) throw cellFault(row, index, MEGABYTES);
      const nameIndex = header.find('HashFunction');
      const target = nameIndex === undefined ? this.byApp : this.byFunction;
      const key = functionKey(owner, app, nameIndex === undefined ? '' : textAt(row, nameIndex));
      if (seen.has(key)) this.quirks.note('mergedRows', { file, line: row.line });
      seen.add(key);
      merge(target, key, { mib, weight });
    });
  }

  /** Memory of one function of an app that has `functionsOfApp`; undefined if the tables lack it. */
  find(owner: string, app: string, name: string, functionsOfApp: number): number | undefined {
    const own = this.byFunction.get(functionKey(owner, app, name));
    if (own !== undefined) return own.mib;
    const whole = this.byApp.get(functionKey(owner, app, ''));
    return whole === undefined ? undefined : whole.mib / functionsOfApp;
  }
}

function merge(target: Map<string, MemoryRow>, key: string, next: MemoryRow): void {
  const known = target.get(key);
  if (known === undefined) {
    target.set(key, next);
    return;
  }
  const mib = weighted(known.mib, known.weight, next.mib, next.weight) as number;
  target.set(key, { mib, weight: known.weight + next.weight });
}
