// How far words go on, by the core and by a look at each.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GUEST_BASE } from '../../../../src/abi/layout.ts';
import { Core } from '../../../../src/core/index.ts';
import { bytesOf, rawOf } from '../../../../src/core/raw.ts';
import { steadyEndOf } from '../../../support/steady.ts';

const CORE = Core.create({ frames: 0x400 });

/** Where each stretch ends, from the guest's first word on, with these words in its memory. */
function ends(words: Int32Array): [number, number][] {
  const raw = rawOf(CORE);
  new Int32Array(bytesOf(CORE).buffer, GUEST_BASE, words.length).set(words);
  const end = GUEST_BASE + words.byteLength;
  return Array.from({ length: words.length / 2 }, (_, pair) => [
    (raw.steadyEnd(GUEST_BASE + 8 * pair, end) - GUEST_BASE) / 4,
    steadyEndOf(words, 2 * pair),
  ]);
}

const lane = fc.record({
  first: fc.oneof(fc.integer(), fc.constantFrom(0, -1, 0x7ffffffe, -0x80000000)),
  step: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer()),
});
const stretch = fc.record({ length: fc.integer({ min: 1, max: 15 }), low: lane, high: lane });

it('each word of a pair goes on by itself, over the ends of 32 bits too, and where nothing lies before', () => {
  const some = fc
    .array(stretch, { minLength: 1, maxLength: 8 })
    .map((all) =>
      Int32Array.from(
        all
          .flatMap(({ length, low, high }) =>
            Array.from({ length }, (_, at) =>
              [low, high].map(({ first, step }) => first + at * step),
            ),
          )
          .flat(),
      ),
    );
  fc.assert(
    fc.property(some, (words) => {
      for (const [found, expected] of ends(words)) expect(found).toBe(expected);
    }),
  );
});

it('what is written to go on, goes on, and nothing behind it is written', () => {
  const from = 2 * GUEST_BASE;
  const pairs = fc.tuple(lane, lane, fc.integer({ min: 0, max: 70 }));
  fc.assert(
    fc.property(pairs, ([low, high, length]) => {
      const expected = Int32Array.from(
        Array.from({ length: length + 2 }, (_, at) =>
          [low, high].map(({ first, step }) => first + at * step),
        ).flat(),
      );
      const written = new Int32Array(bytesOf(CORE).buffer, from, expected.length + 2).fill(-7);
      written.set(expected.subarray(0, 4));
      rawOf(CORE).steadyFill(from + 16, from + expected.byteLength);
      expect([...written]).toEqual([...expected, -7, -7]);
    }),
  );
});

it('zeros go on to the end', () => {
  expect(ends(new Int32Array(70))[0]).toEqual([70, 70]);
});
