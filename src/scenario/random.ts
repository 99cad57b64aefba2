// Seeded draws for scenarios: a 32-bit Weyl sequence through MurmurHash3's finalizer. The same numbers on every machine.

/** Odd, near 2^32 over the golden ratio. */
const WEYL_STEP = 0x9e37_79b9;

export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed | 0, 0x85eb_ca6b) ^ Math.floor(seed / 2 ** 32);
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state + WEYL_STEP) | 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
    return Math.floor((((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32) * end);
  }

  /** The same items in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const made = [...items];
    for (let at = made.length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      [made[at], made[other]] = [made[other] as T, made[at] as T];
    }
    return made;
  }
}
