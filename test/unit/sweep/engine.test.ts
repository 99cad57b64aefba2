import { expect, it } from 'vitest';
import { failureOf } from '../../../src/sweep/engine.ts';

it('a failure is an error in one line, with what a caller can tell of it', () => {
  const error = Object.assign(new RangeError('no room\n  for more'), { made: 12_000 });
  expect(failureOf(error)).toEqual({
    kind: 'RangeError',
    reason: 'no room for more',
    made: 12_000,
  });
  expect(failureOf('gone')).toEqual({ kind: 'Error', reason: 'gone' });
});
