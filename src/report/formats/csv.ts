/** CSV (RFC 4180, header first): a file a table. Numbers are written in full. */
import { KIB } from '../../abi/unit.ts';
import { escaped } from '../../check/index.ts';
import { checked } from '../expect-report.ts';
import type { Format, OutputFile, Report } from '../format.ts';
import { recordPieces } from '../records.ts';
import { type Cell, type Column, type FlatTable, expectTable } from '../column.ts';
import { tablesOf } from '../tables.ts';

/** Whoever prints the file prints names of functions: none controls a terminal. Lines stay lines. */
function shown(text: string): string {
  return text.split('\n').map(escaped).join('\n');
}

function field(cell: Cell): string {
  const text = typeof cell === 'string' ? shown(cell) : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function head(columns: readonly Column[]): string {
  return line(columns.map((column) => column.name));
}

function body(columns: readonly Column[]): string {
  const lines: string[] = [];
  for (let row = 0; row < (columns[0]?.cells.length ?? 0); row++) {
    lines.push(line(columns.map((column) => column.cells[row]!)));
  }
  return lines.join('');
}

/** The table as CSV (RFC 4180), header first, numbers in full. */
export function csvOf(table: FlatTable): string {
  const { columns } = expectTable(table);
  return head(columns) + body(columns);
}

/** A table in pieces, of which the first has the header. */
function* pieceByPiece(pieces: Iterable<readonly Column[]>): Generator<string> {
  let isFirst = true;
  for (const columns of pieces) {
    if (isFirst) yield head(columns);
    isFirst = false;
    yield body(columns);
  }
}

function recordsFile({ records, results }: Report): OutputFile[] {
  if (records === undefined) return [];
  const content = pieceByPiece(recordPieces(records, results.systems));
  return [{ name: 'records.csv', content }];
}

export const CSV_FORMAT: Format = checked({
  name: 'csv',
  sentence:
    'The run as tables, results.csv, functions.csv, series.csv and starts.csv: a row a system, a function, an instant, a cold start.',
  files: [
    { name: 'results.csv', mark: /^name,starts_cold,/, usualBytes: 4 * KIB },
    { name: 'functions.csv', mark: /^system,id,/, usualBytes: 64 * KIB },
    { name: 'series.csv', mark: /^system,tMs,/, usualBytes: 64 * KIB },
    { name: 'records.csv', mark: /^system,atMs,/, usualBytes: KIB },
    { name: 'starts.csv', mark: /^system,start,/, usualBytes: 32 * KIB },
  ],
  render: (report) => ({
    files: [
      ...tablesOf(report).map((table) => ({ name: `${table.name}.csv`, content: csvOf(table) })),
      ...recordsFile(report),
    ],
  }),
});
