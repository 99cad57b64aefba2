/** Finds out what format a path is in, by the names and headers of its files, and reads it. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAzure2019Folder, readAzure2019, readAzure2019Counts } from './azure2019.ts';
import { AZURE2021_HEADERS, readAzure2021 } from './azure2021.ts';
import { fileFault, peekCsvHeader, statPath } from './csv.ts';
import { ILUVATAR_HEADERS, readIluvatar } from './iluvatar.ts';
import type { Trace, TraceOptions } from './trace.ts';
import { VHIVE_COUNT_FILES, readVhive } from './vhive.ts';

type FileReader = (file: string, options: TraceOptions) => Trace;

const FORMATS =
  'a trace: a vHive folder (invocations.csv, durations.csv, memory.csv), Azure 2019 day files, ' +
  'an Azure 2021 file or an Iluvatar pair';

function readerOf(file: string): FileReader | undefined {
  const names = peekCsvHeader(file);
  const has = (wanted: readonly string[]): boolean => wanted.every((name) => names.includes(name));
  if (has(AZURE2021_HEADERS)) return readAzure2021;
  if (has(ILUVATAR_HEADERS)) return readIluvatar;
  const isCounts = has(['HashOwner', 'HashApp', 'HashFunction']) && !names.includes('Average');
  return isCounts ? readAzure2019Counts : undefined;
}

function openFile(file: string, options: TraceOptions): Trace {
  if (VHIVE_COUNT_FILES.includes(basename(file))) return readVhive(dirname(file), options);
  const reader = readerOf(file);
  if (reader !== undefined) return reader(file, options);
  if (statPath(file).size === 0) throw fileFault(file, FORMATS, 'an empty file');
  throw fileFault(file, FORMATS, 'a file with none of their headers');
}

const VHIVE_FILES = ['invocations.csv', 'durations.csv', 'memory.csv', 'inv.csv'];

function openFolder(folder: string, options: TraceOptions): Trace {
  let names: string[];
  try {
    names = readdirSync(folder).toSorted();
  } catch {
    throw fileFault(folder, 'a readable folder', 'no permission to list it');
  }
  // One file of the three is enough to mean this format: its reader names the one that is missing.
  if (names.some((name) => VHIVE_FILES.includes(name))) return readVhive(folder, options);
  if (isAzure2019Folder(folder)) return readAzure2019(folder, options);
  const files = names
    .filter((name) => /\.(csv|txt)$/.test(name))
    .map((name) => join(folder, name))
    .filter((file) => statPath(file).isFile() && readerOf(file) !== undefined);
  const [only] = files;
  if (only === undefined) throw fileFault(folder, FORMATS, 'a folder without any of their files');
  if (files.length > 1) {
    const several = files.slice(0, 8).map((file) => basename(file));
    throw fileFault(folder, 'one trace (name its file)', `several: ${several.join(', ')}`);
  }
  return openFile(only, options);
}

/**
 * Reads a trace of any known format. Throws `TraceError` for what is wrong with the path or the
 * files, `RangeError` for options out of range.
 */
export function openTrace(path: string, options: TraceOptions): Trace {
  const stats = statPath(path);
  if (stats.isDirectory()) return openFolder(path, options);
  if (stats.isFile()) return openFile(path, options);
  throw fileFault(path, 'a file or folder', 'something else');
}
