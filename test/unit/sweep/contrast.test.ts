import { describe, expect, it } from 'vitest';
import { type Side, contrastOf, sideOf } from '../../../src/sweep/contrast.ts';

/** One context: values by seed. */
function side(values: Readonly<Record<number, number>>): Side {
  return new Map(Object.entries(values).map(([seed, one]) => [Number(seed), new Map([['', one]])]));
}

function two(a: number, b: number): Map<string, number> {
  return new Map([
    ['a', a],
    ['b', b],
  ]);
}

describe('two sides', () => {
  it('under the same seeds are compared seed by seed', () => {
    // twice as much under each seed, though seeds lie far apart
    const found = contrastOf(side({ 1: 1, 2: 100, 3: 7 }), side({ 1: 2, 2: 200, 3: 14 }));
    expect(found).toMatchObject({ isPaired: true, seeds: [3, 3], contexts: 1 });
    expect(found?.ratio).toBeCloseTo(2, 12);
    expect(found?.interval?.[0]).toBeCloseTo(2, 6);
    expect(found?.chance).toBeLessThan(1e-6);
  });

  it('have an interval of t over seeds', () => {
    const found = contrastOf(side({ 1: 1, 2: 1, 3: 1 }), side({ 1: 1, 2: Math.E, 3: Math.E ** 2 }));
    expect(found?.ratio).toBeCloseTo(Math.E, 12);
    // mean 1, sd 1, three seeds: 1 ± 4.3027 / √3
    expect(Math.log(found?.interval?.[1] as number)).toBeCloseTo(1 + 4.3027 / Math.sqrt(3), 3);
    expect(found?.chance).toBeCloseTo(0.2254, 3);
  });

  it('that are equal are so by no chance at all', () => {
    const one = side({ 1: 3, 2: 5 });
    expect(contrastOf(one, one)).toMatchObject({ ratio: 1, interval: [1, 1], chance: 1 });
  });

  it('under other seeds are compared as two samples', () => {
    const found = contrastOf(side({ 1: 1, 2: Math.E }), side({ 3: Math.E, 4: Math.E ** 2 }));
    expect(found).toMatchObject({ isPaired: false, seeds: [2, 2] });
    expect(found?.ratio).toBeCloseTo(Math.E, 12);
    // sd √½ each: error √½, two degrees of freedom
    expect(Math.log(found?.interval?.[1] as number)).toBeCloseTo(1 + 4.3027 * Math.SQRT1_2, 3);
  });

  it('with one seed in common and others beside it are compared as two samples', () => {
    const found = contrastOf(side({ 1: 1, 2: 2, 3: 3 }), side({ 3: 4, 4: 5, 5: 6 }));
    expect(found).toMatchObject({ isPaired: false, seeds: [3, 3] });
    expect(found?.interval).toBeDefined();
    const single = contrastOf(side({ 1: 1, 2: 2 }), side({ 2: 6 }));
    expect(single).toMatchObject({ isPaired: true, seeds: [1, 1] });
    expect(single?.ratio).toBeCloseTo(3, 12);
  });

  it('under one seed have no interval', () => {
    for (const other of [side({ 1: 2 }), side({ 2: 2 })]) {
      expect(contrastOf(side({ 1: 1 }), other)).toMatchObject({
        ratio: 2,
        interval: undefined,
        chance: undefined,
      });
    }
  });

  it('are compared where both have something above 0, under every seed', () => {
    const first: Side = new Map([
      [1, two(1, 8)],
      [2, two(1, 0)],
    ]);
    const second: Side = new Map([
      [1, two(3, 1)],
      [2, two(3, 1)],
    ]);
    expect(contrastOf(first, second)).toMatchObject({ contexts: 1 });
    expect(contrastOf(first, second)?.ratio).toBeCloseTo(3, 12);
    expect(contrastOf(side({ 1: 0 }), side({ 1: 2 }))).toBeUndefined();
    expect(contrastOf(new Map(), side({ 1: 2 }))).toBeUndefined();
  });
});

it('rows are a side by seed and by what else was chosen', () => {
  const rows = [
    { seed: 1, k: 'a', v: 5 },
    { seed: 1, k: 'b', v: 6 },
    { seed: 2, k: 'a', v: 7 },
  ];
  const found = sideOf(
    rows,
    ({ k }) => k,
    ({ v }) => v,
  );
  expect(found).toEqual(
    new Map([
      [
        1,
        new Map([
          ['a', 5],
          ['b', 6],
        ]),
      ],
      [2, new Map([['a', 7]])],
    ]),
  );
});
