/**
 * Files of a trace and what lies beside them. Only regular files are opened, and without waiting: a FIFO or a device beside a
 * trace is left alone, whoever put it there.
 */
import {
  constants,
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  statSync,
  type Stats,
} from 'node:fs';
import { basename, extname, join } from 'node:path';
import { expectText } from '../check/index.ts';
import { TraceError, quoteText } from './error.ts';

export function fileFault(file: string, expected: string, found: string): TraceError {
  return new TraceError({ file, expected, found });
}

/** A file's name without `.gz`. */
export function plainName(file: string): string {
  return basename(file).replace(/\.gz$/i, '');
}

/** A file's name without its endings: the name of a trace that is one file. */
export function stemOf(file: string): string {
  const name = plainName(file);
  return basename(name, extname(name));
}

/** What the system said, in words. */
export function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing of that name';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  return code;
}

/** Stat with the three usual failures told in words. */
export function statPath(path: string): Stats {
  expectText('path', path);
  try {
    return statSync(path);
  } catch (error) {
    throw fileFault(path, 'a readable file or folder', reason(error));
  }
}

/** A handle of a regular file, which the caller closes. Never waits for a writer, as opening a FIFO does. */
export function openRegular(file: string): number {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw fileFault(file, 'a readable file', reason(error));
  }
  if (fstatSync(handle).isFile()) return handle;
  closeSync(handle);
  throw fileFault(file, 'a file', 'something that is not a file');
}

function isRegular(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Names of the regular files in a folder, ascending; links to such are among them. */
export function regularNames(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter(
        (entry) => entry.isFile() || (entry.isSymbolicLink() && isLinkToFile(folder, entry.name)),
      )
      .map(({ name }) => name)
      .toSorted();
  } catch (error) {
    throw fileFault(folder, 'a readable folder', reason(error));
  }
}

function isLinkToFile(folder: string, name: string): boolean {
  try {
    return isRegular(join(folder, name));
  } catch {
    return false; // a loop of links, or one into a folder that nobody may enter
  }
}

/** Endings of forms that are not read, and what makes a trace of them. */
const PACKED: readonly (readonly [RegExp, string])[] = [
  [/\.(tar(\.\w+)?|t[gx]z)$/i, 'an archive, which is not read: unpack it (tar -xf)'],
  [/\.xz$/i, 'an xz file, which is not read: unpack it (unxz)'],
  [/\.zst$/i, 'a zstd file, which is not read: unpack it (unzstd)'],
  [/\.bz2$/i, 'a bzip2 file, which is not read: unpack it (bunzip2)'],
  [/\.(zip|7z)$/i, 'an archive, which is not read: unpack it'],
  [/\.(parquet|pq)$/i, 'a Parquet file, which loadTrace reads'],
  [/\.(xlsx?|ods)$/i, 'a spreadsheet, which is not read: save it as CSV'],
];

/** First bytes of the same, for files whose name does not tell. */
const MAGIC: readonly (readonly [string, string])[] = [
  ['fd377a585a00', '.xz'],
  ['28b52ffd', '.zst'],
  ['425a68', '.bz2'],
  ['504b0304', '.zip'],
  ['50415231', '.parquet'],
];

/** Why a file is none that is read, if its name says so. */
export function unreadForm(name: string): string | undefined {
  return PACKED.find(([ending]) => ending.test(name))?.[1];
}

/** The same by its first bytes. */
export function unreadBytes(head: Uint8Array): string | undefined {
  const hex = Buffer.from(head.subarray(0, 8)).toString('hex');
  const ending = MAGIC.find(([magic]) => hex.startsWith(magic))?.[1];
  return ending === undefined ? undefined : unreadForm(ending);
}

/** What a folder without a trace has that may be one in another form. */
export function packedIn(names: readonly string[]): string | undefined {
  const packed = names.find((name) => unreadForm(name) !== undefined);
  return packed === undefined ? undefined : `${quoteText(packed)}, ${unreadForm(packed)}`;
}
