/** Text of a trace is UTF-8: what is not would be read as replacement characters, and two names could become one. */
import { isUtf8 } from 'node:buffer';
import { TraceError, quoteText } from './error.ts';

const NEWLINE = 10;

/** Throws TraceError with the first line that is not UTF-8. */
export function expectUtf8(file: string, bytes: Buffer): void {
  if (isUtf8(bytes)) return;
  let from = 0;
  for (let line = 1; from < bytes.length; line += 1) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline;
    const text = bytes.subarray(from, end);
    if (!isUtf8(text)) {
      const found = `other bytes: ${quoteText(text.toString('utf8'))}`;
      throw new TraceError({ file, line, expected: 'UTF-8 text', found });
    }
    from = end + 1;
  }
}
