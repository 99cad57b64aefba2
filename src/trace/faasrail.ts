/**
 * A specification of FaaSRail (cslab-ntua/faasrail, "spec" mode): a row a function with the Azure function's average, the workload
 * it was mapped to, and its requests in each minute of the experiment. A column of requests is one minute, whatever range of the
 * trace's minutes its header says it was shrunk from. The mapped workload is what runs: calls take its mean.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { publishedMemoryMib } from './azure-functions.ts';
import { MinuteCounts, countedTrace } from './counts.ts';
import { type CsvHeader, type CsvRow, cellFault, countAt, readCsv } from './csv.ts';
import { evenDurations } from './distribution.ts';
import { TraceError } from './error.ts';
import { stemOf } from './files.ts';
import type { TraceFormat } from './format.ts';
import { checkOptions, expectPlace } from './options.ts';
import { QuirkLog } from './quirks.ts';
import { MINIMUM_DURATION_MS, type Trace, type TraceFunction, type TraceOptions } from './trace.ts';

const HEADERS = ['avg', 'mapped_wreq'];
const MINUTES = /^\d+(-\d+)?$/;
const WORKLOAD = 'a workload such as {"mean": 1624.0, "bench": "pyaes-96", "payload": "…"}';

/** Longest mean that is believed: a day. */
const LARGEST_MEAN_MS = 1440 * MS_PER_MINUTE;

function minuteColumns({ file, names }: CsvHeader): number[] {
  const columns = names.flatMap((name, index) => (MINUTES.test(name) ? [index] : []));
  if (columns.length > 0) return columns;
  const expected = 'columns of requests such as "1-288"';
  throw new TraceError({ file, line: 1, expected, found: `${names.length} others only` });
}

/** The mapped workload's name and mean. */
function workloadAt(row: CsvRow, index: number): { bench: string; meanMs: number } {
  let value: unknown;
  try {
    value = JSON.parse(row.cells[index] as string);
  } catch {
    throw cellFault(row, index, WORKLOAD);
  }
  if (typeof value === 'object' && value !== null && 'mean' in value && 'bench' in value) {
    const { mean, bench } = value;
    const isMean = typeof mean === 'number' && mean >= 0 && mean <= LARGEST_MEAN_MS;
    if (isMean && typeof bench === 'string' && bench !== '') return { bench, meanMs: mean };
  }
  throw cellFault(row, index, WORKLOAD);
}

/** Rows stay functions of their own, also those that were mapped to one workload. */
function functionAt(row: CsvRow, id: number, seed: number, quirks: QuirkLog): TraceFunction {
  const { bench, meanMs } = workloadAt(row, row.header.require('mapped_wreq'));
  const rowPlace = { file: row.header.file, line: row.line };
  quirks.note('functionsWithoutMemory', rowPlace);
  if (meanMs < MINIMUM_DURATION_MS) quirks.note('durationsRaised', rowPlace);
  const name = `${bench}-${id + 1}`;
  return {
    id,
    name,
    app: name,
    owner: '',
    trigger: undefined,
    memoryMib: publishedMemoryMib(seed, '', name),
    memorySource: 'published',
    durations: evenDurations(meanMs),
  };
}

/** Reads a FaaSRail specification: invocations by minute of mapped workloads. Throws TraceError. */
export function readFaasRail(file: string, options: TraceOptions): Trace {
  expectPlace(file, options);
  const { seed, minuteLimit, maximumInvocations } = checkOptions(options);
  const counts = new MinuteCounts(maximumInvocations);
  const quirks = new QuirkLog();
  const functions: TraceFunction[] = [];
  let columns: readonly number[] | undefined;
  readCsv(file, options.files, (row) => {
    columns ??= minuteColumns(row.header);
    const id = functions.push(functionAt(row, functions.length, seed, quirks)) - 1;
    for (const [minute, index] of columns.entries()) {
      const count = countAt(row, index);
      const header = row.header.names[index];
      const place = { file, line: row.line, column: index + 1, header };
      if (minute < minuteLimit) counts.add(id, minute, count, place);
    }
  });
  if (columns === undefined) {
    throw new TraceError({
      file,
      line: 2,
      expected: 'at least one function',
      found: 'a header only',
    });
  }
  const minutes = Math.min(columns.length, minuteLimit);
  const parts = { name: stemOf(file), format: 'faasrail', functions, counts, minutes };
  return countedTrace({ ...parts, ...quirks.told() }, seed);
}

export const FAASRAIL: TraceFormat = {
  name: 'faasrail',
  sentence: 'FaaSRail: a specification, a row a function with requests a minute and its workload.',
  noun: 'a FaaSRail specification',
  recognises: (candidate) => candidate.hasColumns(HEADERS),
  open: ({ path }, options) => readFaasRail(path, options),
};
