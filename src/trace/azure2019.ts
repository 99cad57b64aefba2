/**
 * The official day files of the Azure Functions 2019 data set: a folder of
 * invocations_per_function_md.anon.dNN*.csv with, where present, the durations and memory of the
 * same days; or one invocations file alone. Days are put one after another in the order of NN;
 * days past a limit on the minutes are not opened.
 */
import { fileFault } from './error.ts';
import { joinTables } from './azure-functions.ts';
import { DurationReader, FunctionTable, MemoryReader, readCountTable } from './azure-tables.ts';
import { MinuteCounts, countedTrace } from './counts.ts';
import { stemOf } from './files.ts';
import { basename, join, resolve } from './paths.ts';
import { QuirkLog } from './quirks.ts';
import type { TraceFormat } from './format.ts';
import { checkOptions, expectPlace } from './options.ts';
import type { TraceSource } from './source.ts';
import { SYSTEM_FILES } from './system-files.ts';
import type { Trace, TraceOptions } from './trace.ts';

const COUNT_FILE = /^invocations_per_function_md\.anon\.d(\d\d).*\.csv(?:\.gz)?$/;
const DURATION_FILE = /^function_durations_percentiles\.anon\.d(\d\d).*\.csv(?:\.gz)?$/;
const MEMORY_FILE = /^app_memory_percentiles\.anon\.d(\d\d).*\.csv(?:\.gz)?$/;

interface DayFile {
  readonly day: number;
  readonly file: string;
}

function dayFiles(folder: string, pattern: RegExp, source: TraceSource): DayFile[] {
  const files = source.names(folder).flatMap((name): DayFile[] => {
    const match = pattern.exec(name);
    return match === null ? [] : [{ day: Number(match[1]), file: join(folder, name) }];
  });
  return files.toSorted((a, b) => a.day - b.day);
}

/** Days must follow one another, each once: a hole would be read as silence. */
function checkDays(days: readonly DayFile[]): void {
  for (let index = 1; index < days.length; index++) {
    const { day, file } = days[index] as DayFile;
    const expectedDay = (days[index - 1] as DayFile).day + 1;
    if (day !== expectedDay) throw fileFault(file, `day ${expectedDay} next`, `day ${day}`);
  }
}

function readDays(
  name: string,
  days: readonly DayFile[],
  durationFiles: readonly DayFile[],
  memoryFiles: readonly DayFile[],
  options: TraceOptions,
): Trace {
  const { seed, minuteLimit, maximumInvocations } = checkOptions(options);
  const { files } = options;
  const quirks = new QuirkLog();
  const table = new FunctionTable(quirks);
  const counts = new MinuteCounts(maximumInvocations);
  const durations = new DurationReader(quirks);
  const memory = new MemoryReader(quirks);
  let minutesRead = 0;
  let lastDay = 0;
  for (const { day, file } of days) {
    if (minutesRead >= minuteLimit) break;
    minutesRead += readCountTable(file, table, counts, minutesRead, minuteLimit, files);
    lastDay = day;
  }
  for (const { day, file } of durationFiles) if (day <= lastDay) durations.read(file, files);
  // The data set has no memory for days 13 and 14: the days before them stand in.
  for (const { day, file } of memoryFiles) if (day <= lastDay) memory.read(file, files);
  const functions = joinTables(table, durations.table(), memory, seed);
  const minutes = Math.min(minutesRead, minuteLimit);
  return countedTrace(
    { name, format: 'azure2019', functions, counts, minutes, ...quirks.told() },
    seed,
  );
}

/** Reads a folder of the Azure 2019 trace: invocations by minute, durations and memory. Throws TraceError. */
export function readAzure2019(folder: string, options: TraceOptions): Trace {
  expectPlace(folder, options);
  const { files = SYSTEM_FILES } = options;
  const days = dayFiles(folder, COUNT_FILE, files);
  if (days.length === 0) {
    const expected = 'files invocations_per_function_md.anon.dNN.csv';
    throw fileFault(folder, expected, 'none');
  }
  checkDays(days);
  const durationFiles = dayFiles(folder, DURATION_FILE, files);
  const memoryFiles = dayFiles(folder, MEMORY_FILE, files);
  return readDays(basename(resolve(folder)), days, durationFiles, memoryFiles, options);
}

/** One file of counts; durations and memory come from the published distributions. */
export function readAzure2019Counts(file: string, options: TraceOptions): Trace {
  expectPlace(file, options);
  return readDays(stemOf(file), [{ day: 1, file }], [], [], options);
}

export const AZURE2019: TraceFormat = {
  name: 'azure2019',
  sentence: 'Azure Functions 2019: day files of calls a minute, durations and memory, or one file.',
  noun: 'Azure 2019 day files',
  recognises: (candidate) =>
    candidate.isFolder
      ? candidate.names.some((name) => COUNT_FILE.test(name))
      : candidate.hasColumns(['HashOwner', 'HashApp', 'HashFunction']) &&
        !candidate.hasColumns(['Average']), // which is a table of durations
  open: ({ path, isFolder }, options) =>
    isFolder ? readAzure2019(path, options) : readAzure2019Counts(path, options),
};
