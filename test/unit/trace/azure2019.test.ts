import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DURATION_HEADER,
  faultOf,
  hasSamples,
  lines,
  openRows,
  samples,
} from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;
const day = (number: string): string => `invocations_per_function_md.anon.d${number}.csv`;
const HEADER = 'HashOwner,HashApp,HashFunction,Trigger,1,2';

describe('Azure 2019 day files', () => {
  it('follow one another, with functions and triggers joined across days', () => {
    const folder = folderWith({
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
    const folder = folderWith({ [day('01')]: lines(HEADER, 'o,a,f,http,1,1'), [day('02')]: 'bad' });
    expect(openRows(folder, { seed, minutes: 2 }).startMs).toHaveLength(2);
    expect(faultOf(() => openRows(folder, { seed, minutes: 3 })).file).toContain('d02');
  });

  it('that are one file alone are a day, and others of its folder are not looked at', () => {
    const folder = folderWith({
      [day('02')]: lines(HEADER, 'o,a,f,http,1,4'),
      [day('04')]: 'bad',
      'app_memory_percentiles.anon.d02.csv': 'bad',
    });
    const trace = openRows(join(folder, day('02')), { seed });
    expect(trace).toMatchObject({ invocations: 5, spanMs: 2 * 60_000 });
    expect(trace.name).toBe(day('02').replace('.csv', ''));
    expect(trace.functions[0]?.memorySource).toBe('published');
  });

  it('have no durations and memory of days that are not opened', () => {
    const counts = lines(HEADER, 'o,a,f,http,1,1');
    const folder = folderWith({
      [day('01')]: counts,
      [day('02')]: counts,
      'function_durations_percentiles.anon.d02.csv': lines('bad', 'row'),
      'app_memory_percentiles.anon.d02.csv': lines('bad', 'row'),
    });
    expect(openRows(folder, { seed, minutes: 2 }).invocations).toBe(2);
    expect(faultOf(() => openRows(folder, { seed })).file).toContain('durations');
  });

  it('with a day missing are refused', () => {
    const content = lines(HEADER, 'o,a,f,http,1,1');
    const folder = folderWith({ [day('01')]: content, [day('03')]: content });
    expect(faultOf(() => openRows(folder, { seed }))).toMatchObject({ expected: 'day 2 next' });
  });

  it.skipIf(!hasSamples)('sample in ../shared/traces: 9 rows of day 1', () => {
    const trace = openRows(join(samples, 'azure2019-d01-head9'), { seed });
    expect(trace).toMatchObject({ format: 'azure2019', spanMs: 1440 * 60_000 });
    expect(trace.functions).toHaveLength(9);
    expect(trace.quirks.functionsWithoutDurations).toBe(9);
  });
});
