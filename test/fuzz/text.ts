// Faults put into text: what a torn copy, a wrong tool or a hostile hand makes of a good file.

import fc from 'fast-check';

/** One change at a place that is taken modulo the text's length. */
export type TextFault =
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'digit'; readonly at: number; readonly digit: string }
  | { readonly kind: 'lines'; readonly at: number; readonly other: number };

const place = fc.nat(2 ** 24);

/** Pieces that readers of numbers and tables trip over. */
const PIECES = ['-1', '0x', '1e999', 'NaN', '"', ',', '\n', '\r\n', ' ', '=', '\0', '4294967296'];

/** Any code points, surrogates too; fast-check's own would make a table of all of them first. */
const anyText = fc
  .array(fc.oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0xffff }), fc.nat({ max: 0x10_ffff })), {
    maxLength: 8,
  })
  .map((points) => String.fromCodePoint(...points));

export const textFault: fc.Arbitrary<TextFault> = fc.oneof(
  fc.record({
    kind: fc.constant('cut' as const),
    at: place,
    length: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: place,
    text: fc.oneof(fc.constantFrom(...PIECES), anyText),
  }),
  fc.record({
    kind: fc.constant('digit' as const),
    at: place,
    digit: fc.nat(9).map((digit) => String(digit)),
  }),
  fc.record({ kind: fc.constant('lines' as const), at: place, other: place }),
);

/** The next digit from `at` on becomes another. */
function withDigit(text: string, at: number, digit: string): string {
  const from = at % Math.max(text.length, 1);
  const next = text.slice(from).search(/\d/);
  if (next < 0) return text;
  return text.slice(0, from + next) + digit + text.slice(from + next + 1);
}

function withLinesSwapped(text: string, at: number, other: number): string {
  const lines = text.split('\n');
  const [a, b] = [at % lines.length, other % lines.length];
  [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  return lines.join('\n');
}

export function withFault(text: string, fault: TextFault): string {
  const at = fault.at % Math.max(text.length, 1);
  switch (fault.kind) {
    case 'cut':
      return text.slice(0, at) + text.slice(at + fault.length);
    case 'insert':
      return text.slice(0, at) + fault.text + text.slice(at);
    case 'digit':
      return withDigit(text, fault.at, fault.digit);
    case 'lines':
      return withLinesSwapped(text, fault.at, fault.other);
  }
}

/** An error's message goes to a terminal: one line, nothing that steers it. */
export const UNPRINTABLE: RegExp = /[\p{Cc}\u2028\u2029]/u;
