import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultOf, hasSamples, lines, openRows, samples } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

describe('Iluvatar pairs', () => {
  const metadata = lines('func_name,cold_dur_ms,warm_dur_ms,mem_mb', 'x,100,7,64', 'y,9,0,32');

  it('take duration and memory from the metadata', () => {
    const folder = folderWith({
      'trace.csv': lines('func_name,invoke_time_ms', 'y,90', 'x,3', 'x,60000'),
      'metadata-trace.csv': metadata,
    });
    const trace = openRows(folder, { seed });
    expect([...trace.startMs]).toEqual([3, 90, 60_000]);
    expect([...trace.functionIds]).toEqual([0, 1, 0]);
    expect([...trace.durationMs]).toEqual([7, 1, 7]);
    expect(trace.functions.map((fn) => fn.memoryMib)).toEqual([64, 32]);
    expect(trace).toMatchObject({ name: 'trace', format: 'iluvatar', spanMs: 120_000 });
  });

  it('find metadata of another name where there is one such file, and name several', () => {
    const calls = lines('func_name,invoke_time_ms', 'x,1');
    const one = folderWith({ 'trace.csv': calls, 'meta.csv': metadata, 'other.csv': 'a,b\n' });
    expect(openRows(join(one, 'trace.csv'), { seed }).invocations).toBe(1);
    const two = folderWith({ 'trace.csv': calls, 'meta.csv': metadata, 'more.csv': metadata });
    expect(faultOf(() => openRows(join(two, 'trace.csv'), { seed })).found).toBe(
      'several: meta.csv, more.csv',
    );
  });

  it('with a function twice in the metadata are refused', () => {
    const folder = folderWith({
      'trace.csv': lines('func_name,invoke_time_ms', 'x,1'),
      'metadata-trace.csv': `${metadata}x,1,1,1\n`,
    });
    expect(faultOf(() => openRows(folder, { seed }))).toMatchObject({
      line: 4,
      expected: 'each function once',
      found: '"x" again',
    });
  });

  it('without metadata, or with a function it does not know, are refused', () => {
    const calls = lines('func_name,invoke_time_ms', 'x,1', 'z,2');
    const alone = folderWith({ 'trace.csv': calls });
    expect(faultOf(() => openRows(alone, { seed })).expected).toContain('metadata-trace.csv');
    const folder = folderWith({ 'trace.csv': calls, 'metadata-trace.csv': metadata });
    expect(faultOf(() => openRows(folder, { seed }))).toMatchObject({
      line: 3,
      column: 1,
      expected: 'a function of the metadata file',
      found: '"z"',
    });
  });

  it.skipIf(!hasSamples)('sample in ../shared/traces: 11,868 calls of 21 functions', () => {
    const trace = openRows(join(samples, 'iluvatar-paper'), { seed });
    expect(trace.startMs).toHaveLength(11_868);
    expect(trace.functions).toHaveLength(21);
  });
});
