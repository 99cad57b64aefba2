import { expect, it } from 'vitest';
import { framesOf, priceNsOf } from '../../../src/experiment/quantity.ts';

it('sizes are read in frames', () => {
  expect(['4KiB', '1.5MiB', '2GiB', '1TiB'].map(framesOf)).toEqual([1, 384, 524_288, 268_435_456]);
  for (const text of ['', '4', '4KB', '3KiB', '-1GiB', `${'9'.repeat(400)}GiB`]) {
    expect(() => framesOf(text)).toThrow(/^expected a size such as .*, found ".*"$/);
  }
});

it('prices are read in nanoseconds', () => {
  const texts = ['250ns', '1.5us', '35ms', '0.1s', '0ms'];
  expect(texts.map(priceNsOf)).toEqual([250, 1500, 35e6, 1e8, 0]);
  for (const text of ['', '35', '35 ms', '-1ms', '1m', `${'9'.repeat(400)}s`]) {
    expect(() => priceNsOf(text)).toThrow(/^expected a price such as .*, found ".*"$/);
  }
});
