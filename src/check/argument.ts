// Arguments of public calls: looked at once, where they come in. What lies behind takes them as they are.

import { shortened } from './text.ts';

const U32_MAX = 2 ** 32 - 1;

/** An argument that a call cannot take: nothing was done. */
export class RefusedArgument extends RangeError {
  override readonly name: string = 'RefusedArgument';
  /** The argument by its path: `machine.containersPerVm`. */
  readonly argument: string;
  /** What would have been taken, in words. */
  readonly expected: string;
  /** What was given instead, as it came. */
  readonly found: unknown;

  constructor(argument: string, expected: string, found: unknown) {
    super(`${argument}: expected ${expected}, found ${shown(found)}`);
    this.argument = argument;
    this.expected = expected;
    this.found = found;
  }
}

/** A value as one short line. */
function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (typeof value !== 'string') return typeof value === 'boolean' ? String(value) : typeof value;
  return shortened(JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, '?'));
}

/** The value, if it is a whole number from `least` to `most` that a double holds exactly. */
export function expectInteger(
  argument: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  throw new RefusedArgument(argument, `a whole number of ${range}`, value);
}

/** The value, if it is a number from `least` to `most`; neither is ever "not a number". */
export function expectNumber(
  argument: string,
  value: number,
  least: number,
  most: number = Number.MAX_VALUE,
): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  const range = most === Number.MAX_VALUE ? `${least} or more, finite` : `${least} to ${most}`;
  throw new RefusedArgument(argument, `a number of ${range}`, value);
}

/** The value, if it is a multiple of `step` from `least` to `most`. */
export function expectMultiple(
  argument: string,
  value: number,
  step: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  expectInteger(argument, value, least, most);
  if (value % step === 0) return value;
  throw new RefusedArgument(argument, `a multiple of ${step}`, value);
}

/** The value, if an unsigned word of so many bits holds all of it: what is written to memory. */
export function expectUnsigned(value: number, bits: 16 | 32 | 64): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
  throw new RefusedArgument('value', `a whole number of 0 to below 2^${bits}`, value);
}

/** The value, if it is an object: options and configurations of callers without types. */
export function expectObject<T>(argument: string, value: T): T {
  if (typeof value === 'object' && value !== null) return value;
  throw new RefusedArgument(argument, 'an object', value);
}

/** The value, if it is text. */
export function expectText(argument: string, value: string): string {
  if (typeof value === 'string') return value;
  throw new RefusedArgument(argument, 'text', value);
}

/** The value, if it is a BigInt: feature bits. */
export function expectBigInt(argument: string, value: bigint): bigint {
  if (typeof value === 'bigint') return value;
  throw new RefusedArgument(argument, 'a BigInt', value);
}

/** The value, if it is a list. */
export function expectList<T>(argument: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new RefusedArgument(argument, 'a list', value);
}

/** The value, if it can be called. */
export function expectFunction<T>(argument: string, value: T): T {
  if (typeof value === 'function') return value;
  throw new RefusedArgument(argument, 'a function', value);
}

/** What a figure of a group may be: a whole number, unless it is a share or a time. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly isFraction?: boolean;
}

/** The group, if it is one and each of its figures that has bounds lies within them. */
export function expectFigures<Group extends object>(
  name: string,
  group: Group,
  bounds: Readonly<Partial<Record<keyof Group & string, Bounds>>>,
): Group {
  expectObject(name, group);
  for (const [key, bound] of Object.entries(bounds) as [keyof Group & string, Bounds][]) {
    const { least, most, isFraction = false } = bound;
    const expect = isFraction ? expectNumber : expectInteger;
    expect(`${name}.${key}`, group[key] as number, least, most);
  }
  return group;
}

/**
 * Refuses a call whose arguments are not whole numbers of 32 bits: Wasm would take what is left of
 * them. `names` has the call first, then its arguments, with spaces between. Two machine instructions an argument, so it
 * may stand on the way of every page touch.
 */
export function expectWords(names: string, a: number, b = 0, c = 0, d = 0, e = 0): void {
  try {
    if (a >>> 0 === a && b >>> 0 === b && c >>> 0 === c && d >>> 0 === d && e >>> 0 === e) return;
  } catch {
    // a BigInt or a symbol, which has no such word: asked for by typeof, each call would pay for it
  }
  throw wordsError(names, [a, b, c, d, e]);
}

function wordsError(names: string, values: readonly number[]): RefusedArgument {
  const at = values.findIndex((value) => typeof value !== 'number' || value >>> 0 !== value);
  const [call, ...all] = names.split(' ');
  const argument = `${call}: ${all[at] ?? `argument ${at + 1}`}`;
  return new RefusedArgument(argument, `a whole number of 0 to ${U32_MAX}`, values[at]);
}
