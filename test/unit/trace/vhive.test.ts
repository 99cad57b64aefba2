import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { type CallRows, type Trace, functionKey } from '../../../src/trace/index.ts';
import {
  DURATION_HEADER,
  MEMORY_HEADER,
  faultOf,
  hasSamples,
  lines,
  makeVhive,
  openRows,
  samples,
  vhiveFiles,
} from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

/** Invocations by function id and minute. */
function countsOf(trace: Trace & CallRows, minutes: number): number[][] {
  const table = trace.functions.map(() => Array.from({ length: minutes }, () => 0));
  for (const [index, startMs] of trace.startMs.entries()) {
    const row = table[trace.functionIds[index] as number] as number[];
    const minute = Math.floor(startMs / 60_000);
    row[minute] = (row[minute] as number) + 1;
  }
  return table;
}

/** Start and duration of each call of one function. */
function callsOf(trace: CallRows, id: number): number[][] {
  return [...trace.startMs.entries()]
    .filter(([index]) => trace.functionIds[index] === id)
    .map(([index, startMs]) => [startMs, trace.durationMs[index] as number]);
}

const countTable = fc.integer({ min: 1, max: 6 }).chain((minutes) =>
  fc.array(fc.array(fc.nat(20), { minLength: minutes, maxLength: minutes }), {
    minLength: 1,
    maxLength: 6,
  }),
);

describe('vHive folders', () => {
  it('keep every count of every function and minute, in order of start', () => {
    fc.assert(
      fc.property(countTable, fc.nat(), (counts, seed) => {
        const trace = openRows(makeVhive(counts), { seed });
        const minutes = (counts[0] as number[]).length;
        expect(countsOf(trace, minutes)).toEqual(counts);
        expect(trace.startMs).toEqual(trace.startMs.toSorted());
        expect(trace.spanMs).toBe(minutes * 60_000);
        for (const duration of trace.durationMs) {
          expect(duration).toBeGreaterThanOrEqual(1);
          expect(duration).toBeLessThanOrEqual(200);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('give the same trace for a seed, another for another', () => {
    const folder = makeVhive([[5, 9, 3]]);
    expect(openRows(folder, { seed: 4 })).toEqual(openRows(folder, { seed: 4 }));
    const other = openRows(folder, { seed: 5 });
    expect(other.startMs).not.toEqual(openRows(folder, { seed: 4 }).startMs);
  });

  it('give a prefix when the minutes are limited', () => {
    fc.assert(
      fc.property(countTable, fc.integer({ min: 1, max: 6 }), (counts, minutes) => {
        const folder = makeVhive(counts);
        const whole = openRows(folder, { seed: 9 });
        const part = openRows(folder, { seed: 9, minutes });
        const size = part.startMs.length;
        expect(part.functions).toEqual(whole.functions);
        expect(part.startMs).toEqual(whole.startMs.slice(0, size));
        expect(part.functionIds).toEqual(whole.functionIds.slice(0, size));
        expect(part.durationMs).toEqual(whole.durationMs.slice(0, size));
        expect(whole.startMs.slice(size).every((start) => start >= part.spanMs)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('draw for a function the same whether or not another is there', () => {
    const alone = openRows(makeVhive([[7, 8]]), { seed: 1 });
    const both = openRows(
      makeVhive([
        [7, 8],
        [30, 40],
      ]),
      { seed: 1 },
    );
    expect(callsOf(both, 0)).toEqual(callsOf(alone, 0));
  });

  it('are read by header: other orders, minute_1 labels out of order, byte-order mark, no Trigger', () => {
    const folder = folderWith({
      'inv.csv': `\uFEFF${lines('HashFunction,minute_2,HashApp,minute_1,HashOwner', 'f,2,a,1,o')}`,
      'run.csv': lines(
        'percentile_Average_100,percentile_Average_99,percentile_Average_75,' +
          'percentile_Average_50,percentile_Average_25,percentile_Average_1,' +
          'percentile_Average_0,Maximum,Count,Average,HashFunction,HashOwner,HashApp',
        '70,60,50,40,30,20,10,70.5,3,41,f,o,a',
      ),
      'mem.csv': lines('HashApp,HashOwner,SampleCount,AverageAllocatedMb', 'a,o,10,794'),
    });
    const trace = openRows(folder, { seed: 1 });
    expect(countsOf(trace, 2)).toEqual([[1, 2]]);
    expect(trace.functions[0]).toMatchObject({
      name: 'f',
      app: 'a',
      owner: 'o',
      trigger: undefined,
      memoryMib: 794,
      memorySource: 'trace',
      durations: {
        averageMs: 41,
        maximumMs: 70.5,
        percentilesMs: [10, 20, 30, 40, 50, 60, 70],
      },
    });
  });

  it('accept 1_minute labels and counts written as 3.0, with line ends of Windows', () => {
    const files = vhiveFiles([[1, 2]]);
    const counts =
      'HashOwner,HashApp,HashFunction,Trigger,1_minute,2_minute\r\no0,a0,f0,http,3.0,2\r\n';
    const folder = folderWith({ ...files, 'invocations.csv': counts });
    expect(countsOf(openRows(folder, { seed: 1 }), 2)).toEqual([[3, 2]]);
  });

  it('divide the memory of an app over its functions when the table has apps only', () => {
    const folder = folderWith({
      'invocations.csv': lines('HashOwner,HashApp,HashFunction,1', 'o,a,f,1', 'o,a,g,1'),
      'durations.csv': lines(DURATION_HEADER),
      'memory.csv': lines('HashOwner,HashApp,SampleCount,AverageAllocatedMb', 'o,a,1,300'),
    });
    const { functions } = openRows(folder, { seed: 1 });
    expect(functions.map((fn) => fn.memoryMib)).toEqual([150, 150]);
  });

  it('fill missing durations and memory from the published distributions, and say so', () => {
    const files = vhiveFiles([[1], [1]]);
    const folder = folderWith({
      ...files,
      'durations.csv': lines(DURATION_HEADER),
      'memory.csv': lines(MEMORY_HEADER, 'o0,a0,f0,9,,'),
    });
    const trace = openRows(folder, { seed: 1 });
    expect(trace.quirks).toMatchObject({ functionsWithoutDurations: 2, functionsWithoutMemory: 2 });
    for (const fn of trace.functions) {
      expect(fn.memorySource).toBe('published');
      expect(fn.memoryMib).toBeGreaterThanOrEqual(1);
      expect(fn.memoryMib).toBeLessThanOrEqual(1536);
      expect(fn.durations.source).toBe('published');
    }
    expect(trace.functions[0]?.memoryMib).not.toBe(trace.functions[1]?.memoryMib);
  });

  it('merge duplicates weighted by count, sum their invocations, and count them', () => {
    const files = vhiveFiles([[4, 0]]);
    const folder = folderWith({
      'invocations.csv': `${files['invocations.csv']}o0,a0,f0,http,1,2\n`,
      'durations.csv': lines(
        DURATION_HEADER,
        'o0,a0,f0,100,3,1,100,100,100,100,100,100,100,100',
        'o0,a0,f0,200,1,1,900,200,200,200,200,200,200,200',
      ),
      'memory.csv': lines(MEMORY_HEADER, 'o0,a0,f0,1,100,1', 'o0,a0,f0,3,200,1'),
    });
    const trace = openRows(folder, { seed: 1 });
    expect(countsOf(trace, 2)).toEqual([[5, 2]]);
    expect(trace.quirks.mergedRows).toBe(3);
    expect(trace.functions).toHaveLength(1);
    expect(trace.functions[0]?.memoryMib).toBe(175);
    expect(trace.functions[0]?.durations).toMatchObject({ averageMs: 125, maximumMs: 900 });
    expect(trace.functions[0]?.durations.percentilesMs[3]).toBe(125);
  });

  it('replace a negative average by the mean of the percentiles', () => {
    const folder = folderWith({
      ...vhiveFiles([[1]]),
      'durations.csv': lines(DURATION_HEADER, 'o0,a0,f0,-41692,9,,,8,8,8,8,8,8,8'),
    });
    const trace = openRows(folder, { seed: 1 });
    expect(trace.quirks.negativeAverages).toBe(1);
    expect(trace.functions[0]?.durations.averageMs).toBeCloseTo(8);
    expect(trace.durationMs[0]).toBe(8);
  });

  it('without one of the three files name the file', () => {
    for (const missing of ['invocations.csv', 'durations.csv', 'memory.csv']) {
      const files = vhiveFiles([[1]]);
      delete files[missing];
      const folder = folderWith(files);
      const fault = faultOf(() => openRows(folder, { seed: 1 }));
      expect(fault.file).toBe(join(folder, missing));
      expect(fault.message).toContain('expected this file in the folder, found only ');
    }
  });

  it('join on owner, app and function together', () => {
    expect(functionKey('o', 'a', 'f')).not.toBe(functionKey('o', 'b', 'f'));
    const folder = folderWith({
      'invocations.csv': lines('HashOwner,HashApp,HashFunction,1', 'o,a,f,1', 'o,b,f,1'),
      'durations.csv': lines(DURATION_HEADER, 'o,b,f,7,1,7,7,7,7,7,7,7,7,7'),
      'memory.csv': lines(MEMORY_HEADER, 'o,b,f,1,33,1'),
    });
    const [first, second] = openRows(folder, { seed: 1 }).functions;
    expect(first?.memorySource).toBe('published');
    expect(second).toMatchObject({ memoryMib: 33, durations: { averageMs: 7 } });
  });
});

describe.skipIf(!hasSamples)('real samples in ../shared/traces', () => {
  it('azure2019-vhive-100 has 339,657 invocations of 100 functions in 480 minutes', () => {
    const trace = openRows(join(samples, 'azure2019-vhive-100'), { seed: 1 });
    expect(trace).toMatchObject({ name: 'azure2019-vhive-100', format: 'vhive' });
    expect(trace.startMs.length).toBe(339_657);
    expect(trace.functions).toHaveLength(100);
    expect(trace.spanMs).toBe(480 * 60_000);
    expect(trace.quirks).toMatchObject({ functionsWithoutDurations: 0, functionsWithoutMemory: 0 });
  });

  it('azure2019-vhive-250 has 567,403 invocations', () => {
    const trace = openRows(join(samples, 'azure2019-vhive-250'), { seed: 1 });
    expect(trace.startMs.length).toBe(567_403);
    expect(trace.functions).toHaveLength(250);
  });

  it('the invitro example is read in its own column order', () => {
    const trace = openRows(join(samples, 'invitro-format-example'), { seed: 1 });
    expect(trace.functions.map((fn) => fn.memorySource)).toEqual(Array(4).fill('trace'));
    expect(trace.functions[0]?.durations.averageMs).toBe(100);
  });
});
