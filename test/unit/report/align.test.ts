import { expect, it } from 'vitest';
import { alignRows } from '../../../src/report/align.ts';

it('leaves no blanks at the ends of lines', () => {
  expect(
    alignRows([
      ['a', 'b'],
      ['long', ''],
    ]),
  ).toBe('a     b\nlong');
});
