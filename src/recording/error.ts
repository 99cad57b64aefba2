// The one error of this room: a recording that cannot be used, said in one line.

/** Says where a recording is wrong, what was expected there and what was found. */
export class RecordingError extends Error {
  readonly file: string;
  /** 1-based; 0 when the whole file is meant. */
  readonly line: number;
  readonly expected: string;
  readonly found: string;

  constructor(file: string, line: number, expected: string, found: string) {
    const place = line > 0 ? `${file}:${line}` : file;
    super(`${place}: expected ${expected}, found ${found}`);
    this.name = 'RecordingError';
    this.file = file;
    this.line = line;
    this.expected = expected;
    this.found = found;
  }
}

/** Shortens text from a file so that an error stays one readable line. */
export function quote(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > 60 ? `'${clean.slice(0, 57)}...'` : `'${clean}'`;
}
