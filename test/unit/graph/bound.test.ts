import { expect, it } from 'vitest';
import { bound, partial } from '../../../src/graph/index.ts';
import { partsOf } from '../../../src/graph/bound.ts';

class Sum {
  total = 1;

  add(a: number, b: number): number {
    this.total += a + b;
    return this.total;
  }
}

it('a bound method is called on its object, with the first arguments before the others', () => {
  const sum = new Sum();
  expect(bound(sum, sum.add)(1, 2)).toBe(4);
  expect(bound(sum, sum.add, 10)(1)).toBe(15);
});

it('a function of a file is called with its first arguments', () => {
  expect(partial(Math.max, 5)(3)).toBe(5);
});

it('both say what they are made of, and a closure says nothing', () => {
  const sum = new Sum();
  expect(partsOf(bound(sum, sum.add, 7))).toEqual({ target: sum, method: sum.add, first: [7] });
  expect(partsOf(partial(Math.max, 5))?.target).toBeUndefined();
  expect(partsOf(() => sum)).toBeUndefined();
});
