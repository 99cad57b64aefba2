// The one error of this room: a recording that cannot be used, said in one line.

import { CoreError, TooManyGuests } from '../core/index.ts';

/** Says where a recording is wrong, what was expected there and what was found. */
export class RecordingError extends Error {
  /** The file, or the folder. */
  readonly file: string;
  /** 1-based; 0 when the whole file is meant. */
  readonly line: number;
  /** What should stand there, in words. */
  readonly expected: string;
  /** What stands there. */
  readonly found: string;

  constructor(file: string, line: number, expected: string, found: string, options?: ErrorOptions) {
    const place = line > 0 ? `${file}:${line}` : file;
    super(`${place}: expected ${expected}, found ${found}`, options);
    this.name = 'RecordingError';
    this.file = file;
    this.line = line;
    this.expected = expected;
    this.found = found;
  }
}

/** What the core, a device or the engine under them refuses: states and steps that no kernel has. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof TooManyGuests) return false; // this process has no room: no fault of the recording
  return (
    error instanceof CoreError ||
    error instanceof RangeError ||
    (error instanceof Error && error.name === 'RuntimeError') // a trap of the core
  );
}

/** Does what a file of a recording says; a refusal becomes a RecordingError of that file. */
export function following<Value>(file: string, step: () => Value): Value {
  try {
    return step();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const found = `${error.name}: ${error.message}`;
    throw new RecordingError(file, 0, 'what can be followed', found, { cause: error });
  }
}

/** Shortens text from a file so that an error stays one readable line. */
export function quote(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > 60 ? `'${clean.slice(0, 57)}...'` : `'${clean}'`;
}
