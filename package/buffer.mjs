// What csv-parse uses of Node's Buffer, for runtimes without one. The parser's own build for browsers brings 90 kB of a whole Buffer, and
// a second file for each runtime. Held by test/runtime/csv-buffer.test.ts.

const encoder = new TextEncoder();
/** A byte order mark is text here, as it is for Buffer. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text is UTF-8: traces have no other. */
export class TextBytes extends Uint8Array {
  static isBuffer(value) {
    return value instanceof TextBytes;
  }

  static from(value) {
    return super.from(typeof value === 'string' ? encoder.encode(value) : value);
  }

  static allocUnsafe(length) {
    return new TextBytes(length);
  }

  static concat(parts) {
    const all = new TextBytes(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  static compare(a, b) {
    const at = a.findIndex((byte, i) => byte !== b[i]);
    return Math.sign(at < 0 ? a.length - b.length : a[at] - (b[at] ?? -1));
  }

  compare(other, start, end) {
    return TextBytes.compare(this, other.subarray(start, end));
  }

  equals(other) {
    return TextBytes.compare(this, other) === 0;
  }

  copy(target, at = 0, start = 0, end = this.length) {
    target.set(this.subarray(start, end), at);
  }

  /** The same bytes, not others, as Buffer has it. */
  slice(start, end) {
    return this.subarray(start, end);
  }

  toString(_encoding, start = 0, end = this.length) {
    return decoder.decode(this.subarray(start, end));
  }
}

export const Buffer = globalThis.Buffer ?? TextBytes;
