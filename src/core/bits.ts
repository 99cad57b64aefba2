// Words as sets of 32 bits.

/** Frames by number, a bit each. */
export type FrameSet = Uint32Array<ArrayBuffer>;

export const WORD_BITS = 32;

/** Index of the lowest bit of a word that has one. */
export function lowestBit(word: number): number {
  return WORD_BITS - 1 - Math.clz32(word & -word);
}

/** Bits set in a word. */
export function bitCount(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}
