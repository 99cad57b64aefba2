import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { aboutOf } from '../../../../src/report/about.ts';
import { CSV_FORMAT, csvOf } from '../../../../src/report/formats/csv.ts';
import type { Report } from '../../../../src/report/index.ts';
import { seriesTable, startsTable, systemsTable } from '../../../../src/report/tables.ts';
import { details, results, series, system } from '../../../support/report.ts';

function rowsOf(text: string): Record<string, string>[] {
  return parse(text, { columns: true });
}

const names = async (report: Report): Promise<string[]> =>
  ((await CSV_FORMAT.render(report)).files ?? []).map(({ name }) => name);

describe('csv', () => {
  it('has one row a system with numbers in full', () => {
    const third = system('third', 1 / 3);
    const rows = rowsOf(csvOf(systemsTable(results(system('a'), third))));
    expect(rows.map((row) => row['name'])).toEqual(['a', 'third']);
    expect(Number(rows[1]!['footprintBytes_mean'])).toBe(third.footprintBytes.mean);
    expect(rows[0]!['starts_cold']).toBe('1234');
  });

  it('quotes what needs it', () => {
    const name = 'a "quoted", name\nof two lines';
    expect(rowsOf(csvOf(systemsTable(results(system(name)))))[0]!['name']).toBe(name);
  });

  it('has numbers in the place of what would control a terminal', () => {
    const name = 'a\u001b[31m\u202e\r\u009b,b';
    const [row] = rowsOf(csvOf(systemsTable(results(system(name)))));
    expect(row!['name']).toBe(String.raw`a\u{1b}[31m\u{202e}\u{d}\u{9b},b`);
  });

  it('gives 0 to a step that a system does not have', () => {
    const booted = system('booted');
    booted.startupMs.steps = { boot: 76 };
    const rows = rowsOf(csvOf(systemsTable(results(system('cloned'), booted))));
    expect(rows.map((row) => row['startupMs_steps_clone'])).toEqual(['50', '0']);
    expect(rows.map((row) => row['startupMs_steps_boot'])).toEqual(['0', '76']);
  });

  it('writes time series below each other', () => {
    const rows = rowsOf(csvOf(seriesTable([series('a', 2), series('b', 3)])));
    expect(rows.map((row) => `${row['system']} ${row['tMs']}`)).toEqual([
      'a 0',
      'a 60000',
      'b 0',
      'b 60000',
      'b 120000',
    ]);
    expect(rows[1]!['anonymous']).toBe(String(100 * 2 ** 20));
  });

  it('refuses series that do not fit together', () => {
    const other = { ...series('b'), columns: { vmm: new Float64Array(5) } };
    expect(() => csvOf(seriesTable([series('a'), other]))).toThrow(
      /time series of b: expected .*guestOs.*, found "vmm"/,
    );
    const short = { ...series('b'), tMs: new Float64Array(9) };
    expect(() => csvOf(seriesTable([short]))).toThrow(
      /guestOs: expected a column as long as tMs \(\d+\), found \d+/,
    );
  });

  it('counts the starts of each system from 0', () => {
    const starts = [
      { system: 'a', columns: { startupMs: Float64Array.of(70, 300) } },
      { system: 'none', columns: { startupMs: new Float64Array() } },
      { system: 'b', columns: { startupMs: Float64Array.of(0.1) } },
    ];
    expect(csvOf(startsTable(starts))).toBe(
      'system,start,startupMs\r\na,0,70\r\na,1,300\r\nb,0,0.1\r\n',
    );
  });

  it('writes a file for each record that the run has', async () => {
    expect(await names({ results: results(), details: details() })).toEqual([
      'results.csv',
      'functions.csv',
      'series.csv',
      'starts.csv',
      'csv-metadata.json',
    ]);
    expect(await names({ results: results(), details: {} })).toEqual([
      'results.csv',
      'functions.csv',
      'csv-metadata.json',
    ]);
  });

  it('says beside the tables what made them, and of which types their columns are', async () => {
    const { files = [] } = await CSV_FORMAT.render({ results: results(), details: {} });
    const { content } = files.find(({ name }) => name === 'csv-metadata.json')!;
    const own = CSV_FORMAT.files.find(({ name }) => name === 'csv-metadata.json')!;
    expect(content).toMatch(own.mark);
    const words = JSON.parse(content as string) as Record<string, unknown>;
    expect(words['notes']).toEqual([JSON.parse(JSON.stringify(aboutOf(results())))]);
    expect(words['tables']).toMatchObject([{ url: 'results.csv' }, { url: 'functions.csv' }]);
    const [{ tableSchema }] = words['tables'] as [{ tableSchema: { columns: object[] } }];
    expect(tableSchema.columns.slice(0, 2)).toEqual([
      { name: 'name', datatype: 'string' },
      { name: 'starts_cold', datatype: 'integer' },
    ]);
  });
});
