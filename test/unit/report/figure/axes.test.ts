import { expect, it } from 'vitest';
import { logTicks, ticksOf, valueAxis } from '../../../../src/report/figure/axes.ts';
import { LIGHT } from '../../../../src/report/figure/look.ts';

const LOOK = { theme: LIGHT, width: 900, systems: [], hidden: new Set<string>() };

it('a logarithmic axis begins and ends just outside of its values, at 1, 2 or 5', () => {
  expect(logTicks(124.47, 1138)).toEqual([100, 200, 500, 1000, 2000]);
  expect(logTicks(0.003, 0.003)).toEqual([0.002, 0.005]);
  expect(logTicks(10, 100)).toEqual([10, 20, 50, 100]);
  expect(logTicks(0, 0)).toEqual([]);
  expect(logTicks(0, 100)).toEqual([]);
});

it('steps of bytes are whole in their unit', () => {
  const axis = valueAxis({ label: '', unit: 'bytes' }, LOOK, [0, 25.4 * 2 ** 30], 6);
  expect([axis['interval'], axis['max']]).toEqual([5 * 2 ** 30, 30 * 2 ** 30]);
  const shared = valueAxis(
    { label: '', unit: 'bytes', max: 34.6 * 2 ** 30 },
    LOOK,
    [0, 2 ** 30],
    3,
  );
  expect([shared['interval'], shared['max']]).toEqual([20 * 2 ** 30, 40 * 2 ** 30]);
});

it('a narrow picture has fewer labels', () => {
  expect([ticksOf({ ...LOOK, width: 350 }), ticksOf(LOOK)]).toEqual([4, 10]);
});
