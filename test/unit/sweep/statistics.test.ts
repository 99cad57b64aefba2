import { describe, expect, it } from 'vitest';
import { chanceOfT, holm, overSeeds, sampleOf, tOfChance } from '../../../src/sweep/statistics.ts';

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

it('rows are a sample of their means under each seed', () => {
  const rows = [
    { seed: 1, value: 1 },
    { seed: 1, value: 3 },
    { seed: 2, value: 6 },
  ];
  const found = overSeeds(rows, ({ value }) => value);
  expect(found).toEqual({ mean: 4, sd: Math.sqrt(8), count: 2 });
});

it("Holm's correction raises the smallest most, and keeps their order", () => {
  const worth = holm([0.01, 0.04, 0.03, 0.005]);
  [0.03, 0.06, 0.06, 0.02].forEach((one, at) => expect(worth[at]).toBeCloseTo(one, 12));
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});
