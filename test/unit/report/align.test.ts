import { expect, it } from 'vitest';
import { alignRows, fitRows } from '../../../src/report/align.ts';

it('leaves no blanks at the ends of lines', () => {
  expect(
    alignRows([
      ['a', 'b'],
      ['long', ''],
    ]),
  ).toBe('a     b\nlong');
});

it('columns that a narrow terminal does without are left out in their order, and no more than need be', () => {
  const long = 'x'.repeat(38);
  const rows = [
    ['name', 'a', 'b', 'c'],
    ['one', long, long, long],
  ];
  expect(fitRows(rows, ['b', 'a'])[0]).toEqual(['name', 'c']);
  expect(
    fitRows(
      rows.map((row) => row.slice(0, 2)),
      ['a'],
    )[0],
  ).toEqual(['name', 'a']);
});
