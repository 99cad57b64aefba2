import { expect, it } from 'vitest';
import { Prewarmer } from '../../../src/replay/prewarmer.ts';

it('has one plan a function: the last one, until it is due, or a call comes first', () => {
  const prewarmer = new Prewarmer(2);
  expect(prewarmer.take(0, 10)).toBeUndefined();
  expect(prewarmer.plan(0, 10, { inMs: 5, keepMs: 7 })).toBe(15);
  expect(prewarmer.plan(0, 11, { inMs: 5, keepMs: 8 })).toBe(16);
  expect([prewarmer.take(0, 15), prewarmer.take(1, 16)]).toEqual([undefined, undefined]);
  expect([prewarmer.take(0, 16), prewarmer.take(0, 16)]).toEqual([8, undefined]);
  prewarmer.plan(1, 20, { inMs: 5, keepMs: 7 });
  prewarmer.cancel(1);
  expect(prewarmer.take(1, 25)).toBeUndefined();
});
