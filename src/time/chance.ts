/**
 * Seeded random numbers: sfc32 (Chris Doty-Humphrey's small fast counter generator, PractRand) with
 * splitmix32-style seeding. Only 32-bit integer operations, and IEEE-754 multiplication where a
 * fraction is asked for, so every engine and machine gives the same numbers. Not for secrets.
 *
 * Streams are named: `randomStream(seed, 'a')` and `randomStream(seed, 'b')` are independent, and
 * neither depends on whether or in which order others are made.
 */

import { FNV_BASIS, FNV_PRIME } from '../abi/hash.ts';
import {
  FUNCTION,
  RefusedArgument,
  expectInteger,
  expectList,
  expectMade,
  expectShape,
  expectText,
} from '../check/index.ts';

const TWO_POW_MINUS_32 = 1 / 4_294_967_296;
/** Above it, numbers would be left out. */
const LIMIT_MAX = 4_294_967_296;
const WARM_UP_DRAWS = 12;

/** Finalizer of MurmurHash3: every input bit reaches every output bit. */
function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

/** FNV-1a over UTF-16 code units, one of a family chosen by `basis`, then finalized. */
function hashLabel(label: string, basis: number): number {
  let hash = basis | 0;
  for (let index = 0; index < label.length; index++) {
    hash = Math.imul(hash ^ label.charCodeAt(index), FNV_PRIME);
    hash ^= hash >>> 15;
  }
  return mix32(hash ^ label.length);
}

function expectLimit(limit: number): void {
  if (typeof limit === 'number' && limit >= 0 && limit <= LIMIT_MAX) return;
  throw new RefusedArgument('limit', `a number of 0 to ${LIMIT_MAX}`, limit);
}

/** A stream of random numbers (sfc32), the same on every machine. `randomStream` makes one by seed and name. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(a: number, b: number, c: number) {
    for (const word of [a, b, c]) expectInteger('random', word, Number.MIN_SAFE_INTEGER);
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    for (let draw = 0; draw < WARM_UP_DRAWS; draw++) this.nextUint32();
  }

  /** A whole number of 0 to 2^32 - 1. */
  nextUint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** In the open interval (0, 1), so that quantile functions with poles at 0 and 1 can take it. */
  nextUnit(): number {
    return (this.nextUint32() + 0.5) * TWO_POW_MINUS_32;
  }

  /** `nextBelow` for each place from `from` to `to`. */
  fillBelow(limit: number, target: Uint32Array, from: number, to: number): void {
    expectMade('target', target, Uint32Array);
    expectInteger('to', to, 0, target.length);
    expectInteger('from', from, 0, to);
    expectLimit(limit);
    let { a, b, c, counter } = this;
    for (let index = from; index < to; index++) {
      const sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      target[index] = (sum >>> 0) * TWO_POW_MINUS_32 * limit;
    }
    Object.assign(this, { a, b, c, counter });
  }

  /** An integer in [0, limit); biased by less than limit / 2^32, which no use here can see. */
  nextBelow(limit: number): number {
    expectLimit(limit);
    return Math.floor(this.nextUint32() * TWO_POW_MINUS_32 * limit);
  }
}

/** The stream of that name under that seed (a non-negative safe integer). */
export function randomStream(seed: number, label: string): Random {
  expectInteger('seed', seed, 0);
  expectText('label', label);
  const low = mix32((seed >>> 0) + 0x9e3779b9);
  const high = mix32(Math.floor(seed * TWO_POW_MINUS_32) + 0x3c6ef372);
  const a = mix32(hashLabel(label, FNV_BASIS) ^ low);
  const b = mix32(hashLabel(label, 0x2545f491) + high);
  const c = mix32(hashLabel(label, 0x6c62272e) ^ low) + high;
  return new Random(a, b, c);
}

/** Fisher-Yates, in place. */
export function shuffle<T>(items: T[], random: Random): T[] {
  expectList('items', items);
  expectShape('random', random, { nextBelow: FUNCTION });
  for (let last = items.length - 1; last > 0; last--) {
    const pick = random.nextBelow(last + 1);
    const moved = items[last] as T;
    items[last] = items[pick] as T;
    items[pick] = moved;
  }
  return items;
}
