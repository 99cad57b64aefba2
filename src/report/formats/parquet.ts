/** Parquet: a file a table. Integers are INT64, other numbers DOUBLE. */
import { KIB } from '../../abi/unit.ts';
import { type BasicType, type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { Format } from '../format.ts';
import type { Results } from '../results.ts';
import { type Column, type FlatTable, tablesOf } from '../tables.ts';

const TYPES: Readonly<Record<Column['kind'], BasicType>> = {
  text: 'STRING',
  whole: 'INT64',
  real: 'DOUBLE',
};

function source({ name, kind, cells }: Column): ColumnSource {
  const data = kind === 'whole' ? Array.from(cells, BigInt) : (cells as ColumnSource['data']);
  return { name, data, type: TYPES[kind], nullable: false };
}

/** Schema version, seed and trace name are in the file's key-value metadata. */
export function parquetOf({ columns }: FlatTable, { schema, seed, trace }: Results): Uint8Array {
  const kvMetadata = [
    { key: 'guestmem.schema', value: String(schema) },
    { key: 'guestmem.seed', value: String(seed) },
    { key: 'guestmem.trace', value: trace.name },
  ];
  const columnData = columns.map(source);
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'guestmem', kvMetadata }));
}

export const PARQUET_FORMAT: Format = {
  name: 'parquet',
  sentence: 'The same tables as csv, typed, with schema version, seed and trace in each file.',
  files: ['results.parquet', 'functions.parquet', 'series.parquet', 'starts.parquet'].map(
    (name) => ({
      name,
      mark: /^PAR1[^]*guestmem/,
      usualBytes: 8 * KIB,
    }),
  ),
  render: (report) => ({
    files: tablesOf(report).map((table) => ({
      name: `${table.name}.parquet`,
      content: parquetOf(table, report.results),
    })),
  }),
};
