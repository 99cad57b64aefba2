import { expect, it } from 'vitest';
import { list, rounded } from '../../../../src/report/figure/rounded.ts';

it('six digits of each number are kept', () => {
  expect(rounded(1 / 3)).toBe(0.333333);
  expect(list(Float64Array.of(1_234_567.8, 0))).toEqual([1_234_570, 0]);
});
