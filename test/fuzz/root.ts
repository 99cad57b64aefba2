// Where the project lies: fuzzers run from the sources in tests, and compiled from build/fuzz by `npm run fuzz`.

import { existsSync } from 'node:fs';
import path from 'node:path';

/** A file of the project; a package.json lies beside the compiled fuzzers too. */
export function projectFile(...parts: readonly string[]): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'asconfig.json'))) {
    if (folder === path.dirname(folder)) throw new Error('no asconfig.json above the fuzzers');
    folder = path.dirname(folder);
  }
  return path.join(folder, ...parts);
}
