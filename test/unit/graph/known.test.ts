import { expect, it } from 'vitest';
import { UnwritableState } from '../../../src/graph/index.ts';
import { Names } from '../../../src/graph/known.ts';

class A {
  a = 1;
}

class B {
  b = 2;
}

it('names of rooms below are known, once however often a room is named', () => {
  const below = { classes: { A } };
  const names = new Names({ classes: { B }, below: [below, below] });
  expect(names.classOf(A.prototype)).toBe('A');
  expect(names.prototypeOf('B')).toBe(B.prototype);
  expect(names.prototypeOf('C')).toBeUndefined();
});

it('two things under one name are refused', () => {
  expect(() => new Names({ classes: { A }, below: [{ classes: { A: B } }] })).toThrow(
    UnwritableState,
  );
});

it('a thing with two names is written under the first', () => {
  const names = new Names({ values: { first: A, second: A } });
  expect(names.valueName(A)).toBe('first');
  expect(names.value('second')).toBe(A);
});
