import { describe, expect, it } from 'vitest';
import { effectsOf } from '../../../src/sweep/effects.ts';
import { choicesOf } from '../../../src/sweep/pareto.ts';
import {
  effectRows,
  frontRows,
  ratioText,
  spreadNote,
  spreadText,
} from '../../../src/sweep/text.ts';
import { row } from '../../support/rows.ts';

const ROWS = [
  row({ k: 'a' }, 1, 's', 10, 100),
  row({ k: 'a' }, 2, 's', 12, 100),
  row({ k: 'b' }, 1, 's', 20, 50),
  row({ k: 'b' }, 2, 's', 24, 50),
];

describe('a sweep in words', () => {
  it('tells start-up and footprint of each value, against the first', () => {
    const [header, first, second] = effectRows(effectsOf(ROWS, ['k']));
    expect(header).toHaveLength(7);
    expect(first).toEqual(['k', 'a', 's', '11 ms ± 1.41 ms', '-', '100 ± 0', '-']);
    expect(second?.slice(0, 3)).toEqual(['k', 'b', 's']);
    expect(second?.slice(4)).toEqual(['2.000x [2.000, 2.000]', '50 ± 0', '0.500x [0.500, 0.500]']);
  });

  it('tells the front, the fastest first', () => {
    const [, ...rows] = frontRows(choicesOf(ROWS.toReversed()));
    expect(rows.map(([choice]) => choice)).toEqual(['k=a s', 'k=b s']);
  });

  it('says what is unknown of one seed', () => {
    expect(spreadNote(1)).toMatch(/^one seed: how far seeds lie apart is unknown/);
    expect(spreadNote(3)).toMatch(/over 3 seeds with intervals of 95 %/);
    expect(spreadText({ mean: 5, sd: 0, count: 1 }, String)).toBe('5');
    expect(ratioText(undefined)).toBe('-');
    const one = { seeds: [1, 1] as const, isPaired: true, contexts: 1 };
    expect(ratioText({ ratio: 2, interval: undefined, chance: undefined, ...one })).toBe('2.000x');
  });
});
