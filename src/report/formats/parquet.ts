/** Parquet: one row a system, or one row an instant of a time series. Integers are INT64, other numbers DOUBLE. */
import { type BasicType, type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { seriesColumns } from './csv.ts';
import type { TimeSeries } from './detail.ts';
import { type Column, systemColumns } from './flat.ts';
import type { Results } from './results.ts';

const TYPES: Readonly<Record<Column['kind'], BasicType>> = {
  text: 'STRING',
  whole: 'INT64',
  real: 'DOUBLE',
};

function source({ name, kind, cells }: Column): ColumnSource {
  const data = kind === 'whole' ? cells.map(BigInt) : cells;
  return { name, data, type: TYPES[kind], nullable: false };
}

function write(columnData: ColumnSource[], results?: Results): Uint8Array {
  const kvMetadata = results && [
    { key: 'guestmem.schema', value: String(results.schema) },
    { key: 'guestmem.seed', value: String(results.seed) },
    { key: 'guestmem.trace', value: results.trace.name },
  ];
  return new Uint8Array(
    parquetWriteBuffer({ columnData, createdBy: 'guestmem', ...(kvMetadata && { kvMetadata }) }),
  );
}

/** Schema version, seed and trace name are in the file's key-value metadata. */
export function resultsParquet(results: Results): Uint8Array {
  return write(systemColumns(results).map(source), results);
}

/** `system, tMs`, then the series' columns in bytes. */
export function timeSeriesParquet(series: readonly TimeSeries[]): Uint8Array {
  const names = seriesColumns(series);
  const systems = series.flatMap(({ system, tMs }) => Array<string>(tMs.length).fill(system));
  const real = (name: string, read: (one: TimeSeries) => Float64Array): ColumnSource => ({
    name,
    data: joined(series.map(read)),
    type: 'DOUBLE',
    nullable: false,
  });
  return write([
    { name: 'system', data: systems, type: 'STRING', nullable: false },
    real('tMs', ({ tMs }) => tMs),
    ...names.map((name) => real(name, ({ columns }) => columns[name]!)),
  ]);
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
