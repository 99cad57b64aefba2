import { describe, expect, it } from 'vitest';
import {
  ARRAY,
  COUNT,
  FLAG,
  FUNCTION,
  LIST,
  NUMBER,
  OBJECT,
  RefusedArgument,
  type Shape,
  TEXT,
  expectMade,
  expectShape,
} from '../../../src/check/index.ts';

const ANYTHING: readonly unknown[] = [
  undefined,
  null,
  -1,
  5n,
  Symbol('x'),
  'text',
  true,
  [],
  {},
  new Uint8Array(1),
  () => {},
];

const KINDS: readonly (readonly [Shape, readonly unknown[]])[] = [
  [TEXT, ['text']],
  [FLAG, [true]],
  [NUMBER, [-1]],
  [COUNT, []],
  [FUNCTION, [ANYTHING.at(-1)]],
  [LIST, [ANYTHING[7]]],
  [ARRAY, [ANYTHING[9]]],
  [OBJECT, [ANYTHING[7], ANYTHING[8], ANYTHING[9]]],
];

describe('what a value must look like', () => {
  it.each(KINDS)('is %s and nothing else', (shape, fitting) => {
    for (const value of ANYTHING) {
      const call = (): unknown => expectShape('value', value, shape);
      if (fitting.includes(value)) expect(call()).toBe(value);
      else expect(call).toThrow(RefusedArgument);
    }
  });

  it('is said by the way to the member that is wrong', () => {
    const shape: Shape = { zones: [{ name: TEXT, free: [COUNT] }] };
    const value = {
      zones: [
        { name: 'DMA', free: [] },
        { name: 'Normal', free: [1, -2] },
      ],
    };
    expect(() => expectShape('state', value, shape)).toThrow(
      'state.zones[1].free[1]: expected a whole number of 0 or more, found -2',
    );
    expect(() => expectShape('state', { zones: 5 }, shape)).toThrow(
      'state.zones: expected a list, found 5',
    );
    expect(() => expectShape('state', undefined, shape)).toThrow(
      'state: expected an object, found undefined',
    );
  });

  it('may leave out what is marked so, and not fill it with something else', () => {
    const shape: Shape = { 'note?': TEXT };
    const empty = {};
    expect(expectShape('value', empty, shape)).toBe(empty);
    expect(() => expectShape('value', { note: 5 }, shape)).toThrow('value.note: expected text');
  });
});

it('a value is made by its class, or refused in words', () => {
  const map = new Map();
  expect(expectMade('names', map, Map, 'a Map')).toBe(map);
  expect(() => expectMade('names', {} as never, Map, 'a Map')).toThrow(
    'names: expected a Map, found object',
  );
});

it('a list of several shapes is of just as many', () => {
  const pair: Shape = [TEXT, COUNT];
  expect(() => expectShape('pair', ['a'], pair)).toThrow('pair.length: expected 2, found 1');
  expect(() => expectShape('pair', ['a', -1], pair)).toThrow('pair[1]: expected a whole number');
  expect(expectShape('pair', ['a', 1], pair)).toEqual(['a', 1]);
});

it('members of any name have one shape', () => {
  const shape: Shape = { '*': COUNT };
  expect(expectShape('counts', { a: 1, b: 2 }, shape)).toEqual({ a: 1, b: 2 });
  expect(() => expectShape('counts', { a: 1, b: 'x' }, shape)).toThrow(
    'counts.b: expected a whole',
  );
});
