import { expect, it } from 'vitest';
import { bitCount, lowestBit } from '../../../src/core/bits.ts';

it('finds the lowest bit of a word and counts its bits, the highest among them', () => {
  for (const [word, lowest, count] of [
    [1, 0, 1],
    [0x8000_0000 | 0, 31, 1],
    [0b1011_0000, 4, 3],
    [-1, 0, 32],
  ] as const) {
    expect([lowestBit(word), bitCount(word)]).toEqual([lowest, count]);
  }
});
