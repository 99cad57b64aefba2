// What is packed comes back word for word, and long stretches take next to nothing.

import { expect, it } from 'vitest';
import fc from 'fast-check';
import { pack, packedWords, unpack } from '../../../src/core/packed.ts';
import { steadyEndOf } from '../../support/steady.ts';

function packed(words: Int32Array): Int32Array {
  return pack([{ words, steadyEnd: (word) => steadyEndOf(words, word) }]);
}

/** Over words that hold something else. */
function again(words: Int32Array): Int32Array {
  const back = new Int32Array(words.length).fill(-7);
  unpack(packed(words), back);
  return back;
}

const stretch = fc
  .record({
    length: fc.integer({ min: 1, max: 40 }),
    first: fc.tuple(fc.integer(), fc.integer()),
    step: fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })),
  })
  .map(({ length, first, step }) =>
    Array.from({ length }, (_, at) => first.map((word, lane) => word + at * (step[lane] ?? 0))),
  );

it('any words come back: stretches that count up and down, over the ends of 32 bits too', () => {
  const some = fc.array(stretch, { maxLength: 12 }).map((all) => Int32Array.from(all.flat(2)));
  fc.assert(
    fc.property(some, (words) => {
      expect(again(words)).toEqual(words);
      expect(packedWords(packed(words))).toBe(words.length);
    }),
  );
});

it('words without any order come back, and take little more than they did', () => {
  let seed = 1;
  const words = Int32Array.from({ length: 20_000 }, () => (seed = Math.imul(seed, 48_271) | 0));
  expect(again(words)).toEqual(words);
  expect(packed(words).length).toBeLessThanOrEqual(words.length + 4);
});

it('a table of frames in order takes some words, whatever its length', () => {
  const records = Int32Array.from({ length: 65_536 }, (_, at) => (at % 2 === 0 ? 9 : at));
  const zeros = new Int32Array(65_536);
  expect(packed(records).length).toBeLessThan(16);
  expect(packed(zeros)).toEqual(Int32Array.of(32_768, 0));
});

it('what was cut or is none has no length', () => {
  const whole = packed(Int32Array.of(1, 2, 9, 5, 3, 3, 8, 1));
  expect(packedWords(whole)).toBe(8);
  expect(packedWords(whole.subarray(0, -1))).toBe(-1);
  expect(packedWords(Int32Array.of(3))).toBe(-1);
  expect(packedWords(Int32Array.of(-1, 1, 0, 0))).toBe(-1);
  expect(packedWords(Int32Array.of(0, 0))).toBe(-1);
});
