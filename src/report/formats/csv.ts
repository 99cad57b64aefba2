/** CSV (RFC 4180, header first): one row a system, or one row an instant of a time series. Numbers are written in full. */
import type { TimeSeries } from './detail.ts';
import { type Cell, systemColumns } from './flat.ts';
import type { Results } from './results.ts';

function field(cell: Cell): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

export function resultsCsv(results: Results): string {
  const columns = systemColumns(results);
  const rows = results.systems.map((_, row) => line(columns.map((column) => column.cells[row]!)));
  return line(columns.map((column) => column.name)) + rows.join('');
}

/** `system, tMs`, then the series' columns. Throws when two series have different columns. */
export function timeSeriesCsv(series: readonly TimeSeries[]): string {
  const names = seriesColumns(series);
  const parts = [line(['system', 'tMs', ...names])];
  for (const { system, tMs, columns } of series) {
    tMs.forEach((t, row) => {
      parts.push(line([system, t, ...names.map((name) => columns[name]![row]!)]));
    });
  }
  return parts.join('');
}

/** The columns that all series have; they must be the same. */
export function seriesColumns(series: readonly TimeSeries[]): string[] {
  const names = Object.keys(series[0]?.columns ?? {});
  for (const { system, tMs, columns } of series) {
    const own = Object.keys(columns);
    if (own.length !== names.length || !own.every((name) => names.includes(name))) {
      throw new RangeError(
        `time series of ${system} has columns ${own.join(', ')}, not ${names.join(', ')}`,
      );
    }
    const short = own.find((name) => columns[name]!.length !== tMs.length);
    if (short !== undefined) {
      throw new RangeError(`time series of ${system}: column ${short} is not as long as tMs`);
    }
  }
  return names;
}
