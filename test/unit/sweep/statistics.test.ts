import { describe, expect, it } from 'vitest';
import { chanceOfT, sampleOf, tOfChance } from '../../../src/sweep/statistics.ts';

describe("Student's distribution", () => {
  it.each([
    // tables of the distribution, two-sided
    [0.05, 1, 12.7062],
    [0.05, 2, 4.3027],
    [0.05, 4, 2.7764],
    [0.01, 9, 3.2498],
    [0.05, 30, 2.0423],
    [0.05, 1000, 1.9623],
  ])('at %s has with %s degrees of freedom a t of %s', (chance, freedom, t) => {
    expect(tOfChance(chance, freedom)).toBeCloseTo(t, 3);
    expect(chanceOfT(t, freedom)).toBeCloseTo(chance, 5);
    expect(chanceOfT(-t, freedom)).toBeCloseTo(chance, 5);
  });

  it('is that of Cauchy with one degree of freedom', () => {
    for (const t of [0, 0.3, 1, 7]) {
      expect(chanceOfT(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 10);
    }
    expect(chanceOfT(Infinity, 3)).toBe(0);
  });
});

describe('a sample', () => {
  it('has a mean and a spread, and no spread alone', () => {
    expect(sampleOf([2, 4, 4, 4, 5, 5, 7, 9]).mean).toBe(5);
    expect(sampleOf([2, 4, 4, 4, 5, 5, 7, 9]).sd).toBeCloseTo(2.1381, 4);
    expect(sampleOf([3])).toEqual({ mean: 3, sd: 0, count: 1 });
  });
});
