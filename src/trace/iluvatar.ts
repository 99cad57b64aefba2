/**
 * Iluvatar's pair of files: `func_name,invoke_time_ms`, one row a call, and next to it
 * `func_name,cold_dur_ms,warm_dur_ms,mem_mb`, one row a function. Every call of a function takes
 * its warm duration; the cold duration is another system's start-up and is not used.
 */
import { type CsvRow, numberFrom, readCsv, textAt } from './csv.ts';
import { evenDurations } from './distribution.ts';
import { fileFault, quoteText, TraceError } from './error.ts';
import { plainName, stemOf } from './files.ts';
import { type TraceFormat, siblingHasColumns } from './format.ts';
import { checkOptions, expectPlace } from './options.ts';
import { dirname, join } from './paths.ts';
import { QuirkLog } from './quirks.ts';
import { CallCollector } from './rows.ts';
import type { TraceSource } from './source.ts';
import { SYSTEM_FILES } from './system-files.ts';
import { MINIMUM_DURATION_MS, type Trace, type TraceFunction, type TraceOptions } from './trace.ts';

const HEADERS = ['func_name', 'invoke_time_ms'];
const METADATA_HEADERS = ['func_name', 'warm_dur_ms', 'mem_mb'];

const MILLISECONDS = 'a number of milliseconds of 0 or more';
const MEGABYTES = 'a number of megabytes of 0 or more';

/** The sibling named metadata-<trace>, or else the only sibling that has the right headers. */
function findMetadata(file: string, files: TraceSource): string {
  const folder = dirname(file);
  const names = files.names(folder).filter((name) => /\.csv(\.gz)?$/.test(name));
  const named = `metadata-${plainName(file)}`;
  const own = names.find((name) => plainName(name) === named);
  if (own !== undefined) return join(folder, own);
  const fitting = names.filter((name) =>
    siblingHasColumns(join(folder, name), METADATA_HEADERS, files),
  );
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return join(folder, only);
  const found = fitting.length === 0 ? 'none' : `several: ${fitting.slice(0, 8).join(', ')}`;
  throw fileFault(file, `${named} with ${METADATA_HEADERS.join(', ')} next to it`, found);
}

function readFunction(row: CsvRow, id: number, quirks: QuirkLog): TraceFunction {
  const { header } = row;
  const name = textAt(row, header.require('func_name'));
  const warmMs = numberFrom(row, header.require('warm_dur_ms'), 0, MILLISECONDS);
  const memoryMib = numberFrom(row, header.require('mem_mb'), 0, MEGABYTES);
  if (warmMs < MINIMUM_DURATION_MS) {
    quirks.note('durationsRaised', { file: header.file, line: row.line });
  }
  return {
    id,
    name,
    app: name,
    owner: '',
    trigger: undefined,
    memoryMib,
    memorySource: 'trace',
    durations: evenDurations(warmMs),
  };
}

function readFunctions(
  file: string,
  quirks: QuirkLog,
  files: TraceSource,
): Map<string, TraceFunction> {
  const functions = new Map<string, TraceFunction>();
  readCsv(file, files, (row) => {
    const fn = readFunction(row, functions.size, quirks);
    if (functions.has(fn.name)) {
      const expected = 'each function once';
      const found = `${quoteText(fn.name)} again`;
      throw new TraceError({ file, line: row.line, expected, found });
    }
    functions.set(fn.name, fn);
  });
  return functions;
}

/** Reads an Iluvatar pair: a file of calls, and one of functions beside it. Throws TraceError. */
export function readIluvatar(file: string, options: TraceOptions): Trace {
  expectPlace(file, options);
  const { maximumInvocations } = checkOptions(options);
  const quirks = new QuirkLog();
  const { files = SYSTEM_FILES } = options;
  const byName = readFunctions(findMetadata(file, files), quirks, files);
  const collector = new CallCollector(maximumInvocations, options.minutes);
  readCsv(file, files, (row) => {
    const nameIndex = row.header.require('func_name');
    const timeIndex = row.header.require('invoke_time_ms');
    const fn = byName.get(textAt(row, nameIndex));
    if (fn === undefined) {
      const found = quoteText(row.cells[nameIndex] as string);
      const expected = 'a function of the metadata file';
      const place = { file, line: row.line, column: nameIndex + 1, header: 'func_name' };
      throw new TraceError({ ...place, expected, found });
    }
    const startMs = numberFrom(row, timeIndex, 0, MILLISECONDS);
    collector.add(fn.id, startMs, fn.durations.averageMs, { file, line: row.line });
  });
  return {
    name: stemOf(file),
    format: 'iluvatar',
    functions: [...byName.values()],
    ...quirks.told(),
    ...collector.sorted(),
  };
}

export const ILUVATAR: TraceFormat = {
  name: 'iluvatar',
  sentence: 'Iluvatar: a file with a row a call, and beside it one with a row a function.',
  noun: 'an Iluvatar pair',
  recognises: (candidate) => candidate.hasColumns(HEADERS),
  open: ({ path }, options) => readIluvatar(path, options),
};
