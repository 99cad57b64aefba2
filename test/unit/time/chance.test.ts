import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Random, randomStream, shuffle } from '../../../src/time/index.ts';

const draws = (seed: number, label: string, count: number): number[] => {
  const stream = randomStream(seed, label);
  return Array.from({ length: count }, () => stream.nextUint32());
};

describe('randomStream', () => {
  it('gives these numbers on every machine', () => {
    expect(draws(1, 'a', 3)).toMatchInlineSnapshot(`
      [
        731458119,
        1440409749,
        2130958122,
      ]
    `);
    expect(draws(2 ** 53 - 1, '', 3)).toMatchInlineSnapshot(`
      [
        1300435015,
        2293194376,
        2124715660,
      ]
    `);
  });

  it('repeats a seed and label, and differs in each of them', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string(), (seed, label) => {
        expect(draws(seed, label, 4)).toEqual(draws(seed, label, 4));
        expect(draws(seed, label, 4)).not.toEqual(draws(seed, `${label}x`, 4));
        expect(draws(seed, label, 4)).not.toEqual(draws(seed === 0 ? 1 : seed - 1, label, 4));
      }),
    );
  });

  it('fills an array with the numbers that single draws give, and goes on after them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.nat(9),
        fc.nat(9),
        (limit, from, size) => {
          const [one, many] = [randomStream(3, 'fill'), randomStream(3, 'fill')];
          const target = new Uint32Array(from + size + 1).fill(7);
          many.fillBelow(limit, target, from, from + size);
          const single = Array.from({ length: size }, () => one.nextBelow(limit));
          expect([...target]).toEqual([...Array.from({ length: from }, () => 7), ...single, 7]);
          expect(many.nextUint32()).toBe(one.nextUint32());
        },
      ),
    );
  });

  it('tells apart seeds that differ above 32 bits only', () => {
    expect(draws(5, 'a', 2)).not.toEqual(draws(5 + 2 ** 32, 'a', 2));
  });

  it('is uniform: each of 16 bins holds its share within 5 standard deviations', () => {
    const bins = Array.from({ length: 16 }, () => 0);
    const stream = randomStream(7, 'bins');
    for (let draw = 0; draw < 160_000; draw++) {
      const bin = stream.nextBelow(16);
      bins[bin] = (bins[bin] as number) + 1;
    }
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(5 * 97);
  });

  it('refuses a seed that is not a non-negative safe integer', () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => randomStream(seed, '')).toThrow(RangeError);
    }
  });

  it('shuffles without loss', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const mixed = shuffle([...items], randomStream(seed, 'shuffle'));
        expect(mixed.toSorted()).toEqual(items.toSorted());
      }),
    );
  });
});

it('a stream fills arrays of words of 32 bits and nothing else', () => {
  const stream = randomStream(1, 'a');
  expect(() => stream.fillBelow(5, undefined as never, 0, 0)).toThrow(/^target: expected/);
  expect(() => stream.fillBelow(5, new Uint32Array(4), 3, 2)).toThrow(/^from: expected/);
});

it('refuses a label that is no text', () => {
  expect(() => randomStream(1, null as never)).toThrow('label: expected text');
});

it('a stream begins with numbers, and fills below one', () => {
  for (const wrong of [5n, Symbol('x'), undefined, 0.5] as never[]) {
    expect(() => new Random(1, 2, wrong)).toThrow('random: expected a whole number');
  }
  const random = randomStream(1, 'a');
  expect(() => random.fillBelow(5n as never, new Uint32Array(3), 0, 3)).toThrow('limit: expected');
});
