import { describe, expect, it } from 'vitest';
import {
  RefusedArgument,
  expectFigures,
  expectFunction,
  expectInteger,
  expectList,
  expectMultiple,
  expectNumber,
  expectObject,
  expectText,
  expectUnsigned,
  expectWords,
} from '../../../src/check/index.ts';

const NO_NUMBERS = [Number.NaN, Infinity, -Infinity, '5', null, undefined, {}] as number[];

describe('RefusedArgument', () => {
  it('is a RangeError that names argument, expected and found', () => {
    const error = new RefusedArgument('pages', 'a whole number', 1.5);
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ argument: 'pages', expected: 'a whole number', found: 1.5 });
    expect(error.message).toBe('pages: expected a whole number, found 1.5');
  });

  it.each([
    ['a\nb', '"a\\nb"'],
    ['\u009b31m\u2028', '"?31m?"'],
    [{ deep: 1 }, 'object'],
    [Symbol('x'), 'symbol'],
    [5n, 'bigint'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
  ])('shows %o as %s', (found, text) => {
    expect(new RefusedArgument('x', 'y', found).message).toBe(`x: expected y, found ${text}`);
  });

  it('cuts a long text', () => {
    expect(new RefusedArgument('x', 'y', 'z'.repeat(5000)).message.length).toBeLessThan(100);
  });
});

describe('numbers', () => {
  it.each([0, 5, 7])('lets the whole number %d from 0 to 7 pass', (value) => {
    expect(expectInteger('x', value, 0, 7)).toBe(value);
    expect(expectNumber('x', value, 0, 7)).toBe(value);
  });

  it.each([-1, 8, 2 ** 32 + 5, ...NO_NUMBERS])('refuses %s where 0 to 7 is asked for', (value) => {
    expect(() => expectInteger('x', value, 0, 7)).toThrow(RefusedArgument);
    expect(() => expectNumber('x', value, 0, 7)).toThrow(RefusedArgument);
  });

  it('takes fractions for numbers and not for whole ones', () => {
    expect(expectNumber('x', 1.5, 0)).toBe(1.5);
    expect(() => expectInteger('x', 1.5, 0)).toThrow('x: expected a whole number of 0 or more');
  });

  it('takes Infinity only where it is asked for', () => {
    expect(expectNumber('x', Infinity, 0, Infinity)).toBe(Infinity);
    expect(() => expectNumber('x', Infinity, 0)).toThrow('0 or more, finite');
  });

  it('takes multiples of a step only', () => {
    expect(expectMultiple('x', 512, 256, 256)).toBe(512);
    expect(() => expectMultiple('x', 300, 256, 256)).toThrow('x: expected a multiple of 256');
    expect(() => expectMultiple('x', 0, 256, 256)).toThrow(RefusedArgument);
  });

  it('takes an object for an object', () => {
    const options = {};
    expect(expectObject('x', options)).toBe(options);
    for (const found of [null, undefined, 5, 'options']) {
      expect(() => expectObject('x', found)).toThrow(RefusedArgument);
    }
  });
});

describe('what is written to memory', () => {
  it('fits into its word', () => {
    expect(expectUnsigned(2 ** 16 - 1, 16)).toBe(2 ** 16 - 1);
    expect(expectUnsigned(2 ** 63, 64)).toBe(2 ** 63);
    expect(() => expectUnsigned(2 ** 32, 32)).toThrow(
      'value: expected a whole number of 0 to below 2^32, found 4294967296',
    );
    for (const value of [-1, 0.5, Number.NaN, '5' as never]) {
      expect(() => expectUnsigned(value, 64)).toThrow(RefusedArgument);
    }
  });
});

describe('words', () => {
  const NAMES = 'call first second';

  it('lets whole numbers of 32 bits pass', () => {
    expect(() => expectWords(NAMES, 0, 2 ** 32 - 1)).not.toThrow();
  });

  it.each([-1, 0.5, 2 ** 32, ...NO_NUMBERS])('names the one that is none: %s', (value) => {
    expect(() => expectWords(NAMES, value, 0)).toThrow(/^call: first: expected/);
    expect(() => expectWords(NAMES, 0, value ?? -1)).toThrow(/^call: second: expected/);
  });
});

describe('a value of another kind', () => {
  it.each([
    [expectText, 'a text', 'text'],
    [expectList, [1], 'a list'],
    [expectFunction, (): void => {}, 'a function'],
  ] as const)('is refused by %o', (expectKind, good, kind) => {
    const expectAny = expectKind as (argument: string, value: unknown) => unknown;
    expect(expectAny('it', good)).toBe(good);
    for (const value of [5, null, undefined, {}]) {
      expect(() => expectAny('it', value)).toThrow(`it: expected ${kind}, found`);
    }
  });
});

describe('figures of a group', () => {
  const BOUNDS = {
    count: { least: 1, most: 9 },
    share: { least: 0, most: 1, isFraction: true },
  };

  it('pass within their bounds', () => {
    const group = { count: 9, share: 0.5, name: 'any' };
    expect(expectFigures('group', group, BOUNDS)).toBe(group);
  });

  it.each(NO_NUMBERS)('are refused by their own names: %o', (value) => {
    const count = { count: value, share: 0.5 };
    expect(() => expectFigures('group', count, BOUNDS)).toThrow(/^group\.count: expected a whole/);
    const share = { count: 1, share: value };
    expect(() => expectFigures('group', share, BOUNDS)).toThrow(/^group\.share: expected a num/);
    expect(() => expectFigures('group', null as never, BOUNDS)).toThrow(
      'group: expected an object',
    );
  });

  it('are whole unless it is said that they are not', () => {
    const group = { count: 1.5, share: 0.5 };
    expect(() => expectFigures('group', group, BOUNDS)).toThrow('group.count');
  });
});

it('a BigInt or a symbol is no word and no number of bits either', () => {
  for (const value of [5n, Symbol('x'), Object.create(null)] as never[]) {
    expect(() => expectWords('touch start', value)).toThrow(RefusedArgument);
    expect(() => expectUnsigned(value, 16)).toThrow(RefusedArgument);
  }
});
