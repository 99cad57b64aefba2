import { describe, expect, it } from 'vitest';
import type { KeepAlivePoint } from '../../../../src/report/detail.ts';
import { tableOf } from '../../../../src/report/figure/spec.ts';
import { coldQuartile, policyText, wasteFigures } from '../../../../src/report/figure/waste.ts';
import { results, system } from '../../../support/report.ts';

function pointOf(policy: string, cold: number, wasted: number, isOwn = false): KeepAlivePoint {
  const rest = { coldQuartile: cold / 1000, ahead: 0, idleSeconds: 3600 };
  return { policy, isOwn, cold, wastedGiBSeconds: wasted, ...rest };
}

const keepAlives = [
  pointOf('fixed:10m', 100, 50, true),
  pointOf('lru', 10, 500),
  pointOf('hybrid', 60, 40),
  pointOf('fixed:1m', 400, 9),
];

/** Names and places of what the systems are held against. */
function namesOf(spec: unknown): unknown {
  const { against } = spec as {
    against: Record<'line' | 'beside', { name: string; x: number }[]>;
  };
  return [against.line, against.beside].map((all) => all.map(({ name, x }) => [name, x]));
}

describe('cold starts against wasted memory', () => {
  it('hold the systems against the line of fixed times, short to for ever, and policies beside it', () => {
    const [byCalls, byFunctions] = wasteFigures(results(), { keepAlives });
    expect(namesOf(byCalls!.spec)).toEqual([
      [
        ['1m', 0.004],
        ['10m, this run’s', 0.001],
        ['lru', 0.0001],
      ],
      [['hybrid', 0.0006]],
    ]);
    expect(
      tableOf(byCalls!.spec).rows.map(([name, x, y]) => [name!.value, x!.value, y!.value]),
    ).toEqual([
      ['scpv-template', 0.01234, 90],
      ['mcpv-czone', 0.01234, 90],
      ['1m', 0.004, 9],
      ['10m, this run’s', 0.001, 50],
      ['lru', 0.0001, 500],
      ['hybrid', 0.0006, 40],
    ]);
    expect(tableOf(byFunctions!.spec).rows[2]!.map(({ value }) => value)).toEqual(['1m', 0.4, 9]);
  });

  it('have the systems alone where a run has no policies to compare', () => {
    const figures = wasteFigures(results(), {});
    expect(figures.map(({ id }) => id)).toEqual(['waste']);
    expect(tableOf(figures[0]!.spec).columns[0]).toBe('system');
  });

  it('of functions are told by the third quartile: a share that occurred', () => {
    const [one] = system('a').functions;
    const functions = [0, 1, 5, 10, 0].map((cold, id) => ({
      ...one!,
      id,
      cold,
      warm: id === 4 ? 0 : 10 - cold,
    }));
    expect(coldQuartile({ functions })).toBe(0.5);
    expect(coldQuartile({ functions: [] })).toBe(0);
  });

  it('name times as --keep-alive takes them', () => {
    expect(keepAlives.map(policyText)).toEqual(['10m, this run’s', 'lru', 'hybrid', '1m']);
  });
});
