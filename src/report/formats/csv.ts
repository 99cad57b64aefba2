/** CSV (RFC 4180, header first): a file a table. Numbers are written in full. */
import { KIB } from '../../abi/unit.ts';
import { escaped } from '../../check/index.ts';
import { aboutOf } from '../about.ts';
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

const DATATYPES: Readonly<Record<Column['kind'], string>> = {
  text: 'string',
  whole: 'integer',
  real: 'number',
};
const JSON_SPACE = 2;
const METADATA_MARK =
  /^\{\s*"@context": "http:\/\/www\.w3\.org\/ns\/csvw",\s*"dc:creator": "guestmem"/;

/** What made the tables, which have no place for it themselves: metadata as the W3C has them for tabular data (CSVW). */
function metadataFile({ results, records }: Report, tables: readonly FlatTable[]): OutputFile {
  const described = tables.map(({ name, columns }) => ({
    url: `${name}.csv`,
    tableSchema: {
      columns: columns.map((column) => ({ name: column.name, datatype: DATATYPES[column.kind] })),
    },
  }));
  const words = {
    '@context': 'http://www.w3.org/ns/csvw',
    'dc:creator': 'guestmem',
    notes: [aboutOf(results)],
    tables: records === undefined ? described : [...described, { url: 'records.csv' }],
  };
  return { name: 'csv-metadata.json', content: `${JSON.stringify(words, null, JSON_SPACE)}\n` };
}

export const CSV_FORMAT: Format = checked({
  name: 'csv',
  sentence:
    'The run as tables, results.csv, functions.csv, series.csv and starts.csv: a row a system, a function, an instant, a cold start; csv-metadata.json says what made them.',
  files: [
    { name: 'results.csv', mark: /^name,starts_cold,/, usualBytes: 4 * KIB },
    { name: 'functions.csv', mark: /^system,id,/, usualBytes: 64 * KIB },
    { name: 'series.csv', mark: /^system,tMs,/, usualBytes: 64 * KIB },
    { name: 'records.csv', mark: /^system,atMs,/, usualBytes: KIB },
    { name: 'starts.csv', mark: /^system,start,/, usualBytes: 32 * KIB },
    { name: 'csv-metadata.json', mark: METADATA_MARK, usualBytes: 8 * KIB },
  ],
  render: (report) => {
    const tables = tablesOf(report);
    const files = tables.map((table) => ({ name: `${table.name}.csv`, content: csvOf(table) }));
    return { files: [...files, ...recordsFile(report), metadataFile(report, tables)] };
  },
});
