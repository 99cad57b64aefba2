import { describe, expect, it } from 'vitest';
import { jsonLine } from '../../../../src/recording/read/json-lines.ts';

const TEXT = `{
  "a b": { "c": [1,
    { "d": "x, \\"y\\" }" },
    [true, null]] },
  "e": -1.5e3
}
`;

describe('the line of a value', () => {
  it.each([
    ['', 1],
    ['a b', 2],
    ['a b.c', 2],
    ['a b.c[0]', 2],
    ['a b.c[1]', 3],
    ['a b.c[1].d', 3],
    ['a b.c[2][1]', 4],
    ['e', 5],
  ])('at %j is %i', (path, line) => {
    expect(jsonLine(TEXT, path)).toBe(line);
  });

  it('that is not there is that of what it would lie in', () => {
    expect(jsonLine(TEXT, 'a b.c[1].none')).toBe(3);
    expect(jsonLine(TEXT, 'none')).toBe(1);
  });
});

describe('the line of a fault', () => {
  it.each([
    ['', 1],
    ['\n\n', 3],
    ['{\n"a": 1\n"b": 2 }', 3],
    ['[1,\n2,\n]', 3],
    ['{\n"a"\n1}', 3],
    ['[1\n,x]', 2],
    ['{"a": "cut\n"}', 1],
    ['[]\n[]', 2],
    ['[[\n[', 2],
    [TEXT.slice(0, -4), 5],
  ])('of %j is %i', (text, line) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(jsonLine(text)).toBe(line);
  });
});
