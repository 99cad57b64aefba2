import { expect, it } from 'vitest';
import { PARK } from '../../../../src/serverless/idle/park.ts';

it('parks after its time', () => {
  expect(PARK.create('90s').steps(0, 0)).toEqual([{ way: 'park', afterMs: 90_000 }]);
  expect(PARK.create().steps(0, 0)).toEqual([{ way: 'park', afterMs: 30_000 }]);
  expect(() => PARK.create('1m/hint')).toThrow('a time such as');
});
