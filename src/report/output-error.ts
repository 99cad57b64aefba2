/** The error of everything that goes wrong between a run and the place it is written to. */
import { expectFunction } from '../check/index.ts';

/** One line: the path, and why nothing can be written there. */
export class OutputError extends Error {
  override readonly name: string = 'OutputError';
  /** The file or folder that could not be written. */
  readonly path: string;

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(`${path}: ${why}`, options);
    this.path = path;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write there',
  EDQUOT: 'the quota is used up',
  EEXIST: 'a file is in the way of the folder',
  EFBIG: 'larger than files may be here (ulimit -f)',
  EISDIR: 'a folder is in the way of the file',
  ELOOP: 'links in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no folder can be made there',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a file is in the way of the folder',
  EPERM: 'no permission to write there',
  EROFS: 'a read-only file system',
};

/** Calls of the system that change its files. */
const CHANGES: readonly unknown[] = [
  'copyfile',
  'fsync',
  'ftruncate',
  'link',
  'mkdir',
  'mkdtemp',
  'rename',
  'rmdir',
  'symlink',
  'unlink',
  'write',
];

/** What is wrong with the place that something is put at, not with what is copied there. */
const OF_PLACE: readonly string[] = ['EDQUOT', 'EFBIG', 'ENOSPC', 'EROFS'];

function placeOf(error: Error & { readonly code: unknown }): string {
  if ('dest' in error && OF_PLACE.includes(String(error.code))) return String(error.dest);
  return 'path' in error ? String(error.path) : 'a file that was begun';
}

/** What the system refused, if the error is of that: beside the places that are looked at before the work, such as a full /tmp. */
export function refusedWrite(error: unknown): OutputError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  const reason = REASONS[String(error.code)];
  if (reason === undefined || !CHANGES.includes(error.syscall)) return undefined;
  return new OutputError(placeOf(error), reason, { cause: error });
}

/** Does a step of writing; what the system refuses is said of the path. */
export function writingTo<Value>(path: string, step: () => Value): Value {
  expectFunction('step', step);
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new OutputError(path, REASONS[String(error.code)] ?? error.message, { cause: error });
  }
}
