import { expect, it } from 'vitest';
import { LIGHT, type Option } from '../../../../src/report/figure/look.ts';
import { tornadoOption } from '../../../../src/report/figure/tornado.ts';
import type { Figure, TornadoSpec } from '../../../../src/report/figure/spec.ts';

const spec: TornadoSpec = {
  kind: 'tornado',
  x: { label: 'change', unit: 'percent' },
  rows: [{ name: 'clone', low: -20, high: 4 }],
};
const figure: Figure = { id: 't', title: 'T', note: 'Ends.', spec };
const look = { theme: LIGHT, width: 900, systems: [], hidden: new Set<string>() };

it('both sides have the same room, and the grid says what its lines are', () => {
  const option = tornadoOption(figure, spec, look);
  const axis = option['xAxis'] as { min: number; max: number; axisLabel: Option };
  expect([axis.min, axis.max]).toEqual([-25, 25]);
  expect(axis.axisLabel['show']).not.toBe(false);
  expect((axis.axisLabel['formatter'] as (value: number) => string)(-10)).toBe('-10 %');
});
