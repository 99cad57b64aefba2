import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { parsePart, partOf } from '../../../src/trace/part.ts';
import { type CallRow, rowsOf, traceOf } from '../../../src/trace/index.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import { smallTrace } from '../../support/traces.ts';

function callsIn(trace: Trace): CallRow[] {
  const { startMs, functionIds, durationMs } = rowsOf(trace);
  return [...functionIds].map((functionId, at) => ({
    functionId,
    startMs: startMs[at]!,
    durationMs: durationMs[at]!,
  }));
}

/** By start, then function. */
function inOrder(calls: readonly CallRow[]): CallRow[] {
  return calls.toSorted((a, b) => a.startMs - b.startMs || a.functionId - b.functionId);
}

const DRAWN = smallTrace();
const RECORDED = traceOf({ name: 'rows', functions: DRAWN.functions, rows: callsIn(DRAWN) });

describe.each([
  ['whose calls are drawn', DRAWN],
  ['with its calls', RECORDED],
])('parts of a trace %s', (_what, trace) => {
  const parts = [1, 2, 3].map((number) => partOf(trace, { number, of: 3 }));

  it('have its calls between them, as they are in the whole', () => {
    expect(inOrder(parts.flatMap(callsIn))).toEqual(inOrder(callsIn(trace)));
    const counts = parts.map(({ invocations }) => invocations);
    expect(counts).toEqual(parts.map((part) => callsIn(part).length));
  });

  it('have each function once', () => {
    const own = parts.map((part) => new Set(callsIn(part).map(({ functionId }) => functionId)));
    const all = own.flatMap((ids) => [...ids]);
    expect(new Set(all).size).toBe(all.length);
    for (const { functions, spanMs } of parts) {
      expect([functions, spanMs]).toEqual([trace.functions, trace.spanMs]);
    }
  });
});

it('one part of one is the whole', () => {
  expect(callsIn(partOf(DRAWN, { number: 1, of: 1 }))).toEqual(callsIn(DRAWN));
});

it.each(['', '1', '0/4', '5/4', '1/99999', 'a/b', '1/2/3'])('%j is no part', (text) => {
  expect(() => parsePart(text)).toThrow(/^part: expected one of so many, such as 1\/4/);
});

it('says which part it is', () => {
  expect(parsePart('2/4')).toEqual({ number: 2, of: 4 });
});

it.each([undefined, null, 5, {}, { number: 1 }, { number: 1, of: 0.5 }])(
  'a part that is none is refused: %j',
  (part) => {
    expect(() => partOf(smallTrace(), part as never)).toThrow(RefusedArgument);
  },
);

it.each([Symbol('x'), Object.create(null), 5n, undefined])('a part is named in text', (part) => {
  expect(() => parsePart(part as never)).toThrow('part: expected text');
});
