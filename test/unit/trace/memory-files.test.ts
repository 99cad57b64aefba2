import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { TraceError, loadTrace, traceFiles } from '../../../src/trace/index.ts';
import { rowsOf } from '../../../src/trace/index.ts';
import { TRACE_WRITERS } from '../../../src/trace/node.ts';

const CALLS = 'function,start_ms,duration_ms\nf,0,5\ng,10,7\n';
const VHIVE = {
  'day/invocations.csv': 'HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,2,1\n',
  'day/durations.csv':
    'HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\no,a,f,10,3,5,20,5,5,8,10,12,20,20\n',
  'day/memory.csv': 'HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb\no,a,f,3,100\n',
};

describe('a trace from memory', () => {
  it('is read from a text, from bytes, and from packed bytes', async () => {
    const bytes = new TextEncoder().encode(CALLS);
    for (const content of [CALLS, bytes, bytes.buffer, gzipSync(bytes)]) {
      const files = await traceFiles({ 'calls.csv': content });
      const trace = await loadTrace('calls.csv', { seed: 1, files });
      expect([trace.name, trace.invocations]).toEqual(['calls', 2]);
    }
  });

  it('may be a folder, which has its name, or all that was given', async () => {
    const files = await traceFiles(VHIVE);
    const trace = await loadTrace('day', { seed: 1, files });
    expect([trace.name, trace.format, trace.invocations]).toEqual(['day', 'vhive', 3]);
    const flat = await traceFiles({ 'a.csv': CALLS, 'notes.txt': 'nothing' });
    expect((await loadTrace('.', { seed: 1, files: flat })).invocations).toBe(2);
  });

  it('may be Parquet', async () => {
    const text = await traceFiles({ 'calls.csv': CALLS });
    const trace = await loadTrace('calls.csv', { seed: 1, files: text });
    const writer = TRACE_WRITERS.find(({ name }) => name === 'parquet');
    const [file] = writer?.render(trace) ?? [];
    const files = await traceFiles({ 'x.parquet': file?.content as Uint8Array });
    const { startMs } = rowsOf(await loadTrace('x.parquet', { seed: 1, files }));
    expect([...startMs]).toEqual([0, 10]);
  });

  it('names what is missing, damaged or not given', async () => {
    const files = await traceFiles({ 'a.csv': CALLS });
    await expect(loadTrace('b.csv', { seed: 1, files })).rejects.toThrow(TraceError);
    const cut = gzipSync(CALLS).subarray(0, 12);
    await expect(traceFiles({ 'a.csv.gz': cut })).rejects.toThrow(
      'a.csv.gz: expected a whole gzip',
    );
    await expect(traceFiles({})).rejects.toThrow(RefusedArgument);
    expect(() => files.names('.')).not.toThrow();
    expect(() => files.read('b.csv')).toThrow(TraceError);
  });
});
