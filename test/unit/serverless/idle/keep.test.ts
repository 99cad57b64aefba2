import { expect, it } from 'vitest';
import { KEEP } from '../../../../src/serverless/idle/keep.ts';

it('does nothing, and takes no argument', () => {
  expect(KEEP.create().steps(0, 5)).toEqual([]);
  expect(KEEP.create().ways).toEqual([]);
  expect(() => KEEP.create('30s')).toThrow('nothing after keep');
});
