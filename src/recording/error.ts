// The one error of this room: a recording that cannot be used, said in one line.

import path from 'node:path';
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

/** A command of a compiled recording that the core cannot carry out. */
export class RefusedCommand extends CoreError {
  override readonly name: string = 'RefusedCommand';
  /** The trace's, by number. */
  readonly event: number;

  constructor(event: number, what: string) {
    super(what);
    this.event = event;
  }
}

/** What is followed: a recording's folder and its trace, whose events have lines. */
export interface Followed {
  readonly folder: string;
  readonly trace: { readonly file: string; readonly line: ArrayLike<number> };
}

/** What the core, a device or the engine under them refuses: states and steps that no kernel has. */
function isRefusal(error: unknown): error is Error {
  // a process without room is no fault of the recording; a refused command has its line
  if (error instanceof TooManyGuests || error instanceof RefusedCommand) return false;
  return (
    error instanceof CoreError ||
    error instanceof RangeError ||
    (error instanceof Error && error.name === 'RuntimeError') // a trap of the core
  );
}

/** Does what a trace says; a refusal becomes a RecordingError of it, with the line where one command is refused. */
export function following<Value>({ trace }: Followed, step: () => Value): Value {
  return inFile(trace.file, () => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof RefusedCommand)) throw error;
      const line = trace.line[error.event] ?? 0;
      const expected = 'an event that what came before it allows';
      throw new RecordingError(trace.file, line, expected, error.message, { cause: error });
    }
  });
}

/** Does what another file of a recording says; a refusal that is not of the trace becomes a RecordingError of that file. */
export function followingFile<Value>({ folder }: Followed, name: string, step: () => Value): Value {
  return inFile(path.join(folder, name), step);
}

function inFile<Value>(file: string, step: () => Value): Value {
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
