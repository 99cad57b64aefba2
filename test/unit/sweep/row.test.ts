import { describe, expect, it } from 'vitest';
import { contextOf, rowsOfCells, rowsOfResults } from '../../../src/sweep/row.ts';
import { results, system } from '../../support/report.ts';
import { row } from '../../support/rows.ts';

function spread(a: number, b: number): { perSeed: number[]; mean: number; sd: number } {
  return { perSeed: [a, b], mean: (a + b) / 2, sd: 1 };
}

describe('rows', () => {
  it('of a run are its systems under each of its seeds', () => {
    expect(rowsOfResults(results()).map((one) => [one.system, one.seed])).toEqual(
      results().systems.map(({ name }) => [name, results().seed]),
    );
    const figures = {
      startupMs: spread(1, 2),
      sandboxMs: spread(3, 4),
      footprintGiBSeconds: spread(5, 6),
      slowdown: spread(1, 1),
      cpuMs: spread(7, 8),
    };
    const seeds = { seeds: [4, 9], systems: [{ name: 's', hashes: [], figures }] };
    expect(rowsOfResults({ ...results(), seeds })).toMatchObject([
      { system: 's', seed: 4, figures: { startupMs: 1, cpuMs: 7 } },
      { system: 's', seed: 9, figures: { startupMs: 2, cpuMs: 8 } },
    ]);
  });

  it('of cells have what was chosen for them', () => {
    const cell = { labels: { minutes: '5' }, seed: 3, job: {} as never };
    const [only] = rowsOfCells([{ cell, systems: [system('a')] }]);
    expect(only).toMatchObject({ labels: { minutes: '5' }, seed: 3, system: 'a' });
    expect(only?.figures.startupMs).toBe(system('a').startupMs.mean);
  });

  it('have a context of what was chosen at some paths', () => {
    const one = row({ a: '1', b: '2' }, 1, 's', 1, 1);
    const two = row({ b: '2', a: '9' }, 2, 's', 1, 1);
    expect(contextOf(one, ['b'])).toBe(contextOf(two, ['b']));
    expect(contextOf(one, ['a', 'b'])).not.toBe(contextOf(two, ['a', 'b']));
  });
});
