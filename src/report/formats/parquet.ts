/** Parquet: a file a table. Integers are INT64, other numbers DOUBLE. */
import { TEXT, expectShape } from '../../check/index.ts';
import { KIB } from '../../abi/unit.ts';
import {
  type BasicType,
  ByteWriter,
  type ColumnSource,
  ParquetWriter,
  parquetWriteBuffer,
  schemaFromColumnData,
} from 'hyparquet-writer';
import { checked } from '../expect-report.ts';
import type { Format, OutputFile, Report } from '../format.ts';
import { recordPieces } from '../records.ts';
import type { Results } from '../results.ts';
import { type Column, type FlatTable, expectTable } from '../column.ts';
import { tablesOf } from '../tables.ts';

const TYPES: Readonly<Record<Column['kind'], BasicType>> = {
  text: 'STRING',
  whole: 'INT64',
  real: 'DOUBLE',
};

function source({ name, kind, cells }: Column): ColumnSource {
  const data = kind === 'whole' ? Array.from(cells, BigInt) : (cells as ColumnSource['data']);
  return { name, data, type: TYPES[kind], nullable: false };
}

const CREATED_BY = 'guestmem';

/** What is in each file of a run: what was played, with what, and what of the trace is not as it was found. Text as it is, else JSON. */
function metadata({ schema, seed, trace, configuration, made }: Results): Words {
  const { name, isDrawn, repairs } = trace;
  const { command, versions } = made ?? {};
  const words = { schema, seed, trace: name, isDrawn, repairs, configuration, command, versions };
  return Object.entries(words).flatMap(([key, said]) => {
    const value = typeof said === 'string' ? said : JSON.stringify(said);
    return value === undefined ? [] : [{ key: `guestmem.${key}`, value }];
  });
}

type Words = { key: string; value: string }[];

/** A table with words of its own in the file's key-value metadata. */
export function parquetWith(
  table: FlatTable,
  kvMetadata: readonly { readonly key: string; readonly value: string }[],
): Uint8Array {
  const columnData = expectTable(table).columns.map(source);
  expectShape('kvMetadata', kvMetadata, [{ key: TEXT, value: TEXT }]);
  return new Uint8Array(
    parquetWriteBuffer({ columnData, createdBy: CREATED_BY, kvMetadata: [...kvMetadata] }),
  );
}

/** What was played, and with what, is in the file's key-value metadata (docs/results.md). */
export function parquetOf(table: FlatTable, results: Results): Uint8Array {
  return parquetWith(table, metadata(results));
}

/** What a writer of bytes has by now; it goes on behind it. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

/** A table in pieces, a row group each. */
function* pieceByPiece(
  pieces: Iterable<readonly Column[]>,
  results: Results,
): Generator<Uint8Array> {
  const writer = new ByteWriter();
  let parquet: ParquetWriter | undefined;
  for (const columns of pieces) {
    const typed = columns.map(source);
    const schema = schemaFromColumnData({ columnData: typed });
    const kvMetadata = metadata(results);
    parquet ??= new ParquetWriter({ writer, schema, createdBy: CREATED_BY, kvMetadata });
    const columnData = typed.map(({ name, data }) => ({ name, data }));
    void parquet.write({ columnData, rowGroupSize: columns[0]?.cells.length ?? 1 });
    yield taken(writer);
  }
  void parquet?.finish();
  yield taken(writer);
}

function recordsFile({ records, results }: Report): OutputFile[] {
  if (records === undefined) return [];
  const content = pieceByPiece(recordPieces(records, results.systems), results);
  return [{ name: 'records.parquet', content }];
}

export const PARQUET_FORMAT: Format = checked({
  name: 'parquet',
  sentence: 'The same tables as csv, typed, with schema version, seed and trace in each file.',
  files: [
    'results.parquet',
    'functions.parquet',
    'series.parquet',
    'starts.parquet',
    'records.parquet',
  ].map((name) => ({
    name,
    mark: /^PAR1[^]*guestmem/,
    usualBytes: 8 * KIB,
  })),
  render: (report) => ({
    files: [
      ...tablesOf(report).map((table) => ({
        name: `${table.name}.parquet`,
        content: parquetOf(table, report.results),
      })),
      ...recordsFile(report),
    ],
  }),
});
