// What a value must look like, by an example: one check for what has members, where a caller without types may say anything.

import { RefusedArgument } from './argument.ts';

export const TEXT = 'text';
export const FLAG = 'true or false';
export const NUMBER = 'a number';
export const COUNT = 'a whole number of 0 or more';
export const FUNCTION = 'a function';
export const OBJECT = 'an object';
export const LIST = 'a list';
export const ARRAY = 'a typed array';

type Kind =
  | typeof TEXT
  | typeof FLAG
  | typeof NUMBER
  | typeof COUNT
  | typeof FUNCTION
  | typeof OBJECT
  | typeof LIST
  | typeof ARRAY;

/** No table: a bundler leaves out a function that nobody calls. */
function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case TEXT:
      return typeof value === 'string';
    case FLAG:
      return typeof value === 'boolean';
    case NUMBER:
      return typeof value === 'number';
    case COUNT:
      return Number.isSafeInteger(value) && Number(value) >= 0;
    case FUNCTION:
      return typeof value === 'function';
    case OBJECT:
      return typeof value === 'object' && value !== null;
    case LIST:
      return Array.isArray(value);
    case ARRAY:
      return ArrayBuffer.isView(value) && 'length' in value;
  }
}

/**
 * A kind; a list of so much, or of these one after the other; an object with such members, those whose name ends in ? only if they
 * are there, `*` whatever its own are called.
 */
export type Shape = Kind | readonly [Shape, ...Shape[]] | { readonly [member: string]: Shape };

interface Misfit {
  /** Members on the way to it. */
  readonly at: string;
  readonly expected: string;
  readonly found: unknown;
}

/** The value, if it looks like that. */
export function expectShape<T>(argument: string, value: T, shape: Shape): T {
  const misfit = misfitOf(value, shape);
  if (misfit === undefined) return value;
  throw new RefusedArgument(`${argument}${misfit.at}`, misfit.expected, misfit.found);
}

function misfitOf(value: unknown, shape: Shape): Misfit | undefined {
  if (typeof shape === 'string') {
    return isOf(shape, value) ? undefined : { at: '', expected: shape, found: value };
  }
  if (Array.isArray(shape)) return misfitInList(value, shape);
  return misfitInMembers(value, shape as Readonly<Record<string, Shape>>);
}

function misfitInList(value: unknown, shapes: readonly Shape[]): Misfit | undefined {
  if (!Array.isArray(value)) return { at: '', expected: LIST, found: value };
  const isTuple = shapes.length > 1;
  if (isTuple && value.length !== shapes.length) {
    return { at: '.length', expected: String(shapes.length), found: value.length };
  }
  for (let at = 0; at < value.length; at += 1) {
    const misfit = misfitOf(value[at], shapes[isTuple ? at : 0] as Shape);
    if (misfit !== undefined) return { ...misfit, at: `[${at}]${misfit.at}` };
  }
  return undefined;
}

function misfitInMembers(
  value: unknown,
  shape: Readonly<Record<string, Shape>>,
): Misfit | undefined {
  if (!isOf(OBJECT, value)) return { at: '', expected: OBJECT, found: value };
  for (const said in shape) {
    const isOptional = said.endsWith('?');
    const member = isOptional ? said.slice(0, -1) : said;
    for (const name of said === '*' ? Object.keys(value as object) : [member]) {
      const found = (value as Readonly<Record<string, unknown>>)[name];
      if (isOptional && found === undefined) continue;
      const misfit = misfitOf(found, shape[said] as Shape);
      if (misfit !== undefined) return { ...misfit, at: `.${name}${misfit.at}` };
    }
  }
  return undefined;
}

/** The value, if it is made by that class: one of ours says what it is, as bundlers give it another name. */
export function expectMade<T>(
  argument: string,
  value: T,
  made: { readonly prototype: T; readonly name: string },
  what: string = `a ${made.name}`,
): T {
  if (value instanceof (made as unknown as new () => object)) return value;
  throw new RefusedArgument(argument, what, value);
}
