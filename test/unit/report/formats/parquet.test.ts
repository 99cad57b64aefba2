import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { PARQUET_FORMAT, parquetOf } from '../../../../src/report/formats/parquet.ts';
import { seriesTable, startsTable, systemsTable } from '../../../../src/report/tables.ts';
import { details, results, series, system } from '../../../support/report.ts';

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

const rowsOf = (startupMs: Float64Array): Promise<unknown[]> => {
  const table = startsTable([{ system: 'a', columns: { startupMs } }]);
  return parquetReadObjects({ file: bufferOf(parquetOf(table, results())) });
};

describe('parquet', () => {
  it('has one row a system; integers are integers', async () => {
    const third = system('third', 1 / 3);
    const record = results(system('a'), third);
    const file = bufferOf(parquetOf(systemsTable(record), record));
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

  it('carries what made it and what of the trace is drawn, where the record has it', () => {
    const record = results();
    const made = {
      command: ['guestmem', 'replay'],
      versions: { guestmem: '1', abi: 1, core: 'a' },
    };
    const configuration = { policies: { keepAlive: '7m' } };
    const trace = { ...record.trace, isDrawn: true };
    const told = { ...record, trace, configuration, made };
    const { key_value_metadata: pairs = [] } = parquetMetadata(
      bufferOf(parquetOf(systemsTable(told), told)),
    );
    const words = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
    expect(words).toMatchObject({
      'guestmem.isDrawn': 'true',
      'guestmem.configuration': '{"policies":{"keepAlive":"7m"}}',
      'guestmem.command': '["guestmem","replay"]',
      'guestmem.versions': '{"guestmem":"1","abi":1,"core":"a"}',
    });
  });

  it('carries version, seed and trace in every file', async () => {
    const { files } = await PARQUET_FORMAT.render({ results: results(), details: details() });
    expect(files?.map(({ name }) => name)).toEqual([
      'results.parquet',
      'functions.parquet',
      'series.parquet',
      'starts.parquet',
    ]);
    for (const { content } of files ?? []) {
      const metadata = parquetMetadata(bufferOf(content as Uint8Array));
      const pairs = metadata.key_value_metadata?.map(({ key, value }) => `${key}=${value}`);
      expect(pairs).toEqual(['guestmem.schema=1', 'guestmem.seed=1', 'guestmem.trace=made']);
    }
  });

  it('writes long time series below each other', async () => {
    const all = [series('a', 5000), series('b', 3)];
    const rows = await parquetReadObjects({
      file: bufferOf(parquetOf(seriesTable(all), results())),
    });
    expect(rows).toHaveLength(5003);
    expect(rows[4999]).toEqual({
      system: 'a',
      tMs: 4999 * 60_000,
      guestOs: 50 * 2 ** 20,
      anonymous: (4999 % 3) * 100 * 2 ** 20,
    });
    expect(rows[5002]).toMatchObject({ system: 'b', tMs: 120_000 });
  });

  it('has one row a start, none for a run without cold starts', async () => {
    expect(await rowsOf(Float64Array.of(70, 1 / 3))).toEqual([
      { system: 'a', start: 0n, startupMs: 70 },
      { system: 'a', start: 1n, startupMs: 1 / 3 },
    ]);
    expect(await rowsOf(new Float64Array())).toEqual([]);
  });
});
