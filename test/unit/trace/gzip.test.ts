import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isGzip, unpackGzip, unpackHead } from '../../../src/trace/gzip.ts';
import { CALL_FILE, faultOf, openRows, vhiveFiles } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;
const TEXT = Buffer.from(CALL_FILE['calls.csv'] as string);

function packed(files: Record<string, string>): string {
  const entries = Object.entries(files).map(([name, text]) => [`${name}.gz`, gzipSync(text)]);
  return folderWith(Object.fromEntries(entries) as Record<string, Buffer>);
}

describe('packed text', () => {
  it('is known by its first bytes', () => {
    expect(isGzip(gzipSync('a'))).toBe(true);
    expect(isGzip(TEXT)).toBe(false);
    expect(isGzip(new Uint8Array())).toBe(false);
  });

  it('comes back whole, also from several members, and no larger than the bound', () => {
    const two = Buffer.concat([gzipSync('ab'), gzipSync('cd')]);
    expect(unpackGzip('f', two, 4).toString()).toBe('abcd');
    const fault = faultOf(() => unpackGzip('f.gz', gzipSync('x'.repeat(100_000)), 1000));
    expect(fault.message).toBe('f.gz: expected at most 1000 bytes, unpacked, found more');
  });

  it('that is cut or damaged is one line with the file', () => {
    const whole = gzipSync(TEXT);
    const cut = faultOf(() => unpackGzip('f.gz', whole.subarray(0, whole.length - 9), 1e6));
    expect(cut.message).toBe(
      'f.gz: expected a whole gzip file, found a damaged one: unexpected end of file',
    );
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 6] = (flipped.at(-6) as number) ^ 1;
    expect(faultOf(() => unpackGzip('f.gz', flipped, 1e6)).found).toContain('incorrect');
  });

  it('shows its begin even if it is cut, and nothing if it is damaged', () => {
    const whole = gzipSync(TEXT);
    expect(unpackHead(whole.subarray(0, whole.length - 12)).toString()).toMatch(/^function,app,/);
    expect(unpackHead(Buffer.from([0x1f, 0x8b, 9, 9]))).toHaveLength(0);
  });
});

describe('a packed trace', () => {
  it('of calls, of vHive and of an Azure day is the same trace', () => {
    const calls = openRows(packed(CALL_FILE), { seed });
    const plain = openRows(folderWith(CALL_FILE), { seed });
    // but for the name of the file that repairs are in
    expect(calls).toEqual({ ...plain, firstQuirks: calls.firstQuirks });
    const counts = vhiveFiles([[1, 2]]);
    const { startMs, functions, format } = openRows(packed(counts), { seed });
    expect({ startMs, functions, format }).toMatchObject({ format: 'vhive' });
    expect(startMs).toEqual(openRows(folderWith(counts), { seed }).startMs);
    const day = 'invocations_per_function_md.anon.d01.csv';
    const folder = packed({ [day]: 'HashOwner,HashApp,HashFunction,Trigger,1\no,a,f,http,3\n' });
    expect(openRows(folder, { seed })).toMatchObject({ format: 'azure2019', invocations: 3 });
    expect(openRows(join(folder, `${day}.gz`), { seed }).name).toBe(day.replace('.csv', ''));
  });

  it('of Iluvatar finds its metadata, packed or not', () => {
    const folder = folderWith({
      'trace.csv.gz': gzipSync('func_name,invoke_time_ms\nx,3\n'),
      'metadata-trace.csv': 'func_name,cold_dur_ms,warm_dur_ms,mem_mb\nx,100,7,64\n',
    });
    expect(openRows(folder, { seed })).toMatchObject({ name: 'trace', format: 'iluvatar' });
  });

  it('that is damaged names the file, with line and column if the text is wrong', () => {
    const whole = gzipSync(TEXT.toString().repeat(2000));
    const folder = folderWith({ 'calls.csv.gz': whole.subarray(0, whole.length - 20) });
    expect(faultOf(() => openRows(folder, { seed })).file).toBe(join(folder, 'calls.csv.gz'));
    const wrong = packed({ 'calls.csv': 'function,start_ms,duration_ms\nf,0,x\n' });
    expect(faultOf(() => openRows(wrong, { seed }))).toMatchObject({
      file: join(wrong, 'calls.csv.gz'),
      line: 2,
      column: 3,
    });
  });
});
