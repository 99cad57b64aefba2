// How far two series lie apart.

import { expect, it } from 'vitest';
import { compareSeries } from '../../../../src/recording/live/compare.ts';

it('measures the mean and the end as shares of the kernel’s, percentages in points', () => {
  const kernel = [
    { free: 100, balloon: 0, 'unusable index %': 50 },
    { free: 300, balloon: 0, 'unusable index %': 10 },
  ];
  const live = [
    { free: 90, balloon: 0, 'unusable index %': 55 },
    { free: 330, balloon: 8, 'unusable index %': 10 },
  ];
  const series = compareSeries(kernel, live);
  const figures = series.map(({ name, meanDifference, endDifference }) => [
    name,
    meanDifference,
    endDifference,
  ]);
  expect(figures).toEqual([
    ['free', 40 / 400, 30 / 300],
    ['balloon', undefined, undefined],
    ['unusable index %', 2.5, 0],
  ]);
  expect(series[0]).toMatchObject({ kernel: [100, 300], live: [90, 330] });
});

it('leaves out what neither has, and has zeros where a zone is not there yet', () => {
  const series = compareSeries([{ a: 0 }, { a: 0, 'free Movable': 4 }], [{ a: 0 }, { a: 0 }]);
  expect(series.map(({ name, kernel, live }) => [name, kernel, live])).toEqual([
    ['free Movable', [0, 4], [0, 0]],
  ]);
});
