import { describe, expect, it } from 'vitest';
import { effectsOf } from '../../../src/sweep/effects.ts';
import type { Row } from '../../../src/sweep/row.ts';
import { row } from '../../support/rows.ts';

/** Start-up is a × b × seed, whatever else; but one cell of nine is missing. */
function grid(): Row[] {
  const all: Row[] = [];
  for (const a of [1, 2, 4]) {
    for (const b of [1, 10, 100]) {
      if (a === 4 && b === 100) continue;
      for (const seed of [1, 3])
        all.push(row({ a: `${a}`, b: `${b}` }, seed, 's', a * b * seed, b));
    }
  }
  return all;
}

describe('the effect of a factor', () => {
  it('is a ratio with everything else equal, whatever cells are missing', () => {
    const found = effectsOf(grid(), ['a', 'b']).filter(({ figure }) => figure === 'startupMs');
    const ratios = found.map(({ factor, level, against }) => [
      factor,
      level,
      against && Math.round(1000 * against.ratio) / 1000,
    ]);
    expect(ratios).toEqual([
      ['a', '1', undefined],
      ['a', '2', 2],
      ['a', '4', 4],
      ['b', '1', undefined],
      ['b', '10', 10],
      ['b', '100', 100],
    ]);
    expect(found[0]).toMatchObject({ mean: 2 * 37, seeds: 2 });
    expect(found[0]?.sd).toBeCloseTo(Math.SQRT2 * 37, 9);
  });

  it('leaves out cells in which nothing was started', () => {
    const rows = [row({ a: '1' }, 1, 's', Number.NaN, 0), row({ a: '2' }, 1, 's', 8, 4)];
    const found = effectsOf([...rows, row({ a: '2' }, 2, 's', Number.NaN, 6)], ['a']);
    const of = (figure: string): unknown[] =>
      found.filter((one) => one.figure === figure).map(({ mean, seeds }) => [mean, seeds]);
    expect(of('startupMs')).toEqual([
      [Number.NaN, 0],
      [8, 1],
    ]);
    expect(of('footprintGiBSeconds')).toEqual([
      [0, 1],
      [5, 2],
    ]);
  });

  it('is told system by system, and of the systems themselves', () => {
    const two = [...grid(), ...grid().map((one) => ({ ...one, system: 't' }))];
    const found = effectsOf(two, ['a']);
    expect([...new Set(found.map(({ factor, system }) => `${factor} ${system}`))]).toEqual([
      'a s',
      'a t',
      'system all',
    ]);
    expect(found.at(-1)?.against?.ratio).toBe(1);
  });

  it('is none of a factor with one value', () => {
    expect(
      effectsOf(
        grid().filter(({ labels }) => labels['a'] === '1'),
        ['a'],
      ),
    ).toEqual([]);
  });

  it('of systems is told where each job plays one', () => {
    const rows = ['s', 't'].map((system) => {
      const startup = system === 's' ? 1 : 3;
      return row({ systems: system, a: '1' }, 1, system, startup, 1);
    });
    const found = effectsOf(rows, ['systems', 'a']);
    expect([...new Set(found.map(({ factor }) => factor))]).toEqual(['system']);
    const [, second] = found.filter(({ figure }) => figure === 'startupMs');
    expect(second?.level).toBe('t');
    expect(second?.against?.ratio).toBeCloseTo(3, 12);
  });
});
