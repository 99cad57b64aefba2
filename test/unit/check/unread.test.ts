import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { whyUnread } from '../../../src/check/unread.ts';

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
