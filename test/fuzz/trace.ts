// Trace files with faults in them, of every format: a trace that holds together, or one line that says what is wrong.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
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
  calls: {
    'calls.csv':
      'function,app,owner,trigger,start_ms,duration_ms,memory_mib\n' +
      'f,a,o,http,61000.5,20,100\ng,a,o,,0,5,\nf,a,o,http,10,40,200\n',
  },
  faasrail: {
    'spec.csv':
      'avg,mapped_wreq,1-720,721-1440\n' +
      '1633,"{""mean"": 1624.5, ""bench"": ""video-9"", ""payload"": """"}",3,0\n' +
      '2,"{""mean"": 0.2, ""bench"": ""pyaes-1"", ""payload"": """"}",1,2\n',
  },
  sessions: {
    'a.memory.csv':
      'time_s,memory_bytes,cpu_percent\n0.000,4096000,84.69\n1.056,8192000,59.37\n241.000,0,0.00\n',
    'a.tools.csv': 'start_s,end_s,tool\n8.6,9,Glob\n1,250.5,Bash\n',
  },
  iluvatar: {
    'trace.csv': 'func_name,invoke_time_ms\ny,90\nx,3\nx,60000\n',
    'metadata-trace.csv': 'func_name,cold_dur_ms,warm_dur_ms,mem_mb\nx,100,7,64\ny,9,0,32\n',
  },
};

interface Damage {
  readonly format: string;
  readonly file: number;
  /** The damaged file is packed. */
  readonly isPacked: boolean;
  /** Bits of the packed file that are the other way round, by place. */
  readonly bits: readonly number[];
  readonly faults: readonly TextFault[];
}

const damage: fc.Arbitrary<Damage> = fc.record({
  format: fc.constantFrom(...Object.keys(GOOD)),
  file: fc.nat(3),
  isPacked: fc.nat(9).map((one) => one === 0),
  bits: fc.array(fc.nat(2 ** 16), { maxLength: 2 }),
  faults: fc.array(textFault, { maxLength: 4 }),
});

function packed(text: string, bits: readonly number[]): Uint8Array {
  const bytes = gzipSync(text);
  for (const bit of bits) {
    const at = (bit >> 3) % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  }
  return bytes;
}

function damagedFiles({
  format,
  file,
  isPacked,
  bits,
  faults,
}: Damage): [string, string | Uint8Array][] {
  const files = Object.entries(GOOD[format] ?? {});
  const [name, good] = files[file % files.length] as [string, string];
  const text = faults.reduce(withFault, good);
  const others = files.filter(([other]) => other !== name);
  return [...others, isPacked ? [`${name}.gz`, packed(text, bits)] : [name, text]];
}

/** Calls in order of time, each of a function that there is, for a time that can be. */
function expectWhole(trace: Trace): void {
  const { functions, spanMs } = trace;
  const { startMs, durationMs, functionIds } = rowsOf(trace);
  const wrong = startMs.findIndex((start, call) => {
    const duration = durationMs[call] as number;
    const isThere = start >= (startMs[call - 1] ?? 0) && start <= spanMs;
    const isCall = duration >= 0 && duration < Infinity;
    return !(isThere && isCall && (functionIds[call] as number) < functions.length);
  });
  expect(wrong).toBe(-1);
}

function readDamaged(input: Damage, tally: Tally): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'guestmem-fuzz-'));
  try {
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
