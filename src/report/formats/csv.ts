/** CSV (RFC 4180, header first): a file a table. Numbers are written in full. */
import { KIB } from '../../abi/unit.ts';
import type { Format } from '../format.ts';
import { type Cell, type FlatTable, tablesOf } from '../tables.ts';

function field(cell: Cell): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

export function csvOf({ columns }: FlatTable): string {
  const rows = columns[0]?.cells.length ?? 0;
  const lines = [line(columns.map((column) => column.name))];
  for (let row = 0; row < rows; row++) {
    lines.push(line(columns.map((column) => column.cells[row]!)));
  }
  return lines.join('');
}

export const CSV_FORMAT: Format = {
  name: 'csv',
  sentence:
    'The run as tables, results.csv, functions.csv, series.csv and starts.csv: a row a system, a function, an instant, a cold start.',
  files: [
    { name: 'results.csv', mark: /^name,starts_cold,/, usualBytes: 4 * KIB },
    { name: 'functions.csv', mark: /^system,id,/, usualBytes: 64 * KIB },
    { name: 'series.csv', mark: /^system,tMs,/, usualBytes: 64 * KIB },
    { name: 'starts.csv', mark: /^system,start,/, usualBytes: 32 * KIB },
  ],
  render: (report) => ({
    files: tablesOf(report).map((table) => ({ name: `${table.name}.csv`, content: csvOf(table) })),
  }),
};
