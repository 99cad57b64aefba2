import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { NEVER_OURS, csvCell, expectCalls, pieces, shortFloat } from '../../../src/trace/writer.ts';
import { openTrace } from '../../../src/trace/index.ts';
import { TRACE_WRITERS } from '../../../src/trace/node.ts';
import { SESSION_FILES } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

describe('what forms share', () => {
  it('a short float reads as the same 32-bit float', () => {
    expect(shortFloat(Math.fround(0.1))).toBe(0.1);
    fc.assert(
      fc.property(fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(shortFloat(value))).toBe(value);
      }),
    );
  });

  it('pieces are all lines, each with its end, whatever their number', () => {
    for (const size of [0, 1, 4000, 4001]) {
      const lines = Array.from({ length: size }, (_, index) => String(index));
      expect([...pieces(lines)].join('')).toBe(lines.map((line) => `${line}\n`).join(''));
    }
    expect([...pieces(Array(9000).fill('x'))].length).toBe(3);
  });

  it('a cell is quoted where it must be', () => {
    expect(['a', 'a,b', 'a"b', 'a\nb'].map(csvCell)).toEqual(['a', '"a,b"', '"a""b"', '"a\nb"']);
  });

  it('sessions are refused, and nobody’s file has the mark of none', () => {
    const trace = openTrace(folderWith(SESSION_FILES), { seed: 1 });
    expect(() => expectCalls(trace)).toThrow('trace: expected a trace of calls');
    for (const { render } of TRACE_WRITERS) expect(() => render(trace)).toThrow('a trace of calls');
    expect(NEVER_OURS.test('')).toBe(false);
  });
});
