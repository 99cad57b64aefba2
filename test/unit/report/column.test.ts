import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { csvOf, parquetWith } from '../../../src/report/index.ts';
import { expectTable } from '../../../src/report/column.ts';

const names = { name: 'name', kind: 'text', cells: ['a', 'b'] } as const;
const counts = { name: 'count', kind: 'whole', cells: [1, 2] } as const;

describe('a flat table', () => {
  it('has columns of one length, each of its kind', () => {
    const table = { name: 't', columns: [names, counts] };
    expect(expectTable(table)).toBe(table);
    expect(csvOf(table)).toBe('name,count\r\na,1\r\nb,2\r\n');
  });

  it.each([
    [undefined, 'table: expected an object'],
    [{ name: 't' }, 'table.columns: expected a list'],
    [{ columns: [{ ...names, cells: 5 }] }, 'table.columns[0].cells: expected an object'],
    [{ columns: [names, { ...counts, cells: [1] }] }, 'cells of count: expected a whole number'],
    [{ columns: [{ ...names, kind: 'words' }] }, 'kind of name: expected one of text'],
    [{ columns: [{ ...names, cells: ['a', 5n] }] }, 'name: expected text, found bigint'],
    [{ columns: [{ ...counts, cells: [1, 0.5] }] }, 'count: expected a whole number'],
  ])('is refused where it is not that: %o', (table, message) => {
    expect(() => csvOf(table as never)).toThrow(message);
    expect(() => csvOf(table as never)).toThrow(RefusedArgument);
    expect(() => parquetWith(table as never, [])).toThrow(message);
  });
});
