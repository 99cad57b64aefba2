import { expect, it } from 'vitest';
import { escaped, shortened, utf8Of } from '../../../src/check/text.ts';

it('leaves 60 characters as they are, and cuts what has more', () => {
  expect(shortened('x'.repeat(60))).toBe('x'.repeat(60));
  expect(shortened('x'.repeat(61))).toBe(`${'x'.repeat(60)}…`);
});

it('writes characters that move a cursor or cannot be seen by their numbers', () => {
  const raw = ['a', '\u007f', 'b', '\u001b', '[2J', '\u2028', 'é', '\u200b'].join('');
  expect(escaped(raw)).toBe('a\\u{7f}b\\u{1b}[2J\\u{2028}é\\u{200b}');
});

it('makes no other names of bytes that are no text', () => {
  expect(utf8Of(Buffer.from('é'))).toBe('é');
  expect(utf8Of(Uint8Array.of(0x61, 0xff))).toBeUndefined();
});
