// Trace files with faults in them, of every format: a trace that holds together, or one line that says what is wrong.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Trace, TraceError, openTrace, rowsOf } from '../../src/trace/index.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { type TextFault, UNPRINTABLE, textFault, withFault } from './text.ts';

const DURATIONS =
  'Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,' +
  'percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,' +
  'percentile_Average_100';
const IDS = 'HashOwner,HashApp,HashFunction';

/** A small good trace of each format, file by file. */
const GOOD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  vhive: {
    'invocations.csv': `${IDS},Trigger,480,481\no,a,f,http,1,2\no,a,g,timer,3,4\n`,
    'durations.csv':
      `${IDS},${DURATIONS}\no,a,f,50,9,1.0,200.0,0,10,20,40,80,100,100\n` +
      'o,a,g,50,9,1.0,200.0,1,10,20,40,80,100,100\n',
    'memory.csv': `${IDS},SampleCount,AverageAllocatedMb\no,a,f,100,64.5\no,a,g,100,64.5\n`,
  },
  azure2019: {
    'invocations_per_function_md.anon.d01.csv': `${IDS},Trigger,1,2\no,a,f,others,3,0\n`,
    'invocations_per_function_md.anon.d02.csv': `${IDS},Trigger,1,2\no,a,g,timer,1,0\n`,
    'function_durations_percentiles.anon.d01.csv': `${IDS},${DURATIONS}\no,a,f,5,1,5,5,5,5,5,5,5,5,5\n`,
    'app_memory_percentiles.anon.d01.csv':
      'HashOwner,HashApp,SampleCount,AverageAllocatedMb\no,a,5,80\n',
  },
  azure2021: {
    'calls.csv': 'app,func,end_timestamp,duration\na,f,10.5,0.5\na,g,9,4\nb,f,10,0\n',
  },
  iluvatar: {
    'trace.csv': 'func_name,invoke_time_ms\ny,90\nx,3\nx,60000\n',
    'metadata-trace.csv': 'func_name,cold_dur_ms,warm_dur_ms,mem_mb\nx,100,7,64\ny,9,0,32\n',
  },
};

interface Damage {
  readonly format: string;
  readonly file: number;
  readonly faults: readonly TextFault[];
}

const damage: fc.Arbitrary<Damage> = fc.record({
  format: fc.constantFrom(...Object.keys(GOOD)),
  file: fc.nat(3),
  faults: fc.array(textFault, { maxLength: 4 }),
});

function damagedFiles({ format, file, faults }: Damage): [string, string][] {
  const files = Object.entries(GOOD[format] ?? {});
  const [name, good] = files[file % files.length] as [string, string];
  return [...files.filter(([other]) => other !== name), [name, faults.reduce(withFault, good)]];
}

/** Calls in order of time, each of a function that there is, for a time that can be. */
function expectWhole(trace: Trace): void {
  const { functions, spanMs } = trace;
  const { startMs, durationMs, functionIds } = rowsOf(trace);
  startMs.forEach((start, call) => {
    expect(start).toBeGreaterThanOrEqual(startMs[call - 1] ?? 0);
    expect(start).toBeLessThanOrEqual(spanMs);
    expect(durationMs[call]).toBeGreaterThanOrEqual(0);
    expect(durationMs[call]).toBeLessThan(Infinity);
    expect(functionIds[call]).toBeLessThan(functions.length);
  });
}

function readDamaged(input: Damage, tally: Tally): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'guestmem-fuzz-'));
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of damagedFiles(input)) writeFileSync(path.join(folder, name), text);
    expectWhole(openTrace(folder, { seed: 1, maximumInvocations: 10_000 }));
    tally.add(`${input.format} read`);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    expect(error.message).not.toMatch(UNPRINTABLE);
    tally.add(`${input.format} refused`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const trace: Fuzzer = {
  name: 'trace',
  sentence: 'A damaged trace of any format is read whole or refused in one line.',
  cases: 400,
  create: () => {
    const formats = Object.keys(GOOD);
    const tally = new Tally(formats.flatMap((name) => [`${name} read`, `${name} refused`]));
    return {
      property: fc.property(damage, (input) => readDamaged(input, tally)),
      missing: tally.missing,
    };
  },
};
