import { describe, expect, it } from 'vitest';
import { contextOf, rowsOfCells } from '../../../src/sweep/row.ts';
import { system } from '../../support/report.ts';
import { row } from '../../support/rows.ts';

describe('rows', () => {
  it('of cells have what was chosen for them', () => {
    const cell = { labels: { minutes: '5' }, seed: 3, job: {} as never };
    const [only] = rowsOfCells([{ cell, systems: [system('a')] }]);
    expect(only).toMatchObject({ labels: { minutes: '5' }, seed: 3, system: 'a' });
    expect(only?.figures.startupMs).toBe(system('a').startupMs.mean);
  });

  it('have a context of all that was chosen but one thing, in any order', () => {
    const one = row({ a: '1', b: '2' }, 1, 's', 1, 1);
    const two = row({ b: '2', a: '9' }, 2, 's', 1, 1);
    expect(contextOf(one, 'a')).toBe(contextOf(two, 'a'));
    expect(contextOf(one, 'b')).not.toBe(contextOf(two, 'b'));
    expect(contextOf(one, 'system')).not.toContain('"s"');
  });
});
