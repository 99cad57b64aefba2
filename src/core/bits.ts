// Words as sets of 32 bits.

/** Frames by number, a bit each. */
export type FrameSet = Uint32Array<ArrayBuffer>;

export const WORD_BITS = 32;

/** Index of the lowest bit of a word that has one. */
export function lowestBit(word: number): number {
  return WORD_BITS - 1 - Math.clz32(word & -word);
}

/** Bits set in a word: sums of neighbours, twice as wide each time. */
export function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const bytes = (fours + (fours >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bytes, 0x01010101) >>> 24;
}

/** Adds to `target` what is in both of two sets, the second of which lies behind its first words. How many it had not. */
export function addBoth(target: FrameSet, one: FrameSet, other: Uint32Array, from = 0): number {
  let added = 0;
  for (let at = 0; at < one.length; at += 1) {
    const fresh = (one[at] as number) & (other[from + at] as number) & ~(target[at] as number);
    if (fresh === 0) continue;
    added += bitCount(fresh);
    target[at] = (target[at] as number) | fresh;
  }
  return added;
}
