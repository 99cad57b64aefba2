import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { RefusedArgument } from '../../../src/check/index.ts';
import * as shape from '../../../src/experiment/shape.ts';
import { ArgumentError } from '../../../src/replay/index.ts';

const { checked, either, found, group, list, number, text, whole } = shape;

function said(one: z.ZodMiniType, value: unknown): string[] {
  const { error } = one.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

function throwing(error: Error): z.ZodMiniType {
  return checked(() => {
    throw error;
  });
}

describe('shapes', () => {
  it('say what they expected and what they found', () => {
    expect(said(number('a share', 0, 1), 2)).toEqual([': expected a share, found 2']);
    expect(said(number('a share', 0, 1), Number.NaN)).not.toEqual([]);
    expect(said(whole(1, 3), 1.5)).toEqual([': expected a whole number from 1 to 3, found 1.5']);
    expect(said(text('a name'), 3)).toEqual([': expected a name, found 3']);
    expect(said(list('names', text('a name')), [['x']])).toEqual([
      '0: expected a name, found a list',
    ]);
  });

  it('take what is right as it is, and choose between a value and a group by what is there', () => {
    const both = group({ a: whole(0), b: either(text('a name'), group({ c: whole(0) })) });
    for (const value of [{}, { a: 1 }, { b: 'x' }, { a: 1, b: { c: 2 } }]) {
      expect(both.parse(value)).toEqual(value);
    }
    expect(said(both, { b: { c: -1 } })).toEqual([
      'b.c: expected a whole number from 0 on, found -1',
    ]);
    expect(said(both, { b: 7 })).toEqual(['b: expected a name, found 7']);
  });

  it('say what a reader throws, and throw on what is no fault of the value', () => {
    expect(said(throwing(new ArgumentError('x', 'y')), 1)).toEqual([': expected x, found "y"']);
    expect(said(throwing(new RefusedArgument('n', 'x', 2)), 1)).toEqual([': expected x, found 2']);
    expect(() => said(throwing(new Error('defect')), 1)).toThrow('defect');
  });

  it('show any value in a few words', () => {
    const values = [undefined, null, [1], { a: 1 }, 'x'];
    const words = ['nothing', 'null', 'a list', 'a group of keys', '"x"'];
    expect(values.map(found)).toEqual(words);
    expect(found('x'.repeat(500)).length).toBeLessThan(70);
  });
});
