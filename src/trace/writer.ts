/** What a form is in which traces are written, and what the forms share. */
import { RefusedArgument } from '../check/index.ts';
import { type Trace, expectTrace } from './trace.ts';

/** A file of a written trace. */
export interface TraceFile {
  /** In the trace's folder. */
  readonly name: string;
  /** Text comes in pieces: a day of calls has gigabytes. */
  readonly content: Iterable<string> | Uint8Array;
}

/** An entry of the list of forms. */
export interface TraceWriter {
  /** For the command line. */
  readonly name: string;
  /** One sentence for the help of `guestmem trace convert`. */
  readonly sentence: string;
  /** Names of the files that `render` gives, and what stands in the first or last bytes of such, and in nobody else's. */
  readonly files: readonly { readonly name: string; readonly mark: RegExp }[];
  /** The trace's files; pieces of text are made as they are read. */
  render(trace: Trace): readonly TraceFile[];
}

/** A mark for files that look like other people's: none is taken for ours. */
export const NEVER_OURS: RegExp = /(?!)/;

/** Rows in a piece of text. */
const PIECE_ROWS = 4000;

export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines joined to pieces, whatever the number of them. */
export function* pieces(lines: Iterable<string>): Generator<string, void> {
  let held: string[] = [];
  for (const line of lines) {
    held.push(line);
    if (held.length < PIECE_ROWS) continue;
    yield `${held.join('\n')}\n`;
    held = [];
  }
  if (held.length > 0) yield `${held.join('\n')}\n`;
}

/** The shortest decimal that reads as the same 32-bit float, as a double. */
export function shortFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/** Memory of a session is a series, which no form of calls can hold. */
export function expectCalls(trace: Trace): void {
  const { sessions } = expectTrace(trace);
  if (sessions === undefined) return;
  throw new RefusedArgument('trace', 'a trace of calls', `${sessions.length} sessions`);
}
