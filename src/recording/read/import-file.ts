// What stands in a folder whose page events another tool recorded (src/recording/import): there, the states are made of the events.

import path from 'node:path';
import { readOptional } from './files.ts';
import { Kinds, type Look } from './kinds.ts';

const NAME = 'import.json';
const FORMAT = 'guestmem-import-1';

/** As much of it as whoever opens a folder must know. */
export interface ImportFile {
  readonly format: typeof FORMAT;
  /** The tool. */
  readonly source: string;
}

/** Undefined: the folder is no import. `looks`: what else must stand in it. Throws RecordingError. */
export function readImport(
  folder: string,
  looks: (kinds: Kinds) => Readonly<Record<string, Look>> = () => ({}),
): ImportFile | undefined {
  const text = readOptional(folder, NAME);
  if (text === undefined) return undefined;
  const kinds = new Kinds(path.join(folder, NAME), text);
  const found = kinds.parsed();
  kinds.object({ format: kinds.exactly(FORMAT), source: kinds.text, ...looks(kinds) })(found, '');
  return found as ImportFile;
}
