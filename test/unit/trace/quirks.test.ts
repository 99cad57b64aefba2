/** What readers repair: told by kind, with the file and line of the first. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Trace, openTrace } from '../../../src/trace/index.ts';
import { QuirkLog } from '../../../src/trace/quirks.ts';
import { NO_QUIRKS } from '../../../src/trace/trace.ts';
import { emptyFolder } from '../../support/folder.ts';

function open(files: Readonly<Record<string, string>>): { folder: string; trace: Trace } {
  const folder = emptyFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, trace: openTrace(folder, { seed: 1 }) };
}

const IDS = 'HashOwner,HashApp,HashFunction';
const DURATIONS =
  'Average,Count,Minimum,Maximum,' +
  [0, 1, 25, 50, 75, 99, 100].map((share) => `percentile_Average_${share}`).join(',');

describe('a log of quirks', () => {
  it('counts by kind and keeps the first place of each', () => {
    const log = new QuirkLog();
    log.note('mergedRows');
    log.note('mergedRows', { file: 'a', line: 3 });
    log.note('mergedRows', { file: 'a', line: 4 });
    const { quirks, firstQuirks } = log.told();
    expect(quirks).toEqual({ ...NO_QUIRKS, mergedRows: 3 });
    expect(firstQuirks).toEqual({ mergedRows: { file: 'a', line: 3 } });
  });
});

describe('repairs', () => {
  it('of tables are told with file and line', () => {
    const { folder, trace } = open({
      'invocations.csv': `${IDS},Trigger,1\no,a,f,http,1\no,a,g,http,1\no,a,h,http,1\no,a,f,http,1\n`,
      'durations.csv': `${IDS},${DURATIONS}\no,a,f,5,1,5,9,5,5,5,5,5,5,9\no,a,g,-5,1,0,9,0,5,4,5,5,5,9\n`,
      'memory.csv': `${IDS},SampleCount,AverageAllocatedMb\no,a,f,100,64\no,a,g,100,64\n`,
    });
    expect(trace.quirks).toEqual({
      ...NO_QUIRKS,
      mergedRows: 1,
      negativeAverages: 1,
      percentilesOrdered: 1,
      durationsRaised: 1,
      functionsWithoutDurations: 1,
      functionsWithoutMemory: 1,
    });
    const counts = join(folder, 'invocations.csv');
    const durations = join(folder, 'durations.csv');
    expect(trace.firstQuirks).toEqual({
      mergedRows: { file: counts, line: 5 },
      negativeAverages: { file: durations, line: 3 },
      percentilesOrdered: { file: durations, line: 3 },
      durationsRaised: { file: durations, line: 3 },
      functionsWithoutDurations: { file: counts, line: 4 },
      functionsWithoutMemory: { file: counts, line: 4 },
    });
  });

  it('of percentiles above their maximum, and of those that are missing, are told', () => {
    const { folder, trace } = open({
      'invocations.csv': `${IDS},Trigger,1\no,a,f,http,1\no,a,g,http,1\no,a,h,http,1\n`,
      'durations.csv':
        `${IDS},${DURATIONS}\no,a,f,5,1,5,9,5,5,5,5,5,9,10\n` +
        'o,a,g,0.5,1,5,9,5,5,,5,5,5,9\no,a,h,5,1,5,,5,5,5,5,5,9,10\n',
      'memory.csv': `${IDS},SampleCount,AverageAllocatedMb\no,a,f,1,64\no,a,g,1,64\no,a,h,1,64\n`,
    });
    const more = { percentilesLowered: 1, percentilesFilled: 1, durationsRaised: 1 };
    expect(trace.quirks).toEqual({ ...NO_QUIRKS, ...more });
    const file = join(folder, 'durations.csv');
    expect(trace.firstQuirks).toEqual({
      percentilesLowered: { file, line: 2 },
      percentilesFilled: { file, line: 3 },
      durationsRaised: { file, line: 3 },
    });
    const [lowered, filled] = trace.functions;
    expect(lowered?.durations.percentilesMs.at(-1)).toBe(9);
    expect(filled?.durations.source).toBe('trace');
  });

  it('of calls are told with file and line', () => {
    const { folder, trace } = open({
      'calls.csv': 'app,func,end_timestamp,duration\na,f,10,1\na,f,2,3\na,f,11,0\na,f,12,0\n',
    });
    const file = join(folder, 'calls.csv');
    expect(trace.quirks).toEqual({
      ...NO_QUIRKS,
      startsMoved: 1,
      durationsRaised: 2,
      functionsWithoutMemory: 1,
    });
    expect(trace.firstQuirks).toEqual({
      startsMoved: { file, line: 3 },
      durationsRaised: { file, line: 4 },
      functionsWithoutMemory: { file, line: 2 },
    });
  });

  it('of a function that is shorter than any call are told', () => {
    const { folder, trace } = open({
      'x.csv': 'func_name,invoke_time_ms\nf,5\n',
      'metadata-x.csv': 'func_name,warm_dur_ms,mem_mb\nf,0.5,64\n',
    });
    expect(trace.quirks).toEqual({ ...NO_QUIRKS, durationsRaised: 1 });
    const place = { file: join(folder, 'metadata-x.csv'), line: 2 };
    expect(trace.firstQuirks).toEqual({ durationsRaised: place });
  });
});
