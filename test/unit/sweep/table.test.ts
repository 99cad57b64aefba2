import { describe, expect, it } from 'vitest';
import { columnOf, labelled, sweepTable } from '../../../src/sweep/table.ts';
import { system } from '../../support/report.ts';

function cell(label: string): never {
  return { labels: { 'hosts.count': label }, seed: 3, job: { name: `job${label}` } } as never;
}

describe('the table of a sweep', () => {
  it('has a row a system of a cell, what was chosen as columns, and steps that some lack as 0', () => {
    const forked = system('b');
    const steps = { parent: forked.startupMs.mean };
    const other = { ...forked, startupMs: { ...forked.startupMs, steps } };
    const { columns } = sweepTable(
      ['hosts.count'],
      [
        { cell: cell('1'), systems: [system('a')] },
        { cell: cell('2'), systems: [system('a'), other] },
      ],
    );
    const cells = (name: string): unknown[] =>
      Array.from(columns.find((one) => one.name === name)?.cells ?? []);
    expect(columns.slice(0, 4).map(({ name }) => name)).toEqual([
      'job',
      'seed',
      'hosts_count',
      'system',
    ]);
    expect(cells('job')).toEqual(['job1', 'job2', 'job2']);
    expect(cells('hosts_count')).toEqual([1, 2, 2]);
    expect(cells('system')).toEqual(['a', 'a', 'b']);
    expect(cells('startupMs_steps_parent')).toEqual([0, 0, 76]);
    expect(columns.some(({ name }) => name.includes('functions'))).toBe(false);
  });

  it('keeps numbers as numbers and words as words', () => {
    expect(labelled('x', ['1', '2.5']).kind).toBe('real');
    expect(labelled('x', ['1', '10m'])).toMatchObject({ kind: 'text', cells: ['1', '10m'] });
    expect(labelled('x', ['1', '']).kind).toBe('text');
    expect(columnOf('prices.own.vm-exit')).toBe('prices_own_vm_exit');
  });
});
