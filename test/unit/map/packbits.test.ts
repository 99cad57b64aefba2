/** Whatever is packed comes back, and what was not packed is told. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pack, unpack } from '../../../src/map/packbits.ts';

it('bytes come back as they were', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc
      .array(fc.integer({ min: 0, max: 1 }), { maxLength: 600 })
      .map((bits) => Uint8Array.from(bits)),
  );
  fc.assert(
    fc.property(bytes, (some) => {
      expect(unpack(pack(some), some.length)).toEqual(some);
    }),
  );
});

it('long runs take few bytes', () => {
  expect(pack(new Uint8Array(10_000)).length).toBeLessThan(200);
});

it('what ends in the middle, or is longer or shorter than said, is nothing', () => {
  expect(unpack(Uint8Array.of(5, 1, 2), 6)).toBeUndefined();
  expect(unpack(Uint8Array.of(128, 7), 1)).toBeUndefined();
  expect(unpack(Uint8Array.of(128, 7), 3)).toBeUndefined();
});
