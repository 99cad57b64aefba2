import { describe, expect, it } from 'vitest';

import { rowsOf, scenarioTable } from '../../../src/scenario/scenario.ts';

describe('a table of rows', () => {
  it('has numbers to the right, text to the left, and nothing at the ends of lines', () => {
    const rows = [
      { name: 'balloon', pages: 5, ms: 1.23456, touched: true },
      { name: 'dimm', pages: 12345, ms: 1234.5, touched: false },
    ];
    expect(scenarioTable(rows)).toBe(
      [
        'name     pages     ms  touched\n',
        'balloon      5  1.235  true\n',
        'dimm     12345   1235  false\n',
      ].join(''),
    );
  });

  it('writes whole numbers whole, others with four digits, and what is missing as a dash', () => {
    const text = scenarioTable([
      { a: 123456789, b: 0.000123456, c: null },
      { a: 1, c: 'x' },
    ]);
    expect(text.split('\n').map((line) => line.split(/ +/).filter(Boolean))).toEqual([
      ['a', 'b', 'c'],
      ['123456789', '0.0001235', '-'],
      ['1', '-', 'x'],
      [],
    ]);
  });

  it('of no rows is an empty line', () => {
    expect(scenarioTable([])).toBe('\n');
  });
});

it('runs come one after the other, and it is told before each how many are done', async () => {
  const heard: string[] = [];
  const rows = await rowsOf(
    ['a', 'b', 'c'],
    async (name) => {
      heard.push(name);
      return name === 'b' ? [{ name }, { name: 'b again' }] : { name };
    },
    (done, total) => heard.push(`${done} of ${total}`),
  );
  expect(rows.map(({ name }) => name)).toEqual(['a', 'b', 'b again', 'c']);
  expect(heard).toEqual(['0 of 3', 'a', '1 of 3', 'b', '2 of 3', 'c']);
});

it('a table of what are no rows is refused', () => {
  expect(() => scenarioTable([5] as never)).toThrow(/^rows\[0\]: expected an object, found 5$/);
});

it.each([{}, Object.create(null), []])('a cell is a word or a number', (cell) => {
  expect(() => scenarioTable([{ a: 1, b: cell as never }])).toThrow('cell: expected text');
});
