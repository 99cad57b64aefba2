/** What a trace format is, and what is looked at to tell one from another. */
import { peekCsvHeader } from './csv.ts';
import { TraceError } from './error.ts';
import type { TraceSource } from './source.ts';
import { SYSTEM_FILES } from './system-files.ts';
import type { Trace, TraceOptions } from './trace.ts';

/** A path that may hold a trace. Nothing of it is read before a format asks. */
export class TraceCandidate {
  /** As the user gave it. */
  readonly path: string;
  /** Whether it leads to a folder. */
  readonly isFolder: boolean;
  /** Where paths lead. */
  readonly files: TraceSource;
  #names: readonly string[] | undefined;
  #columns: readonly string[] | undefined;

  constructor(path: string, isFolder: boolean, files: TraceSource = SYSTEM_FILES) {
    this.files = files;
    this.path = path;
    this.isFolder = isFolder;
  }

  /** Names of the files in the folder, ascending; of a file: none. */
  get names(): readonly string[] {
    this.#names ??= this.isFolder ? this.files.names(this.path) : [];
    return this.#names;
  }

  /** Whether it is a file whose first row has these column names. */
  hasColumns(wanted: readonly string[]): boolean {
    if (this.isFolder) return false;
    this.#columns ??= peekCsvHeader(this.path, this.files);
    return wanted.every((name) => this.#columns?.includes(name));
  }
}

/** Whether a file beside a trace has these column names; one that cannot be read has none. */
export function siblingHasColumns(
  file: string,
  wanted: readonly string[],
  files?: TraceSource,
): boolean {
  try {
    return new TraceCandidate(file, false, files).hasColumns(wanted);
  } catch (error) {
    if (error instanceof TraceError) return false;
    throw error;
  }
}

/** An entry of the list of trace formats. */
export interface TraceFormat {
  /** As `Trace.format` has it. */
  readonly name: string;
  /** One sentence for `guestmem systems`. */
  readonly sentence: string;
  /** What a trace of it is, in a list of what was expected: "an Iluvatar pair". */
  readonly noun: string;
  /** By names and headers alone: a trace that is then found to be wrong is the reader's fault to name. */
  recognises(candidate: TraceCandidate): boolean;
  /** Reads it. Throws TraceError. */
  open(candidate: TraceCandidate, options: TraceOptions): Trace;
}
