import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  joinTables,
  publishedDurations,
  publishedMemoryMib,
} from '../../../src/trace/azure-functions.ts';
import { DurationReader, FunctionTable, MemoryReader } from '../../../src/trace/azure-tables.ts';
import { QuirkLog } from '../../../src/trace/quirks.ts';
import { NO_QUIRKS, functionKey } from '../../../src/trace/trace.ts';
import { DURATION_HEADER, lines } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const SEED = 7;

describe('figures that a table lacks', () => {
  it('are drawn for a function and for an app by name, whatever else is there', () => {
    expect(publishedDurations(SEED, 'o/a/f')).toEqual(publishedDurations(SEED, 'o/a/f'));
    const averages = [
      publishedDurations(SEED, 'o/a/f'),
      publishedDurations(SEED, 'o/a/g'),
      publishedDurations(SEED + 1, 'o/a/f'),
    ].map(({ averageMs }) => averageMs);
    expect(new Set(averages).size).toBe(3);
    const memory = [
      publishedMemoryMib(SEED, 'o', 'a'),
      publishedMemoryMib(SEED, 'o', 'b'),
      publishedMemoryMib(SEED, 'p', 'a'),
      publishedMemoryMib(SEED + 1, 'o', 'a'),
    ];
    expect(new Set(memory).size).toBe(4);
    expect(publishedMemoryMib(SEED, 'o', 'a')).toBe(memory[0]);
  });
});

describe('joined tables', () => {
  const folder = folderWith({
    'durations.csv': lines(
      DURATION_HEADER,
      'o,a,f,7,1,7,7,7,7,7,7,7,7,7',
      'o,a,f,7,1,7,7,7,7,7,7,7,7,7',
      'o,b,i,-1,1,9,9,9,9,9,9,9,9,9',
    ),
    'memory.csv': lines(
      'HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb',
      'o,a,f,1,33',
      'o,a,f,1,33',
    ),
  });
  const log = new QuirkLog();
  const table = new FunctionTable(log);
  for (const [app, name] of [
    ['a', 'f'],
    ['a', 'g'],
    ['a', 'h'],
    ['b', 'i'],
  ] as const) {
    const trigger = name === 'g' ? 'timer' : undefined;
    table.intern({ owner: 'o', app, name, trigger, place: { file: 'counts.csv', line: 2 } });
  }
  const durations = new DurationReader(log);
  durations.read(join(folder, 'durations.csv'));
  const memory = new MemoryReader(log);
  memory.read(join(folder, 'memory.csv'));
  const functions = joinTables(table, durations.table(), memory, SEED);

  it('keep the order of the functions, and give each its own figures', () => {
    expect(functions.map(({ id, name, trigger }) => [id, name, trigger])).toEqual([
      [0, 'f', undefined],
      [1, 'g', 'timer'],
      [2, 'h', undefined],
      [3, 'i', undefined],
    ]);
    expect(functions[0]).toMatchObject({ memoryMib: 33, memorySource: 'trace' });
    expect(functions[0]?.durations).toMatchObject({ averageMs: 7, source: 'trace' });
  });

  it('fill the rest from what is published: an app’s memory in equal parts', () => {
    const part = publishedMemoryMib(SEED, 'o', 'a') / 3;
    expect(functions[1]).toMatchObject({ memoryMib: part, memorySource: 'published' });
    expect(functions[2]?.memoryMib).toBe(part);
    expect(functions[3]?.memoryMib).toBe(publishedMemoryMib(SEED, 'o', 'b'));
    expect(functions[1]?.durations).toEqual(publishedDurations(SEED, functionKey('o', 'a', 'g')));
  });

  it('say what was filled in and repaired', () => {
    expect(log.told().quirks).toEqual({
      ...NO_QUIRKS,
      functionsWithoutDurations: 2,
      functionsWithoutMemory: 3,
      mergedRows: 1 + 1,
      negativeAverages: 1,
    });
  });
});
