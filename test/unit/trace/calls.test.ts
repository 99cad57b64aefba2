import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dateMs, readCalls } from '../../../src/trace/calls.ts';
import { parseColumns } from '../../../src/trace/columns.ts';
import { CALL_FILE, faultOf, lines, openRows, withRows } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;
const HEADER = 'ts,fn,dur_s,mem_mb';

function mapped(columns: string, ...rows: string[]): ReturnType<typeof openRows> {
  const file = join(folderWith({ 'x.csv': lines(...rows) }), 'x.csv');
  return withRows(readCalls(file, { seed }, parseColumns(columns)));
}

describe('a file of calls', () => {
  it('in own columns has each call as it is, and functions with the mean of their memory', () => {
    const trace = openRows(folderWith(CALL_FILE), { seed });
    expect([...trace.startMs]).toEqual([0, 10, 61_000.5]);
    expect([...trace.durationMs]).toEqual([5, 40, 20]);
    expect(trace.functions).toMatchObject([
      { name: 'f', app: 'a', owner: 'o', trigger: 'http', memoryMib: 150, memorySource: 'trace' },
      { name: 'g', app: 'a', owner: 'o', trigger: undefined, memorySource: 'published' },
    ]);
    expect(trace).toMatchObject({ name: 'calls', format: 'calls', spanMs: 120_000 });
  });

  it('needs function, start and duration only; each function is then its own app', () => {
    const text = lines('start_ms,function,more,duration_ms', '5,f,x,1');
    const { functions } = openRows(folderWith({ 'any.csv': text }), { seed });
    expect(functions).toMatchObject([{ name: 'f', app: 'f', owner: '' }]);
  });

  it('in columns of any name is read by a map with units', () => {
    const columns = 'time=ts:s,function=fn,duration=dur_s,memory=mem_mb';
    const trace = mapped(columns, HEADER, '61.5,f,0.25,104.8576', '2,g,1,');
    expect([...trace.startMs]).toEqual([2000, 61_500]);
    expect([...trace.durationMs]).toEqual([1000, 250]);
    expect(trace.functions[0]?.memoryMib).toBeCloseTo(100, 12);
  });

  it('with times that are dates begins at the minute of the earliest', () => {
    const numbers = mapped(
      'end=ts:us,function=fn,duration=d',
      'ts,fn,d',
      '1700000012345678,f,345',
      '1700000052000000,f,0',
    );
    expect([...numbers.startMs]).toEqual([32_000.677978515625, 72_000]);
    const texts = mapped(
      'time=ts:iso,function=fn,duration=d',
      'ts,fn,d',
      '2026-01-31T10:00:01.5Z,f,1',
      '2026-01-31 12:00:00+02:00,f,1',
      '2026-01-31T10:01:00,f,1',
    );
    expect([...texts.startMs]).toEqual([0, 1500, 60_000]);
  });

  it.each([
    ['x,f,1,1', 1, 'ts', 'a time (a number of 0 or more)', '"x"'],
    ['-1,f,1,1', 1, 'ts', 'a time (a number of 0 or more)', '"-1"'],
    ['1,,1,1', 2, 'fn', 'a name', '""'],
    ['1,f,,1', 3, 'dur_s', 'a duration (a number of 0 or more)', '""'],
    ['1,f,1,much', 4, 'mem_mb', 'memory (a number of 0 or more)', '"much"'],
  ])('with the row %j is refused at the cell', (row, column, header, expected, found) => {
    const columns = 'time=ts:s,function=fn,duration=dur_s,memory=mem_mb';
    const fault = faultOf(() => mapped(columns, HEADER, '1,f,1,1', row));
    expect(fault).toMatchObject({ line: 3, column, header, expected, found });
  });

  it('without a column that the map names, with no date or with no call is refused', () => {
    const columns = 'time=ts:iso,function=fn,duration=d,memory=m';
    expect(faultOf(() => mapped(columns, 'ts,fn,d', '1,f,1')).expected).toBe('a column "m"');
    expect(faultOf(() => mapped(columns, 'ts,fn,d,m', 'today,f,1,1'))).toMatchObject({
      line: 2,
      column: 1,
      expected: 'a date such as 2026-01-31T23:59:59.250Z',
    });
    expect(faultOf(() => mapped(columns, 'ts,fn,d,m')).expected).toBe('at least one call');
  });
});

it('dates are ISO 8601, UTC unless they say another zone', () => {
  expect(dateMs('2026-02-01T00:00')).toBe(dateMs('2026-02-01T00:00:00Z'));
  expect(dateMs('2026-02-01T01:00+01:00')).toBe(dateMs('2026-02-01 00:00'));
  for (const text of ['2026-02-01', '1 Feb 2026 10:00', '2026-13-01T00:00', '']) {
    expect(dateMs(text)).toBeUndefined();
  }
});
