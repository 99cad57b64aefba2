import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { resultsParquet, timeSeriesParquet } from '../../../src/report/parquet.ts';
import { results, series, system } from './fixture.ts';

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

describe('parquet', () => {
  it('has one row a system; integers are integers', async () => {
    const third = system('third', 1 / 3);
    const file = bufferOf(resultsParquet(results(system('a'), third)));
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({
      name: 'third',
      starts_cold: 1234n,
      pageOps: 5_000_000n,
      startupMs_mean: third.startupMs.mean,
      footprintBy_guestOs: third.footprintBy.guestOs,
    });
  });

  it('carries version, seed and trace', () => {
    const metadata = parquetMetadata(bufferOf(resultsParquet(results())));
    const pairs = metadata.key_value_metadata?.map(({ key, value }) => `${key}=${value}`);
    expect(pairs).toEqual(['guestmem.schema=1', 'guestmem.seed=1', 'guestmem.trace=made']);
  });

  it('writes long time series below each other', async () => {
    const all = [series('a', 5000), series('b', 3)];
    const rows = await parquetReadObjects({ file: bufferOf(timeSeriesParquet(all)) });
    expect(rows).toHaveLength(5003);
    expect(rows[4999]).toEqual({
      system: 'a',
      tMs: 4999 * 60_000,
      guestOs: 50 * 2 ** 20,
      anonymous: (4999 % 3) * 100 * 2 ** 20,
    });
    expect(rows[5002]).toMatchObject({ system: 'b', tMs: 120_000 });
  });
});
