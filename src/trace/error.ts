/**
 * The one error of this room: something is wrong with a trace somebody handed in. It says where and
 * what in one line, so that a command can print `message` as it is. Programming errors are not it.
 */

import { UNPRINTABLE, escaped, shortened } from '../check/index.ts';

/** Where a trace is wrong, and how. */
export interface TraceFault {
  /** The file, or the folder. */
  readonly file: string;
  /** 1-based; absent when the fault is the file's or folder's as a whole. */
  readonly line?: number | undefined;
  /** 1-based; of a file that has rows and no lines. */
  readonly row?: number | undefined;
  /** 1-based number of the cell in its row. */
  readonly column?: number | undefined;
  /** The header above that cell. */
  readonly header?: string | undefined;
  /** What should stand there, in words. */
  readonly expected: string;
  /** What stands there. */
  readonly found: string;
}

/** Quotes hostile text: one line, no control characters, of bounded length. */
export function quoteText(text: string): string {
  return escaped(JSON.stringify(shortened(text)));
}

function oneLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ');
}

function describe(fault: TraceFault): string {
  const place = [oneLine(fault.file)];
  if (fault.line !== undefined) place.push(`line ${fault.line}`);
  if (fault.row !== undefined) place.push(`row ${fault.row}`);
  if (fault.column !== undefined) {
    const header = fault.header === undefined ? '' : ` (${quoteText(fault.header)})`;
    place.push(`column ${fault.column}${header}`);
  }
  return `${place.join(', ')}: expected ${oneLine(fault.expected)}, found ${oneLine(fault.found)}`;
}

/** Something is wrong with a trace that was handed in; `message` says where and what in one line. */
export class TraceError extends Error {
  /** The file, or the folder. */
  readonly file: string;
  /** 1-based; undefined when the fault is the file's as a whole. */
  readonly line: number | undefined;
  /** 1-based; of a file that has rows and no lines. */
  readonly row: number | undefined;
  /** 1-based number of the cell in its row. */
  readonly column: number | undefined;
  /** The header above that cell. */
  readonly header: string | undefined;
  /** What should stand there, in words. */
  readonly expected: string;
  /** What stands there. */
  readonly found: string;

  constructor(fault: TraceFault) {
    super(describe(fault));
    this.name = 'TraceError';
    this.file = fault.file;
    this.line = fault.line;
    this.row = fault.row;
    this.column = fault.column;
    this.header = fault.header;
    this.expected = fault.expected;
    this.found = fault.found;
  }
}

export function fileFault(file: string, expected: string, found: string): TraceError {
  return new TraceError({ file, expected, found });
}
