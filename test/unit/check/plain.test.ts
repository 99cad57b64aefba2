import { expect, it } from 'vitest';
import { isPlainData } from '../../../src/check/plain.ts';

const round: Record<string, unknown> = {};
round['self'] = round;

it.each([undefined, null, true, 5, 'x', [], [{ a: ['x'] }], Object.create(null)])(
  'is plain data: %j',
  (value) => {
    expect(isPlainData(value)).toBe(true);
    expect(isPlainData({ a: [value] }, true)).toBe(true);
  },
);

it.each([5n, Symbol('x'), () => 5, new Map(), new URL('x:y'), round].map((value) => [value]))(
  'is none: %s',
  (value) => {
    expect(isPlainData(value)).toBe(false);
    expect(isPlainData({ a: [value] }, true)).toBe(false);
  },
);

it('has typed arrays where it is said', () => {
  expect(isPlainData([new Float64Array(2)])).toBe(false);
  expect(isPlainData([new Float64Array(2)], true)).toBe(true);
});
