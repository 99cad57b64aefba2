// Fuzzers that must fail: a ring buffer with a planted fault beside a plain list, and a case without end. A runner that lets
// them pass is broken.

import fc from 'fast-check';
import { expect } from 'vitest';
import type { Fuzzer } from './fuzzer.ts';

const SLOTS = 8;

/** A queue of eight that takes a ninth entry once its head has moved: it writes over the oldest. */
class FaultyRing {
  readonly #slots: number[] = [];
  #head = 0;
  #tail = 0;

  push(value: number): boolean {
    const isFull = this.#tail === this.#head + SLOTS;
    if (isFull && this.#head === 0) return false; // planted: a full ring is full wherever its head is
    this.#slots[this.#tail % SLOTS] = value;
    this.#tail += 1;
    return true;
  }

  pop(): number | undefined {
    if (this.#head === this.#tail) return undefined;
    const value = this.#slots[this.#head % SLOTS];
    this.#head += 1;
    return value;
  }
}

/** A value is pushed; undefined pops. */
const steps = fc.array(fc.option(fc.nat(99), { freq: 4, nil: undefined }), {
  maxLength: 60,
  size: 'max',
});

export const canary: Fuzzer = {
  name: 'canary',
  sentence: 'Must fail: a planted fault, by which the runner shows that it finds faults.',
  cases: 100,
  night: 100,
  create: () => ({
    property: fc.property(steps, (values) => {
      const ring = new FaultyRing();
      const list: number[] = [];
      for (const value of values) {
        if (value === undefined) expect(ring.pop()).toBe(list.shift());
        else if (list.length < SLOTS) {
          list.push(value);
          expect(ring.push(value)).toBe(true);
        } else expect(ring.push(value)).toBe(false);
      }
    }),
    missing: () => [],
  }),
};

export const stuck: Fuzzer = {
  name: 'stuck',
  sentence:
    'Must hang in its fifth case: the watch ends it after a minute, with the command to see it again.',
  cases: 100,
  night: 100,
  create: () => {
    let cases = 0;
    const isStuck = (): boolean => cases === 5;
    const property = fc.property(fc.nat(), () => {
      cases += 1;
      while (isStuck());
    });
    return { property, missing: () => [] };
  },
};
