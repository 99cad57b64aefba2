import { expect, it } from 'vitest';
import { parquetLibrary } from '../../../src/trace/parquet-library.ts';

it('the library that reads Parquet comes when it is asked for', async () => {
  const { parquetMetadata, parquetReadObjects, parquetSchema } = await parquetLibrary();
  expect([parquetMetadata, parquetReadObjects, parquetSchema].map((made) => typeof made)).toEqual([
    'function',
    'function',
    'function',
  ]);
});
