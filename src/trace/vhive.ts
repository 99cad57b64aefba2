/**
 * The vHive/invitro folder: invocations.csv, durations.csv and memory.csv, or inv.csv, run.csv and
 * mem.csv as its older samples are called. All three must be there: they are the format.
 */
import { fileFault } from './error.ts';
import { joinTables } from './azure-functions.ts';
import { DurationReader, FunctionTable, MemoryReader, readCountTable } from './azure-tables.ts';
import { MinuteCounts, countedTrace } from './counts.ts';
import { plainName } from './files.ts';
import { basename, dirname, join, resolve } from './paths.ts';
import { QuirkLog } from './quirks.ts';
import type { TraceFormat } from './format.ts';
import { type OptionValues, checkOptions, expectPlace } from './options.ts';
import { SYSTEM_FILES } from './system-files.ts';
import type { Trace, TraceOptions } from './trace.ts';

const COUNT_FILES = ['invocations.csv', 'inv.csv'];
const DURATION_FILES = ['durations.csv', 'run.csv'];
const MEMORY_FILES = ['memory.csv', 'mem.csv'];

function findFile(folder: string, present: readonly string[], names: readonly string[]): string {
  const name = names
    .flatMap((plain) => [plain, `${plain}.gz`])
    .find((candidate) => present.includes(candidate));
  if (name !== undefined) return join(folder, name);
  const csvFiles = present.filter((file) => /\.csv(\.gz)?$/.test(file));
  const found = csvFiles.length === 0 ? 'no CSV file' : `only ${csvFiles.slice(0, 8).join(', ')}`;
  throw fileFault(join(folder, names[0] as string), 'this file in the folder', found);
}

/** Reads a folder of vHive's samples of the Azure trace. Throws TraceError. */
export function readVhive(folder: string, options: TraceOptions): Trace {
  expectPlace(folder, options);
  const { seed, minuteLimit, maximumInvocations }: OptionValues = checkOptions(options);
  const { files = SYSTEM_FILES } = options;
  const present = files.names(folder);
  const countFile = findFile(folder, present, COUNT_FILES);
  const durationFile = findFile(folder, present, DURATION_FILES);
  const memoryFile = findFile(folder, present, MEMORY_FILES);
  const quirks = new QuirkLog();
  const table = new FunctionTable(quirks);
  const counts = new MinuteCounts(maximumInvocations);
  const minutesRead = readCountTable(countFile, table, counts, 0, minuteLimit, files);
  const durations = new DurationReader(quirks);
  durations.read(durationFile, files);
  const memory = new MemoryReader(quirks);
  memory.read(memoryFile, files);
  const functions = joinTables(table, durations.table(), memory, seed);
  const minutes = Math.min(minutesRead, minuteLimit);
  const name = basename(resolve(folder));
  return countedTrace(
    { name, format: 'vhive', functions, counts, minutes, ...quirks.told() },
    seed,
  );
}

/** One file of the three is enough to mean this format: the reader names the one that is missing. */
const TELLING_FILES = [...COUNT_FILES, 'durations.csv', 'memory.csv'];

export const VHIVE: TraceFormat = {
  name: 'vhive',
  sentence: 'Folder of vHive/invitro: calls a minute, duration percentiles and memory a function.',
  noun: 'a vHive folder (invocations.csv, durations.csv, memory.csv)',
  recognises: ({ path, isFolder, names }) =>
    isFolder
      ? names.some((name) => TELLING_FILES.includes(plainName(name)))
      : COUNT_FILES.includes(plainName(path)),
  open: ({ path, isFolder }, options) => readVhive(isFolder ? path : dirname(path), options),
};
