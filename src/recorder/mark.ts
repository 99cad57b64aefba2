// Files that say that something is whole: they are the last that is written of it, and as wholes themselves.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What a mark says; empty if it is not there, or was cut off by a build that did not write it as a whole. */
export function readMark(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

export function writeMark(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
