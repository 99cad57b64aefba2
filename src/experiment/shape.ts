// Shapes of what stands in a file, as zod has them, whose faults say what was expected and what was found.

import * as z from 'zod/mini';
import { RefusedArgument, shortened } from '../check/index.ts';
import { ArgumentError } from '../replay/index.ts';

/** A value of a file in a few words. */
export function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  if (typeof value === 'number') return String(value);
  return shortened(typeof value === 'string' ? JSON.stringify(value) : String(value));
}

/** The fault of a reader of values; anything else is thrown on. */
function faultOf(error: unknown, value: unknown): string {
  if (error instanceof ArgumentError) return error.message;
  if (error instanceof RefusedArgument) {
    return `expected ${error.expected}, found ${found(error.found ?? value)}`;
  }
  throw error;
}

/** A value that `check` takes: what it throws is the fault. */
export function checked<T>(check: (value: T) => unknown): z.ZodMiniType<T> {
  const look = (value: unknown, context: z.core.$RefinementCtx): void => {
    try {
      check(value as T);
    } catch (error) {
      // what is wrong is looked at no further
      context.addIssue({ code: 'custom', message: faultOf(error, value), continue: false });
    }
  };
  return z.unknown().check(z.superRefine(look)) as unknown as z.ZodMiniType<T>;
}

/** Text that `read` takes. A number is what YAML makes of text that looks like one. */
export function text(expected: string, read?: (value: string) => unknown): z.ZodMiniType<string> {
  return checked((value: string) => {
    if (typeof value !== 'string' || value === '') {
      throw new RefusedArgument('', expected, value);
    }
    read?.(value);
  });
}

/** A number from `least` to `most`. */
export function number(
  expected: string,
  least: number,
  most: number = Number.MAX_VALUE,
): z.ZodMiniType<number> {
  return checked((value: number) => {
    if (typeof value === 'number' && value >= least && value <= most) return;
    throw new RefusedArgument('', expected, value);
  });
}

export function whole(
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): z.ZodMiniType<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  return checked((value: number) => {
    if (Number.isSafeInteger(value) && value >= least && value <= most) return;
    throw new RefusedArgument('', `a whole number ${range}`, value);
  });
}

/** A group of keys, each of which may be left out. A key that is not in it is a fault that lists those that are. */
export function group<Shape extends Record<string, z.ZodMiniType>>(
  shape: Shape,
): z.ZodMiniType<{ [Key in keyof Shape]?: z.infer<Shape[Key]> | undefined }> {
  const error: z.core.$ZodErrorMap = (issue) =>
    issue.code === 'unrecognized_keys'
      ? Object.keys(shape).join(', ')
      : `expected a group of keys (${Object.keys(shape).join(', ')}), found ${found(issue.input)}`;
  return z.partial(z.strictObject(shape, { error })) as never;
}

/** A list of one or more, none of them twice. */
export function list<T>(what: string, of: z.ZodMiniType<T>): z.ZodMiniType<T[]> {
  const error: z.core.$ZodErrorMap = ({ input }) =>
    `expected a list of ${what}, found ${found(input)}`;
  const look = (values: readonly T[], context: z.core.$RefinementCtx): void => {
    if (values.length === 0) {
      context.addIssue({ code: 'custom', message: `expected a list of ${what}, found none` });
    }
    values.forEach((value, index) => {
      if (values.indexOf(value) === index) return;
      const message = `expected each of the ${what} once, found ${found(value)} again`;
      context.addIssue({ code: 'custom', path: [index], message });
    });
  };
  return z.array(of, { error }).check(z.superRefine(look));
}

/** One value or a group of keys; which of the two is meant is seen from the value. */
export function either<One, Group>(
  one: z.ZodMiniType<One>,
  keys: z.ZodMiniType<Group>,
): z.ZodMiniType<One | Group> {
  const look = (value: unknown, context: z.core.$RefinementCtx): void => {
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    const parsed = (isGroup ? keys : one).safeParse(value);
    if (parsed.success) return;
    for (const issue of parsed.error.issues)
      context.addIssue({ ...issue, continue: false } as never);
  };
  return z.unknown().check(z.superRefine(look)) as never;
}
