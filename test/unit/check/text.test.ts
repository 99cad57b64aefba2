import { expect, it } from 'vitest';
import { shortened } from '../../../src/check/text.ts';

it('leaves 60 characters as they are, and cuts what has more', () => {
  expect(shortened('x'.repeat(60))).toBe('x'.repeat(60));
  expect(shortened('x'.repeat(61))).toBe(`${'x'.repeat(60)}…`);
});
