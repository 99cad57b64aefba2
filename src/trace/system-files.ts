/**
 * Files of the system. Only regular files are opened, and without waiting: a FIFO or a device beside a trace is left alone,
 * whoever put it there.
 */
import { GIB } from '../abi/unit.ts';
import { builtin, expectInteger, expectText, whyUnread } from '../check/index.ts';
import { fileFault, TraceError } from './error.ts';
import { join } from './paths.ts';
import type { TracePath, TraceSource } from './source.ts';

type FileSystem = typeof import('node:fs');

/** Nobody looks at more of a file to tell what it is. */
const HEAD_MOST = GIB;

function filesFor(path: string): FileSystem {
  expectText('path', path);
  const files = builtin('node:fs');
  if (files !== undefined) return files;
  throw fileFault(path, 'files in memory (traceFiles)', 'a path, and no file system');
}

/** What `step` gives; what the system refuses is said of the path. */
function reading<Value>(path: string, expected: string, step: () => Value): Value {
  try {
    return step();
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw fileFault(path, expected, whyUnread(error));
  }
}

function look(path: string): TracePath {
  const { statSync } = filesFor(path);
  const stats = reading(path, 'a readable file or folder', () => statSync(path));
  const { size } = stats;
  if (stats.isFile()) return { kind: 'file', size };
  return { kind: stats.isDirectory() ? 'folder' : 'other', size };
}

/** Opens a regular file for `step`. Never waits for a writer, as opening a FIFO does. */
function opened<Value>(file: string, step: (files: FileSystem, handle: number) => Value): Value {
  const files = filesFor(file);
  const { constants, openSync, fstatSync, closeSync } = files;
  return reading(file, 'a readable file', () => {
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (fstatSync(handle).isFile()) return step(files, handle);
    } finally {
      closeSync(handle);
    }
    throw fileFault(file, 'a file', 'something that is not a file');
  });
}

function isLinkToFile({ statSync }: FileSystem, path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // a loop of links, or one into a folder that nobody may enter
  }
}

/** Links to regular files are among them; hidden ones, which editors, archives and synchronisers leave, are not. */
function names(folder: string): string[] {
  const files = filesFor(folder);
  const entries = reading(folder, 'a readable folder', () =>
    files.readdirSync(folder, { withFileTypes: true }),
  );
  return entries
    .filter(({ name }) => !name.startsWith('.'))
    .filter(
      (entry) =>
        entry.isFile() || (entry.isSymbolicLink() && isLinkToFile(files, join(folder, entry.name))),
    )
    .map(({ name }) => name)
    .toSorted();
}

/** The files of the file system: what `files` is where it is not said. */
export const SYSTEM_FILES: TraceSource = {
  look,
  names,
  read: (file) => opened(file, ({ readFileSync }, handle) => readFileSync(handle)),
  head: (file, most) =>
    opened(file, ({ readSync }, handle) => {
      const bytes = new Uint8Array(expectInteger('most', most, 0, HEAD_MOST));
      return bytes.subarray(0, readSync(handle, bytes));
    }),
};
