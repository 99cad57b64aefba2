/** Names of files of a trace, and the forms of files that are not read. */
import { quoteText } from './error.ts';
import { basename, extname } from './paths.ts';

/** A file's name without `.gz`. */
export function plainName(file: string): string {
  return basename(file).replace(/\.gz$/i, '');
}

/** A file's name without its endings: the name of a trace that is one file. */
export function stemOf(file: string): string {
  const name = plainName(file);
  return basename(name, extname(name));
}

/** Endings of forms that are not read, and what makes a trace of them. */
const PACKED: readonly (readonly [RegExp, string])[] = [
  [/\.(tar(\.\w+)?|t[gx]z)$/i, 'an archive, which is not read: unpack it (tar -xf)'],
  [/\.xz$/i, 'an xz file, which is not read: unpack it (unxz)'],
  [/\.zst$/i, 'a zstd file, which is not read: unpack it (unzstd)'],
  [/\.bz2$/i, 'a bzip2 file, which is not read: unpack it (bunzip2)'],
  [/\.(zip|7z)$/i, 'an archive, which is not read: unpack it'],
  [/\.(parquet|pq)$/i, 'a Parquet file, which is a trace by itself: name the file (loadTrace)'],
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
  const hex = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
  const ending = MAGIC.find(([magic]) => hex.startsWith(magic))?.[1];
  return ending === undefined ? undefined : unreadForm(ending);
}

/** What a folder without a trace has that may be one in another form. */
export function packedIn(names: readonly string[]): string | undefined {
  const packed = names.find((name) => unreadForm(name) !== undefined);
  return packed === undefined ? undefined : `${quoteText(packed)}, ${unreadForm(packed)}`;
}
