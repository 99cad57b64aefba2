import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedMemoryMib } from '../../../src/trace/azure-functions.ts';
import { faultOf, hasSamples, lines, openRows, samples } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

describe('Azure 2021 files', () => {
  const header = 'app,func,end_timestamp,duration';
  const bad = (row: string): string => folderWith({ 'x.csv': lines(header, 'a,f,1,1', row) });

  it('give each call as it was, sorted by start, ties in order of rows', () => {
    const file = 'calls.csv';
    const folder = folderWith({
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

  it('have the published memory of an app in equal parts, and say that it is not theirs', () => {
    const folder = folderWith({ 'x.csv': lines(header, 'a,f,1,1', 'a,g,1,1', 'b,f,1,1') });
    const { functions, quirks } = openRows(folder, { seed });
    const [first, second, third] = functions.map(({ memoryMib }) => memoryMib);
    expect(first).toBe(publishedMemoryMib(seed, '', 'a') / 2);
    expect(second).toBe(first);
    expect(third).toBe(publishedMemoryMib(seed, '', 'b'));
    expect(quirks.functionsWithoutMemory).toBe(3);
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
    const folder = folderWith({ 'x.csv': content, 'y.csv': content });
    expect(faultOf(() => openRows(folder, { seed })).found).toBe('several: x.csv, y.csv');
  });

  it.skipIf(!hasSamples)('sample in ../shared/traces: 199 calls of 31 functions', () => {
    const trace = openRows(join(samples, 'azure2021-head/Azure2021_200.csv'), { seed });
    expect(trace.startMs).toHaveLength(199);
    expect(trace.functions).toHaveLength(31);
    expect(trace.startMs).toEqual(trace.startMs.toSorted());
  });
});
