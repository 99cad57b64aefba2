/** Small made traces in temporary folders, and where the real samples are. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { TraceError } from '../../src/trace/index.ts';

export const samples: string = resolve(import.meta.dirname, '../../../../shared/traces');
export const hasSamples: boolean = existsSync(samples);

const made: string[] = [];
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function makeFolder(files: Record<string, string | Buffer>): string {
  const folder = mkdtempSync(join(tmpdir(), 'guestmem-trace-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export const DURATION_HEADER: string =
  'HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,' +
  'percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,' +
  'percentile_Average_99,percentile_Average_100';

export const MEMORY_HEADER: string =
  'HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct100';

export function lines(...rows: string[]): string {
  return `${rows.join('\n')}\n`;
}

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
  return makeFolder(vhiveFiles(counts));
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
