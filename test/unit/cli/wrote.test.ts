import { expect, it } from 'vitest';
import { wroteLine } from '../../../src/cli/wrote.ts';

it('what was written is one line, or none', () => {
  expect(wroteLine([])).toBe('');
  expect(wroteLine(['a'])).toBe('wrote a\n');
  expect(wroteLine(['a', 'b', 'c'])).toBe('wrote a, b and c\n');
});
