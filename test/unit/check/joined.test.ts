import { expect, it } from 'vitest';
import { joined } from '../../../src/check/index.ts';

it('bytes stand one behind the other, in an array of their own', () => {
  const first = Uint8Array.of(1, 2);
  const all = joined([first, new Uint8Array(), Uint8Array.of(3)]);
  expect([...all]).toEqual([1, 2, 3]);
  expect(joined([first]).buffer).not.toBe(first.buffer);
  expect(joined([]).length).toBe(0);
});
