import { expect, it } from 'vitest';
import { msOfEach } from '../../../src/replay/weights.ts';

it('makes milliseconds of each of a receipt, and nothing of one over nothing', () => {
  expect([...msOfEach(Float64Array.of(4, 0), 2)]).toEqual([2e-6, 0]);
  expect([...msOfEach(Float64Array.of(4, 0), 0)]).toEqual([0, 0]);
});
