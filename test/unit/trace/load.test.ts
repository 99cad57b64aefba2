import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { TraceError, loadTrace, openTrace, parseColumns } from '../../../src/trace/index.ts';
import { CALL_FILE, makeVhive } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;
const COLUMNS = 'time=t:s,function=fn,duration=d';

function parquet(name: string): string {
  const columnData = [
    { name: 'fn', data: ['f'], type: 'STRING' as const },
    { name: 't', data: [1.5], type: 'DOUBLE' as const },
    { name: 'd', data: [7], type: 'DOUBLE' as const },
  ];
  return join(folderWith({ [name]: Buffer.from(parquetWriteBuffer({ columnData })) }), name);
}

describe('loading a trace', () => {
  it('gives what opening gives', async () => {
    for (const path of [folderWith(CALL_FILE), makeVhive([[1, 2]])]) {
      expect(await loadTrace(path, { seed })).toEqual(openTrace(path, { seed }));
    }
  });

  it('takes Parquet by its first bytes, whatever its name', async () => {
    for (const name of ['calls.parquet', 'calls']) {
      const trace = await loadTrace(parquet(name), { seed, columns: COLUMNS });
      expect(trace).toMatchObject({ format: 'calls', invocations: 1 });
    }
  });

  it('takes a folder with one Parquet file and no tables of text', async () => {
    const folder = dirname(parquet('calls.parquet'));
    const options = { seed, columns: COLUMNS };
    expect(await loadTrace(folder, options)).toMatchObject({ name: 'calls', invocations: 1 });
    writeFileSync(join(folder, 'more.parquet'), readFileSync(join(folder, 'calls.parquet')));
    await expect(loadTrace(folder, options)).rejects.toThrow(
      'expected one trace (name its file), found several: calls.parquet, more.parquet',
    );
    writeFileSync(join(folder, 'calls.csv'), 'function,start_ms,duration_ms\nf,0,1\nf,2,1\n');
    expect(await loadTrace(folder, { seed })).toMatchObject({ invocations: 2 });
  });

  it('takes columns of any name in a file, and none in a folder', async () => {
    const folder = folderWith({ 'x.csv': 't,fn,d\n1.5,f,7\n' });
    const trace = await loadTrace(join(folder, 'x.csv'), { seed, columns: COLUMNS });
    expect(trace).toMatchObject({ name: 'x', format: 'calls', invocations: 1 });
    const read = { seed, columns: parseColumns(COLUMNS) };
    expect(await loadTrace(join(folder, 'x.csv'), read)).toEqual(trace);
    await expect(loadTrace(folder, { seed, columns: COLUMNS })).rejects.toThrow(TraceError);
    await expect(loadTrace(folder, { seed, columns: 'time=t' })).rejects.toThrow(RefusedArgument);
  });
});
