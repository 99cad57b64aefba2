// Digits and words in the bytes of a trace.

const ZERO = 48;

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
