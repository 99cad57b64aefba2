import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { CSV_FORMAT } from '../../../src/report/formats/csv.ts';
import { PARQUET_FORMAT } from '../../../src/report/formats/parquet.ts';
import type { Format, Report } from '../../../src/report/format.ts';
import type { CallRecords, RecordRows } from '../../../src/report/records.ts';
import { recordRows, results } from '../../support/report.ts';

/** Of systems in results(); a third one did not come to its end. */
function records(pieces: Readonly<Record<string, RecordRows[]>>): CallRecords {
  return { rowsOf: (system) => pieces[system] ?? [] };
}

async function bytesOf(format: Format, name: string, of: CallRecords): Promise<Buffer> {
  const report: Report = { results: results(), details: {}, records: of };
  const { files = [] } = await format.render(report);
  const content = files.find((one) => one.name === name)?.content as Iterable<string | Uint8Array>;
  return Buffer.concat(Array.from(content, (piece) => Buffer.from(piece as Uint8Array)));
}

const ALL = records({
  'scpv-template': [recordRows(2), recordRows(1)],
  'mcpv-czone': [recordRows(1)],
  gone: [recordRows(9)],
});

describe('rows of calls', () => {
  it('are one CSV, system by system, with one header', async () => {
    const text = (await bytesOf(CSV_FORMAT, 'records.csv', ALL)).toString();
    expect(text.split('\r\n')).toEqual([
      'system,atMs,function,how,queueMs,startupMs,sandboxMs,newVm,durationMs,heldUpMs',
      'scpv-template,0,0,cold,0,300.5,100,1,20,0.25',
      'scpv-template,10,1,warm,0,0,0,0,20,0.25',
      'scpv-template,0,0,cold,0,300.5,100,1,20,0.25',
      'mcpv-czone,0,0,cold,0,300.5,100,1,20,0.25',
      '',
    ]);
  });

  it('are one Parquet file, typed, a row group a piece', async () => {
    const long = records({ 'mcpv-czone': [recordRows(5000), recordRows(3)] });
    const bytes = await bytesOf(PARQUET_FORMAT, 'records.parquet', long);
    const file = new Uint8Array(bytes).buffer as ArrayBuffer;
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(5003);
    expect(rows[5001]).toEqual({
      system: 'mcpv-czone',
      atMs: 10,
      function: 1n,
      how: 'warm',
      queueMs: 0,
      startupMs: 0,
      sandboxMs: 0,
      newVm: 0n,
      durationMs: 20,
      heldUpMs: 0.25,
    });
  });

  it('are files with columns and no rows when no call was', async () => {
    expect((await bytesOf(CSV_FORMAT, 'records.csv', records({}))).toString()).toMatch(
      /^system,atMs,[^\n]*heldUpMs\r\n$/,
    );
    const bytes = await bytesOf(PARQUET_FORMAT, 'records.parquet', records({}));
    const file = new Uint8Array(bytes).buffer as ArrayBuffer;
    expect(await parquetReadObjects({ file })).toEqual([]);
  });
});
