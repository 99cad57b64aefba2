import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { escaped, shortened, utf8Of, whyUnread } from '../../../src/check/text.ts';

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

function whyOf(path: string): string {
  try {
    readFileSync(path);
  } catch (error) {
    return whyUnread(error);
  }
  return 'read';
}

it('says in words what the system says by a code', () => {
  expect(whyOf('/nothing/there')).toBe('nothing of that name');
  expect(whyOf('/dev/null/below')).toBe('nothing of that name');
  expect(whyOf('/')).toBe('a folder');
  expect(whyOf(`/${'x'.repeat(300)}`)).toBe('a name that is too long');
  expect(whyUnread(Object.assign(new Error('loop'), { code: 'ELOOP' }))).toBe('links in a circle');
});

it('keeps a code that it has no words for, and what has no code', () => {
  expect(whyUnread(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }))).toBe('EIO');
  expect(whyUnread(new Error('torn'))).toBe('torn');
  expect(whyUnread('torn')).toBe('torn');
});
