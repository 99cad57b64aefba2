import { describe, expect, it } from 'vitest';
import { differencesOf } from '../../../src/sweep/compare.ts';
import type { Row } from '../../../src/sweep/row.ts';
import { row } from '../../support/rows.ts';

/** Of one system under seeds: start-up as given, footprint always 50. */
function run(system: string, ...startups: readonly number[]): Row[] {
  return startups.map((startup, at) => row({}, at + 1, system, startup, 50));
}

describe('differences', () => {
  it('beyond seeds are told from those within', () => {
    const found = differencesOf(
      [...run('steady', 10, 20, 30), ...run('loose', 10, 20, 30)],
      [...run('steady', 20, 40.1, 60), ...run('loose', 14, 19, 36)],
      [],
    );
    const startups = found.filter(({ figure }) => figure === 'startupMs');
    expect(startups.map(({ system, isBeyond }) => [system, isBeyond])).toEqual([
      ['steady', true],
      ['loose', false],
    ]);
    expect(startups[0]?.contrast.ratio).toBeCloseTo(2, 2);
    expect(startups[0]?.first).toEqual({ mean: 20, sd: 10, count: 3 });
    const [held] = found.filter(({ figure }) => figure === 'footprintGiBSeconds');
    expect(held).toMatchObject({ isBeyond: false, chance: 1, contrast: { ratio: 1 } });
  });

  it('are corrected for how many are looked at', () => {
    const [a, b] = [run('s', 10, 20, 30), run('s', 13, 25, 38)];
    const alone = differencesOf(a, b, []).find(({ figure }) => figure === 'startupMs');
    const many = Array.from({ length: 30 }, (_, n) => `s${n}`);
    const found = differencesOf(
      many.flatMap((system) => a.map((one) => ({ ...one, system }))),
      many.flatMap((system) => b.map((one) => ({ ...one, system }))),
      [],
    );
    expect(alone?.chance).toBeGreaterThan(alone?.contrast.chance as number);
    expect(found[0]?.chance).toBeGreaterThan(alone?.chance as number);
  });

  it('under one seed are unknown', () => {
    const found = differencesOf(run('s', 10), run('s', 20), []);
    expect(found[0]).toMatchObject({ chance: undefined, isBeyond: false });
    expect(found[0]?.contrast.ratio).toBeCloseTo(2, 12);
  });

  it('are of systems that both have', () => {
    expect(differencesOf(run('a', 1, 2), run('b', 1, 2), [])).toEqual([]);
  });

  it('of groups are taken between cells that differ in what was chosen alone', () => {
    const rows: Row[] = [];
    for (const k of ['1', '2']) {
      for (const other of ['1', '100']) {
        for (const seed of [1, 2]) {
          const startup = Number(k) * Number(other) * seed;
          rows.push(row({ k, other }, seed, 's', startup, 5));
        }
      }
    }
    const of = (label: string): Row[] => rows.filter(({ labels }) => labels['k'] === label);
    const [found] = differencesOf(of('1'), of('2'), ['k']);
    expect(found?.contrast).toMatchObject({ contexts: 2, isPaired: true });
    expect(found?.contrast.ratio).toBeCloseTo(2, 12);
  });

  it('between a mean over something and a value of it are refused', () => {
    const rows = [row({ k: '1' }, 1, 's', 1, 1), row({ k: '2' }, 1, 's', 1, 1)];
    expect(() => differencesOf(rows, run('s', 1), [])).toThrow(
      /^k: expected values that both sides have, or one chosen for each/,
    );
    expect(differencesOf(rows.slice(0, 1), rows.slice(1), [])).toHaveLength(5);
  });

  it('of a value chosen on one side against several on the other are refused', () => {
    const rows = ['1', '2', '3'].map((k) => row({ k }, 1, 's', Number(k), 1));
    expect(() => differencesOf(rows.slice(0, 1), rows, ['k'])).toThrow(
      'k: expected values that both sides have, or one chosen for each (--a, --b), found "1, 2, 3"',
    );
  });

  it('tell means of the cells and seeds that are compared, of no others', () => {
    const a = [row({ k: '1' }, 1, 's', 100, 1), row({ k: '2' }, 1, 's', 10, 1)];
    const b = [1, 2].map((seed) => row({ k: '2' }, seed, 's', 20 * seed, 1));
    const [found] = differencesOf(a, b, []);
    expect(found).toMatchObject({ first: { mean: 10, count: 1 }, second: { mean: 20, count: 1 } });
    expect(found?.contrast.ratio).toBeCloseTo(2, 12);
  });

  it('are found system by system, whatever systems a cell played beside it', () => {
    const one = row({ systems: 's' }, 1, 's', 10, 1);
    const other = row({ systems: '["s","t"]' }, 1, 's', 20, 1);
    expect(differencesOf([one], [other], [])[0]?.contrast.ratio).toBeCloseTo(2, 12);
    expect(differencesOf([one], run('s', 30), [])[0]?.contrast.ratio).toBeCloseTo(3, 12);
  });
});

it('a comparison tells of each figure that it has compared', () => {
  const told: [number, number][] = [];
  const [a, b] = [run('s', 10, 20), run('s', 13, 25)];
  differencesOf(a, b, [], (...one) => void told.push(one));
  expect(told.map(([done]) => done)).toEqual([1, 2, 3, 4, 5]);
  expect(told.every(([, total]) => total === 5)).toBe(true);
});
