import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileMetaData, parquetMetadata } from 'hyparquet';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readCallsParquet } from '../../../src/trace/calls-parquet.ts';
import * as library from '../../../src/trace/hyparquet.ts';
import { TraceError } from '../../../src/trace/index.ts';
import { expectSizes } from '../../../src/trace/parquet-pages.ts';
import { folderWith } from '../../support/folder.ts';

const COLUMNS: ColumnSource[] = [
  { name: 'function', data: ['f', 'g', 'f', 'f', 'g', 'f'], type: 'STRING' },
  { name: 'start_ms', data: [0, 1, 2, 3, 4, 5], type: 'DOUBLE' },
  { name: 'duration_ms', data: [1, 1, 1, 2, 2, 2], type: 'DOUBLE' },
  { name: 'memory_mib', data: [64, null, 64, null, null, 64], type: 'DOUBLE', nullable: true },
];
/** All places in a byte come, and one of each seven bits. */
const STEP = 7;

const NAMES = new Set(COLUMNS.map(({ name }) => name));

function written(codec: 'SNAPPY' | 'UNCOMPRESSED', rowGroupSize = 4): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData: COLUMNS, codec, rowGroupSize }));
}

function checked(bytes: Uint8Array, change: (metadata: FileMetaData) => void = () => {}): void {
  const buffer = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(buffer);
  change(metadata);
  expectSizes({ library, file: 'file', bytes: buffer, metadata }, NAMES);
}

describe('sizes in a Parquet file', () => {
  it.each(['SNAPPY', 'UNCOMPRESSED'] as const)('are taken as writers make them, %s', (codec) => {
    expect(() => checked(written(codec))).not.toThrow();
  });

  it('that are more rows than memory is made for are refused before it is made', () => {
    expect(() =>
      checked(written('SNAPPY'), (metadata) => {
        for (const group of metadata.row_groups) group.num_rows = 2n ** 40n;
      }),
    ).toThrow('file: expected row groups of at most 67108864 rows, found 1099511627776');
  });

  it('that do not fit each other are refused', () => {
    expect(() =>
      checked(written('SNAPPY'), (metadata) => {
        for (const group of metadata.row_groups) group.num_rows = 5n;
      }),
    ).toThrow(
      'file: expected a whole Parquet file that can be read, found sizes in it that cannot be',
    );
    expect(() =>
      checked(written('SNAPPY'), (metadata) => {
        for (const { meta_data: chunk } of metadata.row_groups[0]?.columns ?? []) {
          if (chunk !== undefined) chunk.total_compressed_size = 2n ** 50n;
        }
      }),
    ).toThrow(TraceError);
  });

  it('that hold several values a row, or no numbers, are no columns of calls', () => {
    expect(() =>
      checked(written('SNAPPY'), (metadata) => {
        for (const element of metadata.schema.slice(1)) element.repetition_type = 'REPEATED';
      }),
    ).toThrow('expected flat columns');
    expect(() =>
      checked(written('SNAPPY'), (metadata) => {
        for (const element of metadata.schema.slice(1)) element.type = 'BOOLEAN';
      }),
    ).toThrow('expected names and numbers');
  });

  it.each(['SNAPPY', 'UNCOMPRESSED'] as const)(
    'end the reading whichever bit of the pages is wrong, %s',
    async (codec) => {
      const good = written(codec, 6);
      const folder = folderWith({});
      const [first] = parquetMetadata(new Uint8Array(good).buffer).row_groups;
      const pages = Number(first?.total_byte_size ?? 0);
      expect(pages).toBeGreaterThan(100);
      let refused = 0;
      for (let bit = 4 * 8; bit < 8 * Math.min(pages, good.length); bit += STEP) {
        const bytes = good.slice();
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        const file = join(folder, 'calls.parquet');
        writeFileSync(file, bytes);
        const error: unknown = await readCallsParquet(file, { seed: 1 }).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error === undefined) continue;
        expect(error).toBeInstanceOf(TraceError);
        refused += 1;
      }
      expect(refused).toBeGreaterThan(20);
    },
  );
});
