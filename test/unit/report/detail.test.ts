import { expect, it } from 'vitest';
import { holds } from '../../../src/report/detail.ts';

it('a conclusion holds when all three stay on one side of 1', () => {
  expect(holds({ statement: '', low: 0.5, typical: 0.7, high: 0.99 })).toBe(true);
  expect(holds({ statement: '', low: 1.5, typical: 1.2, high: 1.1 })).toBe(true);
  expect(holds({ statement: '', low: 0.5, typical: 0.7, high: 1 })).toBe(false);
});
