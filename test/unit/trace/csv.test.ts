import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type CsvRow,
  countAt,
  numberAt,
  numberFrom,
  peekCsvHeader,
  readCsv,
  textAt,
} from '../../../src/trace/csv.ts';
import { SYSTEM_FILES } from '../../../src/trace/system-files.ts';
import { brokenVhive, faultOf, openRows, withCell } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

function fileOf(content: string | Buffer): string {
  return join(folderWith({ 'x.csv': content }), 'x.csv');
}

function rowsOf(content: string): CsvRow[] {
  const rows: CsvRow[] = [];
  readCsv(fileOf(content), undefined, (row) => rows.push(row));
  return rows;
}

/** A row of one cell. */
function cellOf(text: string): CsvRow {
  return rowsOf(`a,b\n"${text}",x\n`)[0] as CsvRow;
}

describe('rows', () => {
  it('have cells without the blanks around them and lines of their file', () => {
    const rows = rowsOf('\uFEFFa, b\r\n1 ,"x\ny"\r\n\r\n2,3\r\n');
    expect(rows.map(({ line, cells }) => [line, ...cells])).toEqual([
      [3, '1', 'x\ny'],
      [5, '2', '3'],
    ]);
    const header = rows[0]?.header;
    expect([header?.find('a'), header?.find('b'), header?.find('c')]).toEqual([0, 1, undefined]);
    expect(header?.require('b')).toBe(1);
  });

  it.each([
    ['a,b\n1,2\r\n3,4\r\n5,6\r\n', [2, 3, 4]],
    ['a,b\r\n1,2\n3,4\r5,6\n', [2, 3, 4]],
    ['a,b\n"1\r\n\r\n",2\n3,4\n\n5,6\n', [4, 5, 7]],
  ])('have lines of their file whatever ends each: %j', (text, lines) => {
    expect(rowsOf(text).map(({ line }) => line)).toEqual(lines);
  });

  it('are not looked for past the first line where only the header is asked for', () => {
    expect(peekCsvHeader(fileOf('\uFEFFa, b\r\n"open'))).toEqual(['a', 'b']);
    expect(peekCsvHeader(fileOf('"open'))).toEqual([]);
    expect(peekCsvHeader(fileOf(''))).toEqual([]);
  });
});

describe('a cell', () => {
  it('that is a number has a sign, a point and an exponent as it likes', () => {
    const texts = ['1', '+1.5', '-.5', '2.', '1e3', '100000000000', ''];
    expect(texts.map((text) => numberAt(cellOf(text), 0, 'a number'))).toEqual([
      1,
      1.5,
      -0.5,
      2,
      1000,
      1e11,
      undefined,
    ]);
  });

  it.each(['1e12', '0x1', '1_000', '--1', 'Infinity', '1 2', 'e3'])(
    'of %j is no number',
    (text) => {
      const fault = faultOf(() => numberAt(cellOf(text), 0, 'a number'));
      expect(fault).toMatchObject({ line: 2, column: 1, header: 'a', expected: 'a number' });
    },
  );

  it('may be larger where the reader says so', () => {
    expect(numberAt(cellOf('1e12'), 0, 'a number', 1e15)).toBe(1e12);
    expect(() => numberAt(cellOf('1e16'), 0, 'a number', 1e15)).toThrow('a number');
  });

  it('that must be there, or at least so much, or a name, is refused where it is not', () => {
    expect(numberFrom(cellOf('2'), 0, 2, 'two or more')).toBe(2);
    expect(() => numberFrom(cellOf('1.9'), 0, 2, 'two or more')).toThrow('two or more');
    expect(() => numberFrom(cellOf(''), 0, 2, 'two or more')).toThrow('two or more');
    expect(textAt(cellOf('f'), 0)).toBe('f');
    expect(() => textAt(cellOf(''), 0)).toThrow('expected a name');
  });

  it('that is a count is an integer, as pandas writes it too', () => {
    expect(['0', '3', '3.0', '1e3'].map((text) => countAt(cellOf(text), 0))).toEqual([
      0, 3, 3, 1000,
    ]);
  });
});

describe('a count', () => {
  it.each(['12x', '-1', 'NaN', 'nan', '', '1.5', '1e30', 'Infinity', '0x10', '١'])(
    'of %j in row 7 is refused with file, line, column and header',
    (text) => {
      const folder = brokenVhive('invocations.csv', (content) => withCell(content, 7, 6, text));
      const fault = faultOf(() => openRows(folder, { seed }));
      expect(fault).toMatchObject({
        file: join(folder, 'invocations.csv'),
        line: 7,
        column: 6,
        header: '481',
        expected: 'a count (an integer of 0 or more)',
        found: JSON.stringify(text),
      });
      expect(fault.message).toBe(
        `${fault.file}, line 7, column 6 ("481"): expected ${fault.expected}, found ${fault.found}`,
      );
    },
  );
});

describe('a table', () => {
  it('cut off in the middle of a row names the row and the first missing cell', () => {
    const folder = brokenVhive('invocations.csv', (content) =>
      content.slice(0, content.lastIndexOf(',')),
    );
    expect(faultOf(() => openRows(folder, { seed }))).toMatchObject({
      line: 10,
      column: 7,
      header: '482',
      expected: '7 cells as in the header',
      found: '6',
    });
  });

  it('that lacks several cells names the first', () => {
    expect(faultOf(() => rowsOf('a,b,c,d\n1\n'))).toMatchObject({ column: 2, header: 'b' });
    expect(faultOf(() => rowsOf('a\n1,2,3\n'))).toMatchObject({ column: 2, header: undefined });
  });

  it('with too many cells in a row names the first surplus one', () => {
    const folder = brokenVhive('memory.csv', (content) => withCell(content, 3, 6, '9,9'));
    expect(faultOf(() => openRows(folder, { seed }))).toMatchObject({ line: 3, column: 7 });
  });

  it('with a header twice or a header missing is refused', () => {
    const twice = brokenVhive('invocations.csv', (content) => withCell(content, 1, 6, '480'));
    expect(faultOf(() => openRows(twice, { seed }))).toMatchObject({
      line: 1,
      column: 6,
      expected: 'each header once',
    });
    const missing = brokenVhive('durations.csv', (content) => withCell(content, 1, 4, 'Mean'));
    expect(faultOf(() => openRows(missing, { seed })).expected).toBe('a column "Average"');
  });

  it('that is empty or has a header only is refused', () => {
    for (const content of ['', '\n\n', 'HashOwner,HashApp,HashFunction,Trigger,1\n']) {
      const fault = faultOf(() =>
        openRows(
          brokenVhive('invocations.csv', () => content),
          { seed },
        ),
      );
      expect(fault.file).toMatch(/invocations\.csv$/);
    }
  });

  it('with an open quote is refused at the row where it opens', () => {
    const folder = brokenVhive('invocations.csv', (content) => withCell(content, 5, 3, '"f'));
    expect(faultOf(() => openRows(folder, { seed }))).toMatchObject({ line: 5 });
    expect(faultOf(() => rowsOf('a,b\n1,2\n3,"4\n5,6\n')).line).toBe(3);
  });

  it('of one endless row is refused', () => {
    const folder = brokenVhive('invocations.csv', () => 'x'.repeat(3_000_000));
    expect(faultOf(() => openRows(folder, { seed })).message.length).toBeLessThan(400);
  });
});

it('a reader tells which share of a file it has taken in, every MiB', () => {
  const row = `${'x'.repeat(999)},1\n`;
  const file = fileOf(`a,b\n${row.repeat(3000)}`);
  const shares: number[] = [];
  const taken = (of: string, share: number): void => {
    expect(of).toBe(file);
    shares.push(share);
  };
  readCsv(file, { ...SYSTEM_FILES, taken }, () => {});
  expect(shares).toHaveLength(2);
  expect(shares[0]).toBeCloseTo(0.35, 1);
  expect(shares[1]).toBeCloseTo(0.7, 1);
});
