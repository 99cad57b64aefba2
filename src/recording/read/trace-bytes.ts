// Digits, words and lines in the bytes of a trace.

import { MIB } from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';

const ZERO = 48;
/** More than any line has: what goes on without an end is not gathered, which would take its length squared. */
const LINE_BYTES_MOST = MIB;
const LINE_BYTES_SHOWN = 100;

const decoder = new TextDecoder('latin1');

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 57;
}

export function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= 57) return byte - ZERO;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return -1;
}

export function startsWith(buf: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i += 1) if (buf[at + i] !== text[i]) return false;
  return true;
}

/** The begin of a line whose end has not come yet is one of a line. */
export function expectShortLine(file: string, line: number, begin: Uint8Array): void {
  if (begin.length <= LINE_BYTES_MOST) return;
  const shown = quote(decoder.decode(begin.subarray(0, LINE_BYTES_SHOWN)));
  throw new RecordingError(file, line, `a line of at most ${LINE_BYTES_MOST} bytes`, shown);
}
