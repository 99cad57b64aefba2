import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TRACE_FORMATS } from '../../../src/trace/index.ts';
import {
  CALL_FILE,
  DURATION_HEADER,
  FAASRAIL_SPEC,
  SESSION_FILES,
  faultOf,
  hasSamples,
  lines,
  makeFolder,
  makeVhive,
  openRows,
  samples,
} from '../../support/trace-folders.ts';

const seed = 1;
const day = (number: string): string => `invocations_per_function_md.anon.d${number}.csv`;
const HEADER = 'HashOwner,HashApp,HashFunction,Trigger,1,2';

describe('trace formats', () => {
  const pair = {
    'trace.csv': lines('func_name,invoke_time_ms', 'x,3'),
    'metadata-trace.csv': lines('func_name,cold_dur_ms,warm_dur_ms,mem_mb', 'x,100,7,64'),
  };
  const made: Readonly<Record<string, () => string[]>> = {
    vhive: () => ['', 'invocations.csv'].map((name) => join(makeVhive([[1, 2]]), name)),
    azure2019: () => {
      const folder = makeFolder({ [day('01')]: lines(HEADER, 'o,a,f,http,1,1') });
      return [folder, join(folder, day('01'))];
    },
    azure2021: () => {
      const folder = makeFolder({ 'x.txt': lines('app,func,end_timestamp,duration', 'a,f,1,1') });
      return [folder, join(folder, 'x.txt')];
    },
    iluvatar: () => ['', 'trace.csv'].map((name) => join(makeFolder(pair), name)),
    faasrail: () => ['', 'spec.csv'].map((name) => join(makeFolder(FAASRAIL_SPEC), name)),
    sessions: () => ['', 'a.memory.csv'].map((name) => join(makeFolder(SESSION_FILES), name)),
    calls: () => ['', 'calls.csv'].map((name) => join(makeFolder(CALL_FILE), name)),
  };

  it('have an example here each', () => {
    expect(Object.keys(made).toSorted()).toEqual(TRACE_FORMATS.map(({ name }) => name).toSorted());
  });

  it.each(Object.entries(made))('%s is recognised in its folder and by its file', (name, paths) => {
    for (const path of paths()) expect(openRows(path, { seed }).format).toBe(name);
  });

  it('have a name of their own and a sentence', () => {
    expect(new Set(TRACE_FORMATS.map(({ name }) => name)).size).toBe(TRACE_FORMATS.length);
    for (const { sentence } of TRACE_FORMATS) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('are all named where none fits', () => {
    const { expected } = faultOf(() => openRows(makeFolder({}), { seed }));
    expect(expected).toMatch(/^a trace: .+, .+ or .+$/);
    expect(expected).toContain('a vHive folder (invocations.csv, durations.csv, memory.csv), ');
    for (const { noun } of TRACE_FORMATS) expect(expected).toContain(noun);
  });
});

describe('Azure 2019 day files', () => {
  it('follow one another, with functions and triggers joined across days', () => {
    const folder = makeFolder({
      [day('02')]: lines(HEADER, 'o,a,g,timer,1,0', 'o,a,f,queue,0,2'),
      [day('01')]: lines(HEADER, 'o,a,f,others,3,0'),
      'function_durations_percentiles.anon.d01.csv': lines(
        DURATION_HEADER,
        'o,a,f,5,1,5,5,5,5,5,5,5,5,5',
      ),
      'app_memory_percentiles.anon.d01.csv': lines(
        'HashOwner,HashApp,SampleCount,AverageAllocatedMb',
        'o,a,5,80',
      ),
    });
    const trace = openRows(folder, { seed });
    expect(trace).toMatchObject({ format: 'azure2019', spanMs: 4 * 60_000 });
    expect(trace.functions.map((fn) => [fn.name, fn.trigger, fn.memoryMib])).toEqual([
      ['f', 'queue', 40],
      ['g', 'timer', 40],
    ]);
    const minutes = [...trace.startMs].map((startMs) => Math.floor(startMs / 60_000));
    expect(minutes).toEqual([0, 0, 0, 2, 3, 3]);
    expect([...trace.functionIds]).toEqual([0, 0, 0, 1, 0, 0]);
    expect(trace.quirks).toMatchObject({ functionsWithoutDurations: 1, mergedRows: 0 });
  });

  it('are not opened past the limit on the minutes', () => {
    const folder = makeFolder({ [day('01')]: lines(HEADER, 'o,a,f,http,1,1'), [day('02')]: 'bad' });
    expect(openRows(folder, { seed, minutes: 2 }).startMs).toHaveLength(2);
    expect(faultOf(() => openRows(folder, { seed, minutes: 3 })).file).toContain('d02');
  });

  it('with a day missing are refused', () => {
    const content = lines(HEADER, 'o,a,f,http,1,1');
    const folder = makeFolder({ [day('01')]: content, [day('03')]: content });
    expect(faultOf(() => openRows(folder, { seed }))).toMatchObject({ expected: 'day 2 next' });
  });

  it.skipIf(!hasSamples)('sample in ../shared/traces: 9 rows of day 1', () => {
    const trace = openRows(join(samples, 'azure2019-d01-head9'), { seed });
    expect(trace).toMatchObject({ format: 'azure2019', spanMs: 1440 * 60_000 });
    expect(trace.functions).toHaveLength(9);
    expect(trace.quirks.functionsWithoutDurations).toBe(9);
  });
});

describe('Azure 2021 files', () => {
  const header = 'app,func,end_timestamp,duration';
  const bad = (row: string): string => makeFolder({ 'x.csv': lines(header, 'a,f,1,1', row) });

  it('give each call as it was, sorted by start, ties in order of rows', () => {
    const file = 'calls.csv';
    const folder = makeFolder({
      [file]: lines(header, 'a,f,10.5,0.5', 'a,g,9,4', 'b,f,10,0', 'a,f,61,0.25', 'b,f,0.1,0.2'),
    });
    const trace = openRows(folder, { seed });
    expect([...trace.startMs]).toEqual([0, 5000, 10_000, 10_000, 60_750]);
    expect([...trace.functionIds]).toEqual([2, 1, 0, 2, 0]);
    expect([...trace.durationMs]).toEqual([200, 4000, 500, 1, 250]);
    expect(trace.spanMs).toBe(2 * 60_000);
    expect(trace.functions.map((fn) => `${fn.app}/${fn.name}`)).toEqual(['a/f', 'a/g', 'b/f']);
    expect(trace.functions[0]?.durations).toMatchObject({ source: 'observed', averageMs: 375 });
    expect(openRows(join(folder, file), { seed, minutes: 1 }).startMs).toHaveLength(4);
  });

  it('with a wild or negative number are refused at the cell or row', () => {
    expect(faultOf(() => openRows(bad('a,f,-1,1'), { seed }))).toMatchObject({
      line: 3,
      header: 'end_timestamp',
    });
    expect(faultOf(() => openRows(bad('a,f,1e99,1'), { seed })).line).toBe(3);
    expect(faultOf(() => openRows(bad('a,f,1e10,1'), { seed })).expected).toContain('one year');
  });

  it('are refused as a folder when there are several', () => {
    const content = lines(header, 'a,f,1,1');
    const folder = makeFolder({ 'x.csv': content, 'y.csv': content });
    expect(faultOf(() => openRows(folder, { seed })).found).toBe('several: x.csv, y.csv');
  });

  it.skipIf(!hasSamples)('sample in ../shared/traces: 199 calls of 31 functions', () => {
    const trace = openRows(join(samples, 'azure2021-head/Azure2021_200.csv'), { seed });
    expect(trace.startMs).toHaveLength(199);
    expect(trace.functions).toHaveLength(31);
    expect(trace.startMs).toEqual(trace.startMs.toSorted());
  });
});

describe('Iluvatar pairs', () => {
  const metadata = lines('func_name,cold_dur_ms,warm_dur_ms,mem_mb', 'x,100,7,64', 'y,9,0,32');

  it('take duration and memory from the metadata', () => {
    const folder = makeFolder({
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

  it('without metadata, or with a function it does not know, are refused', () => {
    const calls = lines('func_name,invoke_time_ms', 'x,1', 'z,2');
    const alone = makeFolder({ 'trace.csv': calls });
    expect(faultOf(() => openRows(alone, { seed })).expected).toContain('metadata-trace.csv');
    const folder = makeFolder({ 'trace.csv': calls, 'metadata-trace.csv': metadata });
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
