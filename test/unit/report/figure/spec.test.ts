import { describe, expect, it } from 'vitest';
import { cellText, tableOf, told } from '../../../../src/report/figure/spec.ts';

describe('values', () => {
  it.each([
    [0.25, 'share', '25 %'],
    [65.9, 'minutes', '1:05'],
    [3, 'percent', '+3 %'],
    [2 ** 31, 'bytes', '2 GiB'],
    [1500, 'gibSeconds', '1,500 GiB·s'],
  ] as const)('%s as %s is %s', (value, unit, text) => {
    expect(told(value, unit)).toBe(text);
  });
});

function values(spec: Parameters<typeof tableOf>[0]): string[] {
  return tableOf(spec).rows.map((row) => row.map(cellText).join(' '));
}

describe('the table of a figure', () => {
  it('has a row an instant where lines share their instants, else a row a point', () => {
    const x = { label: 'time', unit: 'number' as const };
    const shared = { kind: 'lines', palette: 'systems', x, y: x } as const;
    const lines = [
      { name: 'a', y: [1, 2] },
      { name: 'b', y: [3, 4] },
    ];
    expect(values({ ...shared, at: [0, 9], lines })).toEqual(['0 1 3', '9 2 4']);
    expect(values({ ...shared, lines: [{ name: 'a', x: [5, 6], y: [1, 2] }] })).toEqual([
      'a 5 1',
      'a 6 2',
    ]);
  });

  it('adds up the parts of a bar', () => {
    const parts = [1, 2].map((value) => ({ name: `${value}`, values: [value] }));
    const table = tableOf({
      kind: 'bars',
      palette: 'steps',
      x: { label: '', unit: 'ms' },
      rows: ['a'],
      parts,
    });
    expect(table.rows[0]!.map(cellText)).toEqual(['a', '1 ms', '2 ms', '3 ms']);
  });
});
