import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIFE_SHARES, grownShare, nextGrowth } from '../../../src/serverless/life.ts';

it('each share has its ends in order and a source', () => {
  for (const { low, typical, high, source } of Object.values(LIFE_SHARES)) {
    expect(low).toBeLessThanOrEqual(typical);
    expect(typical).toBeLessThanOrEqual(high);
    expect(source).not.toBe('');
  }
});

it('growth goes through what a Node server measured, and stands still after', () => {
  expect([0, 1, 10, 100, 1000, 20_000].map((call) => grownShare(call))).toEqual([
    0, 0.05, 0.26, 0.47, 1, 1,
  ]);
});

it('of a shape of its own ends with that', () => {
  const shape = [0, 0.25, 1];
  expect([1, 10, 100, 1000].map((call) => grownShare(call, shape))).toEqual([0, 0.25, 1, 1]);
  expect(nextGrowth(50, shape)).toBe(100);
  expect(nextGrowth(100, shape)).toBe(Infinity);
});

it('growth never shrinks', () => {
  const pair = fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 5000 }));
  const property = fc.property(pair, ([a, b]) => {
    const [early, late] = [Math.min(a, b), Math.max(a, b)];
    expect(grownShare(early)).toBeLessThanOrEqual(grownShare(late));
  });
  fc.assert(property);
});

it('comes in ten lumps', () => {
  const lumps: number[] = [];
  for (let call = nextGrowth(0); call < Infinity; call = nextGrowth(call)) lumps.push(call);
  expect(lumps).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]);
});
