// What stands in a folder whose page events another tool recorded (src/recording/import): there, the states are made of the events.

import path from 'node:path';
import { RecordingError } from '../error.ts';
import { readOptional } from './files.ts';

const NAME = 'import.json';
const FORMAT = 'guestmem-import-1';

/** As much of it as whoever opens a folder must know. */
export interface ImportFile {
  readonly format: typeof FORMAT;
  /** The tool. */
  readonly source: string;
}

/** Undefined: the folder is no import. Throws RecordingError. */
export function readImport(folder: string): ImportFile | undefined {
  const text = readOptional(folder, NAME);
  if (text === undefined) return undefined;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = undefined;
  }
  const isImport =
    typeof found === 'object' &&
    found !== null &&
    'format' in found &&
    found.format === FORMAT &&
    'source' in found &&
    typeof found.source === 'string';
  if (isImport) return found as unknown as ImportFile;
  throw new RecordingError(path.join(folder, NAME), 0, `an import (${FORMAT})`, 'something else');
}
