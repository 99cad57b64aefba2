/** Small made traces in temporary folders, and where the real samples are. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type CallRows,
  type Trace,
  type TraceOptions,
  TraceError,
  openTrace,
  rowsOf,
} from '../../src/trace/index.ts';
import { folderWith } from './folder.ts';

export const samples: string = resolve(import.meta.dirname, '../../../shared/traces');
export const hasSamples: boolean = existsSync(samples);

export const DURATION_HEADER: string =
  'HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,' +
  'percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,' +
  'percentile_Average_99,percentile_Average_100';

export const MEMORY_HEADER: string =
  'HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct100';

export function lines(...rows: string[]): string {
  return `${rows.join('\n')}\n`;
}

/** A file of calls in the project's own columns. */
export const CALL_FILE: Record<string, string> = {
  'calls.csv': lines(
    'function,app,owner,trigger,start_ms,duration_ms,memory_mib',
    'f,a,o,http,61000.5,20,100',
    'g,a,o,,0,5,',
    'f,a,o,http,10,40,200',
  ),
};

/** Two functions in two minutes, as FaaSRail writes them. */
export const FAASRAIL_SPEC: Record<string, string> = {
  'spec.csv': lines(
    'avg,mapped_wreq,1-720,721-1440',
    String.raw`1633,"{""mean"": 1624.5, ""bench"": ""video-9"", ""payload"": ""{\""n\"": 1}""}",3,0`,
    '2,"{""mean"": 0.2, ""bench"": ""pyaes-1"", ""payload"": """"}",1,2',
  ),
};

/** A session of five minutes: memory every now and then, two tools. */
export const SESSION_FILES: Record<string, string> = {
  'a.memory.csv': lines(
    'time_s,memory_bytes,cpu_percent',
    '0.000,4096000,84.69',
    '1.056,8192000,59.37',
    '241.000,0,0.00',
  ),
  'a.tools.csv': lines('start_s,end_s,tool', '8.6,9,Glob', '1,250.5,Bash'),
};

/** A vHive folder of functions f0, f1, … with these counts a minute, each in its own app. */
export function vhiveFiles(counts: readonly (readonly number[])[]): Record<string, string> {
  const labels = (counts[0] ?? []).map((_, index) => String(480 + index));
  const ids = counts.map((_, index) => `o${index},a${index},f${index}`);
  return {
    'invocations.csv': lines(
      ['HashOwner,HashApp,HashFunction,Trigger', ...labels].join(','),
      ...counts.map((row, index) => [ids[index], 'http', ...row].join(',')),
    ),
    'durations.csv': lines(
      DURATION_HEADER,
      ...ids.map((id, index) => `${id},50,9,1.0,200.0,${index},10,20,40,80,100,100`),
    ),
    'memory.csv': lines(MEMORY_HEADER, ...ids.map((id) => `${id},100,64.5,90`)),
  };
}

export function makeVhive(counts: readonly (readonly number[])[]): string {
  return folderWith(vhiveFiles(counts));
}

/** A good folder with one file replaced. */
export function brokenVhive(name: string, change: (content: string) => string): string {
  const files = vhiveFiles(Array.from({ length: 9 }, () => [1, 2, 3]));
  return folderWith({ ...files, [name]: change(files[name] as string) });
}

/** Replaces the cell of a 1-based line and column. */
export function withCell(content: string, line: number, column: number, text: string): string {
  const rows = content.split('\n').map((row) => row.split(','));
  (rows[line - 1] as string[])[column - 1] = text;
  return rows.map((row) => row.join(',')).join('\n');
}

/** A trace with its calls one by one. */
export function withRows(trace: Trace): Trace & CallRows {
  return { ...trace, ...rowsOf(trace) };
}

export function openRows(path: string, options: TraceOptions): Trace & CallRows {
  return withRows(openTrace(path, options));
}

/** Whether the first `size` elements are the same numbers; quick where toEqual takes seconds. */
export function samePrefix<T extends Float64Array | Float32Array | Uint32Array>(
  a: T,
  b: T,
  size: number,
): boolean {
  if (a.length < size || b.length < size) return false;
  for (let index = 0; index < size; index++) if (a[index] !== b[index]) return false;
  return true;
}

export function isSorted(values: Float64Array): boolean {
  return values.every((value, index) => index === 0 || (values[index - 1] as number) <= value);
}

/** The fault that `read` must raise. */
export function faultOf(read: () => unknown): TraceError {
  try {
    read();
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error('expected a TraceError, but nothing was thrown');
}
