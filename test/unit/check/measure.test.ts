/** Numbers that say what they count: the constructors check, and the types keep them apart. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Bytes,
  type Pages,
  bytes,
  bytesOfPages,
  ms,
  order,
  pages,
  pagesOfMib,
  pfn,
} from '../../../src/check/index.ts';
import { RefusedArgument } from '../../../src/check/index.ts';

describe('a measure', () => {
  it('is the number that was given', () => {
    expect([pfn(2 ** 32 - 1), order(10), pages(0), bytes(7), ms(0.5)]).toEqual([
      2 ** 32 - 1,
      10,
      0,
      7,
      0.5,
    ]);
  });

  it.each([
    ['pfn', () => pfn(2 ** 32)],
    ['order', () => order(11)],
    ['pages', () => pages(1.5)],
    ['bytes', () => bytes(-1)],
    ['ms', () => ms(Number.NaN)],
    ['pages', () => pagesOfMib(1 / 512)],
  ])('is refused outside its range: %s', (name, make) => {
    expect(make).toThrow(RefusedArgument);
    expect(make).toThrow(name);
  });

  it('becomes another by the function that says so, and by nothing else', () => {
    expect(pagesOfMib(64)).toBe(16_384);
    expect(bytesOfPages(pagesOfMib(64))).toBe(2 ** 26);
    expectTypeOf<Pages>().not.toExtend<Bytes>();
    expectTypeOf<Pages>().toExtend<number>();
  });
});
