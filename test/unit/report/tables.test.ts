import { describe, expect, it } from 'vitest';

import { seriesTable, startsTable, systemsTable, tablesOf } from '../../../src/report/tables.ts';
import { details, results, series, system } from '../../support/report.ts';

function column(table: ReturnType<typeof systemsTable>, name: string): unknown {
  const found = table.columns.find((one) => one.name === name);
  return found === undefined ? undefined : [found.kind, ...Array.from(found.cells)];
}

describe('the table of systems', () => {
  const table = systemsTable(results(system('one'), system('two', 2)));

  it('has a row a system and a column a leaf, named by its path', () => {
    expect(column(table, 'name')).toEqual(['text', 'one', 'two']);
    expect(column(table, 'startupMs_p50')).toEqual(['real', 74, 148]);
    expect(column(table, 'footprintBy_vmm')).toEqual(['real', 5 * 2 ** 20, 5 * 2 ** 20]);
    expect(table.columns.every(({ cells }) => cells.length === 2)).toBe(true);
  });

  it('knows which numbers are whole whatever stands in them', () => {
    const whole = table.columns.filter(({ kind }) => kind === 'whole').map(({ name }) => name);
    expect(whole.filter((name) => !name.startsWith('shortage_'))).toEqual([
      'starts_cold',
      'starts_warm',
      'starts_queued',
      'starts_refused',
      'prewarms_started',
      'prewarms_used',
      'rests_parks',
      'rests_suspends',
      'rests_resumes',
      'containers_peak',
      'containers_started',
      'vms_peak',
      'vms_started',
      'reclaim_migratedPages',
      'pageOps',
    ]);
    expect(whole.filter((name) => name.startsWith('shortage_'))).toHaveLength(5);
  });

  it('has 0 for a start-up step that only another system has', () => {
    const plain = system('plain');
    const zoned = {
      ...plain,
      name: 'zoned',
      startupMs: { ...plain.startupMs, steps: { zone: 3, vmm: 1 } },
    };
    const both = systemsTable(results(plain, zoned));
    expect(column(both, 'startupMs_steps_zone')).toEqual(['real', 0, 3]);
    expect(column(both, 'startupMs_steps_clone')).toEqual(['real', 50, 0]);
  });
});

const start = (name: string, ...ms: number[]): never =>
  ({ system: name, columns: { startupMs: Float64Array.from(ms) } }) as never;

describe('tables below each other', () => {
  it('are time series with the instants of each system', () => {
    const table = seriesTable([series('a', 2), series('b', 3)]);
    expect(table.columns.map(({ name }) => name)).toEqual([
      'system',
      'tMs',
      'guestOs',
      'anonymous',
    ]);
    expect(column(table, 'system')).toEqual(['text', 'a', 'a', 'b', 'b', 'b']);
    expect(column(table, 'tMs')).toEqual(['real', 0, 60_000, 0, 60_000, 120_000]);
  });

  it('are starts, counted from 0 for each system', () => {
    const table = startsTable([start('a', 7, 8), start('b', 9)]);
    expect(column(table, 'start')).toEqual(['whole', 0, 1, 0]);
    expect(column(table, 'startupMs')).toEqual(['real', 7, 8, 9]);
  });

  it('must have the same columns, each as long as the index', () => {
    const other = { ...series('b'), columns: { guestOs: new Float64Array(5) } };
    expect(() => seriesTable([series('a'), other])).toThrow(
      'time series of b: expected guestOs, anonymous, found "guestOs"',
    );
    const short = {
      ...series('b'),
      columns: { guestOs: new Float64Array(4), anonymous: new Float64Array(5) },
    };
    expect(() => seriesTable([short])).toThrow(
      'time series of b: guestOs: expected a column as long as tMs (5), found 4',
    );
  });
});

const names = (of: object): string[] =>
  tablesOf({ results: results(), details: of } as never).map(({ name }) => name);

describe('a report', () => {
  it('has the tables that it has records for', () => {
    expect(names(details())).toEqual(['results', 'functions', 'series', 'starts']);
    expect(names({ series: [], starts: [] })).toEqual(['results', 'functions']);
    expect(names({})).toEqual(['results', 'functions']);
  });
});

it.each([
  ['startupMs_mean', { startupMs: { mean: new Map([[1, { a: { b: 1 } }]]), steps: { a: {} } } }],
  ['sandboxMs_a_b', { sandboxMs: { a: { b: { c: { d: 1 } } } } }],
  ['hash', { hash: 5n }],
])(
  'a table of systems has words and numbers in groups, not what holds a world: %s',
  (name, part) => {
    const wrong = results({ ...system('one'), ...part } as never);
    expect(() => systemsTable(wrong)).toThrow(
      name === 'startupMs_mean' ? 'startupMs_steps_a' : name,
    );
  },
);
