import { expect, it } from 'vitest';
import { LIGHT, type Option } from '../../../../src/report/figure/look.ts';
import { pointsOption } from '../../../../src/report/figure/points.ts';
import type { Figure, PointsSpec } from '../../../../src/report/figure/spec.ts';

const spec: PointsSpec = {
  kind: 'points',
  x: { label: 'x', unit: 'share', isLog: true },
  y: { label: 'y', unit: 'number' },
  points: [
    { name: 'a', x: 0.02, y: 5 },
    { name: 'b', x: 0.0201, y: 5 },
    { name: 'c', x: 0.5, y: 1 },
  ],
  against: {
    line: [
      { name: '1m', x: 0.001, y: 9 },
      { name: '60m', x: 0.0005, y: 15 },
      { name: 'lru', x: 0.0005, y: 15.1 },
    ],
    beside: [{ name: 'hybrid', x: 0.9, y: 2 }],
  },
};
const figure: Figure = { id: 'p', title: 'P', note: 'Points.', spec };
const look = { theme: LIGHT, width: 900, systems: ['a', 'b', 'c'], hidden: new Set<string>() };

function seriesOf(option: Option): Option[] {
  return option['series'] as Option[];
}

it('points have their systems’ colours, what they are held against has none', () => {
  const series = seriesOf(pointsOption(figure, spec, look));
  expect(series.map(({ type, name }) => [type, name])).toEqual([
    ['line', undefined],
    ['line', undefined],
    ['scatter', 'a'],
    ['scatter', 'b'],
    ['scatter', 'c'],
  ]);
  expect(series.slice(2).map(({ color }) => color)).toEqual(LIGHT.systems.slice(0, 3));
});

it('points at one place share a label, and all are on the axes', () => {
  const option = pointsOption(figure, spec, look);
  const labels = seriesOf(option)
    .slice(2)
    .map(({ label }) => (label as Option)['formatter']);
  expect(labels).toEqual(['a, b', '', 'c']);
  const axis = option['xAxis'] as { type: string; min: number; max: number };
  expect(axis.type).toBe('log');
  expect(axis.min).toBeLessThanOrEqual(0.0005);
  expect(axis.max).toBeGreaterThanOrEqual(0.9);
});

it('a hidden system has no point', () => {
  const option = pointsOption(figure, spec, { ...look, hidden: new Set(['a', 'b']) });
  expect(seriesOf(option).map(({ name }) => name)).toEqual([undefined, undefined, 'c']);
});

it('policies at one place share a label, too', () => {
  const [line] = seriesOf(pointsOption(figure, spec, look));
  const { formatter } = line!['label'] as { formatter: (of: { dataIndex: number }) => string };
  expect([0, 1, 2].map((dataIndex) => formatter({ dataIndex }))).toEqual(['1m', '60m, lru', '']);
});

it('names of the line are above it, those beside it below: neither covers the other', () => {
  const series = seriesOf(pointsOption(figure, spec, look)).slice(0, 2);
  expect(series.map(({ label }) => (label as Option)['position'])).toEqual(['top', 'bottom']);
});
