import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DurationReader,
  FunctionTable,
  MemoryReader,
  readCountTable,
} from '../../../src/trace/azure-tables.ts';
import { MinuteCounts } from '../../../src/trace/counts.ts';
import { QuirkLog } from '../../../src/trace/quirks.ts';
import { functionKey } from '../../../src/trace/trace.ts';
import {
  DURATION_HEADER,
  brokenVhive,
  faultOf,
  lines,
  makeVhive,
  openRows,
  vhiveFiles,
  withCell,
} from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

function fileOf(...rows: string[]): string {
  return join(folderWith({ 'x.csv': lines(...rows) }), 'x.csv');
}

const place = { file: 'x.csv', line: 2 };
const named = (name: string, trigger?: string) => ({ owner: 'o', app: 'a', name, trigger, place });

describe('the functions of count tables', () => {
  it('have numbers in order of appearance, and the more telling trigger', () => {
    const table = new FunctionTable(new QuirkLog());
    expect(
      [named('f', 'others'), named('g'), named('f', 'http')].map((fn) => table.intern(fn)),
    ).toEqual([0, 1, 0]);
    table.intern(named('f', 'queue'));
    table.intern(named('g', 'timer'));
    expect(table.list.map(({ trigger }) => trigger)).toEqual(['http', 'timer']);
  });
});

describe('a table of counts', () => {
  it('has the minutes in order of their labels, behind those read before, up to the limit', () => {
    const file = fileOf('HashOwner,HashApp,HashFunction,minute_3,2,1_minute', 'o,a,f,30,20,10');
    const counts = new MinuteCounts(Infinity);
    expect(readCountTable(file, new FunctionTable(new QuirkLog()), counts, 2, 4)).toBe(3);
    const { firstCells, counts: found } = counts.cells(5, 1);
    expect([[...firstCells], [...found]]).toEqual([
      [0, 0, 0, 1, 2, 2],
      [10, 20],
    ]);
  });

  it('counts a function’s second row as merged, in one file only', () => {
    const file = fileOf('HashOwner,HashApp,HashFunction,1', 'o,a,f,1', 'o,a,f,2');
    const table = new FunctionTable(new QuirkLog());
    readCountTable(file, table, new MinuteCounts(Infinity), 0, Infinity);
    expect(table.quirks.told().quirks.mergedRows).toBe(1);
    const single = fileOf('HashOwner,HashApp,HashFunction,1', 'o,a,f,1');
    readCountTable(single, table, new MinuteCounts(Infinity), 1, Infinity);
    expect([table.quirks.told().quirks.mergedRows, table.list.length]).toEqual([1, 1]);
  });

  it('has no more minutes than two weeks have', () => {
    const labels = Array.from({ length: 20_161 }, (_, minute) => minute + 1);
    const file = fileOf(
      `HashOwner,HashApp,HashFunction,${labels.join(',')}`,
      `o,a,f${',0'.repeat(labels.length)}`,
    );
    const read = (): unknown =>
      readCountTable(
        file,
        new FunctionTable(new QuirkLog()),
        new MinuteCounts(Infinity),
        0,
        Infinity,
      );
    expect(faultOf(read)).toMatchObject({
      line: 1,
      expected: 'at most 20160 minute columns',
      found: '20161',
    });
  });
});

const row = (count: number, average: number | string, point: number | string, most: number) =>
  `o,a,f,${average},${count},1,${most},${Array.from({ length: 7 }, () => point).join(',')}`;

describe('durations', () => {
  const KEY = functionKey('o', 'a', 'f');

  it('of several days are weighted by their counts', () => {
    const quirks = new QuirkLog();
    const reader = new DurationReader(quirks);
    reader.read(fileOf(DURATION_HEADER, row(3, 100, 100, 120)));
    reader.read(fileOf(DURATION_HEADER, row(1, 200, 200, 900)));
    const summaries = reader.table();
    expect(summaries.get(KEY)).toMatchObject({ source: 'trace', averageMs: 125, maximumMs: 900 });
    expect(summaries.get(KEY)?.percentilesMs).toEqual(Array.from({ length: 7 }, () => 125));
    expect(quirks.told().quirks.mergedRows).toBe(0);
  });

  it('of rows that count nothing are their plain mean', () => {
    const quirks = new QuirkLog();
    const reader = new DurationReader(quirks);
    reader.read(fileOf(DURATION_HEADER, row(0, 100, 100, 300), row(0, 300, 300, 300)));
    expect(reader.table().get(KEY)?.averageMs).toBe(200);
    expect(quirks.told().quirks.mergedRows).toBe(1);
  });

  it('with an average alone are typical ones of that mean, with neither they are none', () => {
    const quirks = new QuirkLog();
    const reader = new DurationReader(quirks);
    reader.read(
      fileOf(
        DURATION_HEADER,
        row(1, 50, '', 60),
        row(1, '', '', 60).replace(',f,', ',g,'),
        row(1, -5, 20, 60).replace(',f,', ',h,'),
      ),
    );
    const summaries = reader.table();
    expect(summaries.get(KEY)).toMatchObject({ source: 'trace', averageMs: 50 });
    expect(summaries.has(functionKey('o', 'a', 'g'))).toBe(false);
    expect(summaries.get(functionKey('o', 'a', 'h'))?.averageMs).toBe(20);
    expect(quirks.told().quirks.negativeAverages).toBe(1);
  });
});

describe('memory', () => {
  it('of a function comes before that of its app, which its functions share', () => {
    const memory = new MemoryReader(new QuirkLog());
    memory.read(fileOf('HashOwner,HashApp,SampleCount,AverageAllocatedMb', 'o,a,1,300'));
    memory.read(
      fileOf('HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb', 'o,a,f,1,40'),
    );
    expect(memory.find('o', 'a', 'f', 3)).toBe(40);
    expect(memory.find('o', 'a', 'g', 3)).toBe(100);
    expect(memory.find('o', 'b', 'f', 3)).toBeUndefined();
  });

  it('of several rows is weighted by their samples; an empty one says nothing', () => {
    const quirks = new QuirkLog();
    const memory = new MemoryReader(quirks);
    memory.read(
      fileOf(
        'HashOwner,HashApp,SampleCount,AverageAllocatedMb',
        'o,a,1,100',
        'o,a,3,200',
        'o,a,9,',
      ),
    );
    expect(memory.find('o', 'a', '', 1)).toBe(175);
    expect(quirks.told().quirks.mergedRows).toBe(1);
  });

  it('of more than 16 TiB is refused', () => {
    const file = fileOf('HashOwner,HashApp,SampleCount,AverageAllocatedMb', 'o,a,1,16777217');
    expect(faultOf(() => new MemoryReader(new QuirkLog()).read(file))).toMatchObject({
      line: 2,
      column: 4,
    });
  });
});

describe('a count', () => {
  it('is refused past the limit on the minutes too', () => {
    const folder = brokenVhive('invocations.csv', (content) => withCell(content, 7, 7, 'x'));
    expect(faultOf(() => openRows(folder, { seed, minutes: 1 })).column).toBe(7);
  });

  it('that is huge is refused before memory is taken for it', () => {
    const folder = makeVhive([[4_000_000_000, 1]]);
    const fault = faultOf(() => openRows(folder, { seed }));
    expect(fault).toMatchObject({ line: 2, column: 5, header: '480' });
    expect(fault.expected).toBe('at most 10000000 invocations in a minute');
  });

  it('is refused where the sum passes the limit', () => {
    const folder = makeVhive([
      [3, 3],
      [3, 3],
    ]);
    const fault = faultOf(() => openRows(folder, { seed, maximumInvocations: 11 }));
    expect(fault).toMatchObject({ line: 3, header: '481', found: '12 up to here' });
    expect(openRows(folder, { seed, maximumInvocations: 12 }).startMs).toHaveLength(12);
  });
});

describe('a table', () => {
  it('with a bad duration or memory names the cell', () => {
    const durations = brokenVhive('durations.csv', (content) => withCell(content, 7, 11, 'fast'));
    expect(faultOf(() => openRows(durations, { seed }))).toMatchObject({
      line: 7,
      column: 11,
      header: 'percentile_Average_50',
      found: '"fast"',
    });
    const memory = brokenVhive('memory.csv', (content) => withCell(content, 7, 5, '-3'));
    expect(faultOf(() => openRows(memory, { seed }))).toMatchObject({
      line: 7,
      header: 'AverageAllocatedMb',
    });
  });

  it('with a hole in its minutes, or none, is refused', () => {
    const hole = brokenVhive('invocations.csv', (content) => withCell(content, 1, 7, '4000000000'));
    expect(faultOf(() => openRows(hole, { seed }))).toMatchObject({ line: 1, column: 7 });
    const none = folderWith({
      ...vhiveFiles([[1]]),
      'invocations.csv': lines('HashOwner,HashApp,HashFunction', 'o,a,f'),
    });
    expect(faultOf(() => openRows(none, { seed })).expected).toContain('minute columns');
  });
});
