/** Text of a trace is UTF-8: what is not would be read as replacement characters, and two names could become one. */
import { MIB } from '../abi/unit.ts';
import { TraceError, quoteText } from './error.ts';

const NEWLINE = 10;
/** Decoded at a time where the runtime has no look without a text. */
const PIECE_BYTES = MIB;

function isUtf8(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      decoder.decode(bytes.subarray(from, from + PIECE_BYTES), { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** Throws TraceError with the first line that is not UTF-8. */
export function expectUtf8(file: string, bytes: Uint8Array): void {
  if (isUtf8(bytes)) return;
  let from = 0;
  for (let line = 1; from < bytes.length; line += 1) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline;
    const text = bytes.subarray(from, end);
    if (!isUtf8(text)) {
      const found = `other bytes: ${quoteText(new TextDecoder().decode(text))}`;
      throw new TraceError({ file, line, expected: 'UTF-8 text', found });
    }
    from = end + 1;
  }
}
