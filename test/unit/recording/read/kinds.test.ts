import { describe, expect, it } from 'vitest';
import { RecordingError } from '../../../../src/recording/index.ts';
import { Kinds, type Look } from '../../../../src/recording/read/kinds.ts';

const TEXT = `{
  "rows": [
    { "n": 1 },
    { "n": "x" }
  ]
}
`;
const kinds = new Kinds('f.json', TEXT);

/** What a look says of a value; undefined: nothing. */
function said(look: Look, value: unknown, place = 'here'): string | undefined {
  try {
    look(value, place);
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    return (error as Error).message;
  }
  return undefined;
}

describe('values of a file of JSON', () => {
  it.each([
    ['text', 'a b', ''],
    ['text', 'ü', 'a\u0007'],
    ['name', 'n'.repeat(100), 'n'.repeat(101)],
    ['frames', 0, -1],
    ['frames', 2 ** 32 - 1, 2 ** 32],
    ['frames', 7, 7.5],
    ['count', 1, 0],
    ['number', 0.5, Number.NaN],
    ['spread', { least: 1, median: 1, most: 2 }, { least: 1, median: 3, most: 2 }],
    ['meanSpread', { least: 1, mean: 1.5, most: 2 }, { least: 1, mean: 0.5, most: 2 }],
  ] as const)('of kind %s are taken as %j, and not as %j', (kind, good, bad) => {
    expect(said(kinds[kind], good)).toBeUndefined();
    expect(said(kinds[kind], bad)).toMatch(/^f\.json:1: expected .* for here(?:\.\w+)?, found /);
  });

  it('are told by their place and line, however deep', () => {
    const look = kinds.object({ rows: kinds.list(kinds.object({ n: kinds.frames })) });
    expect(said(look, kinds.parsed(), '')).toBe(
      "f.json:4: expected a whole number of 0 to 4294967295 for rows[1].n, found 'x'",
    );
  });

  it('of a list stand one after the other, or are as many as there are', () => {
    const two = kinds.list([kinds.exactly(1), kinds.exactly('b')]);
    expect(said(two, [1, 'b'])).toBeUndefined();
    expect(said(two, [1])).toBe('f.json:1: expected 2 entries for here, found 1');
    expect(said(two, [1, 'c'])).toBe("f.json:1: expected 'b' for here[1], found 'c'");
    expect(said(kinds.list(kinds.count), [])).toBeUndefined();
    expect(said(two, { length: 2 })).toBe('f.json:1: expected a list for here, found an object');
  });

  it('are of a text that is JSON, or its first fault is told', () => {
    expect(() => new Kinds('f.json', '{\n"a": 1\n"b": 2}').parsed()).toThrow(
      'f.json:3: expected JSON, found something else',
    );
  });
});
