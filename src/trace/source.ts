/** Where the files of a trace are: in the file system, or in memory, as a browser has them. */

/** What a path leads to. */
export interface TracePath {
  /** What the path leads to. */
  readonly kind: 'file' | 'folder' | 'other';
  /** Bytes of a file. */
  readonly size: number;
}

/** Paths lead to bytes. Each throws TraceError for what cannot be read. */
export interface TraceSource {
  /** What a path leads to. */
  look(path: string): TracePath;
  /** Names of the regular files in a folder, ascending. */
  names(folder: string): string[];
  /** All bytes of a file. */
  read(file: string): Uint8Array<ArrayBuffer>;
  /** The first bytes of a file, at most so many. */
  head(file: string, most: number): Uint8Array<ArrayBuffer>;
  /** Hears now and then which share of a file's rows its reader has taken in, from 0 to 1. */
  readonly taken?: ((file: string, share: number) => void) | undefined;
}
