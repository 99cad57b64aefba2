// Trace files with faults in them, of every text format: a trace that holds together, or one line that says what is wrong.

import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { Folders, readOrRefused, withBits } from './reading.ts';
import { type TextFault, textFault, withFault } from './text.ts';

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
  columns: {
    'own.csv':
      'ts,fn,dur_us,mem_kib,at\n1700000000.5,f,1500,2048,x\n1700000060,g,20,,y\n1700000001,f,7,1,z\n',
  },
  iluvatar: {
    'trace.csv': 'func_name,invoke_time_ms\ny,90\nx,3\nx,60000\n',
    'metadata-trace.csv': 'func_name,cold_dur_ms,warm_dur_ms,mem_mb\nx,100,7,64\ny,9,0,32\n',
  },
};

/** A file of somebody's own is opened by its name and with a map. */
const COLUMNS = 'time=ts:s,function=fn,duration=dur_us,memory=mem_kib';

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

async function readDamaged(
  { format, file, isPacked, bits, faults }: Damage,
  folders: Folders,
): Promise<'read' | 'refused'> {
  const files = GOOD[format] ?? {};
  const names = Object.keys(files);
  const name = names[file % names.length] as string;
  const good = files[name] as string;
  const folder = folders.of(format, files);
  const plain = path.join(folder, name);
  const damaged = isPacked ? `${plain}.gz` : plain;
  const text = faults.reduce(withFault, good);
  if (isPacked) rmSync(plain);
  writeFileSync(damaged, isPacked ? withBits(gzipSync(text), bits) : text);
  try {
    if (format === 'columns') return await readOrRefused(damaged, { columns: COLUMNS });
    return await readOrRefused(folder);
  } finally {
    if (isPacked) rmSync(damaged);
    writeFileSync(plain, good);
  }
}

export const trace: Fuzzer = {
  name: 'trace',
  sentence: 'A damaged trace of any text format is read whole or refused in one line.',
  cases: 400,
  night: 100_000,
  create: () => {
    const formats = Object.keys(GOOD);
    const tally = new Tally(formats.flatMap((name) => [`${name} read`, `${name} refused`]));
    const tried = new Tally(formats);
    const folders = new Folders();
    const property = fc.asyncProperty(damage, async (input) => {
      tally.add(`${input.format} ${await readDamaged(input, folders)}`);
      tried.add(input.format);
    });
    return {
      property,
      missing: tally.missing,
      tried: tried.counts,
      close: () => folders.close(),
    };
  },
};
