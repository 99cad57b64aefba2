import { expect, it } from 'vitest';
import { momentsIn } from '../../../src/experiment/moments.ts';

it('moments are a number of them, or times', () => {
  expect(momentsIn('24')).toBe(24);
  expect(momentsIn('30s, 5m')).toEqual([30_000, 300_000]);
  for (const text of ['', '1001', '-1', '5m,', 'x']) {
    expect(() => momentsIn(text), text).toThrow();
  }
});
