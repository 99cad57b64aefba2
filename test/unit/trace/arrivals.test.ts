import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RefusedArgument } from '../../../src/check/index.ts';
import { type CallRow, arrivalsOf, rowsOf, traceOf } from '../../../src/trace/index.ts';
import { typicalDurations } from '../../../src/trace/distribution.ts';
import { makeVhive, openRows } from '../../support/trace-folders.ts';

const FUNCTIONS = [0, 1, 2].map((id) => ({
  id,
  name: `f${id}`,
  app: 'a',
  owner: 'o',
  trigger: undefined,
  memoryMib: 1,
  memorySource: 'trace' as const,
  durations: typicalDurations(10, 'trace'),
}));

const row: fc.Arbitrary<CallRow> = fc.record({
  functionId: fc.nat(2),
  startMs: fc.oneof(fc.nat(200_000), fc.constantFrom(0, 60_000, 59_999.999, 120_000)),
  durationMs: fc.integer({ min: 1, max: 1000 }),
});

describe('a trace of rows', () => {
  it('has them by start, equal starts in the order given, minute by minute', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (rows, minutes) => {
          const trace = traceOf({ name: 'made', functions: FUNCTIONS, rows, minutes });
          const sorted = rows.toSorted((a, b) => a.startMs - b.startMs);
          const { startMs, functionIds, durationMs } = rowsOf(trace);
          expect([...startMs]).toEqual(sorted.map((one) => one.startMs));
          expect([...functionIds]).toEqual(sorted.map((one) => one.functionId));
          expect([...durationMs]).toEqual(sorted.map((one) => one.durationMs));
          expect(trace.invocations).toBe(rows.length);
          const inMinutes = [...arrivalsOf(trace)];
          expect(inMinutes.length * 60_000).toBe(trace.spanMs);
          expect(inMinutes.length).toBeGreaterThanOrEqual(minutes);
          for (const [minute, { startMs: starts }] of inMinutes.entries()) {
            for (const start of starts) expect(Math.floor(start / 60_000)).toBe(minute);
          }
        },
      ),
    );
  });

  it.each([
    [
      { functionId: 3, startMs: 0, durationMs: 1 },
      /functionId: expected the id of a function of the list \(3\), found 3/,
    ],
    [
      { functionId: Object.create(null) as number, startMs: 0, durationMs: 1 },
      /functionId: expected the id of a function of the list \(3\), found /,
    ],
    [{ functionId: 0, startMs: -1, durationMs: 1 }, /startMs: expected .*, found -1/],
    [{ functionId: 0, startMs: 0, durationMs: Number.NaN }, /durationMs: expected .*, found NaN/],
  ])('refuses a row that cannot be: %j', (wrong, message) => {
    const make = (): unknown => traceOf({ name: 'made', functions: FUNCTIONS, rows: [wrong] });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(message);
  });

  it.each([undefined, null, 5, {}, 'rows', [null]])('refuses rows that are none: %j', (rows) => {
    const said = { name: 'made', functions: FUNCTIONS, rows: rows as never };
    expect(() => traceOf(said)).toThrow(RefusedArgument);
  });

  it.each([Number.NaN, -1])('refuses a window of %d minutes', (minutes) => {
    const make = (): unknown => traceOf({ name: 'made', functions: FUNCTIONS, rows: [], minutes });
    expect(make).toThrow(/^minutes: expected a number of 0 to 527040/);
  });
});

describe('arrivals', () => {
  it('are the same each time, and of a copy of the trace in a worker', () => {
    const { startMs, functionIds, durationMs, ...trace } = openRows(
      makeVhive([
        [5, 0, 9],
        [0, 0, 3],
      ]),
      { seed: 1 },
    );
    const copy = rowsOf(structuredClone(trace));
    expect(copy).toEqual({ startMs, functionIds, durationMs });
    const buffer = trace.calls.functionIds.buffer;
    expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(Array.from(arrivalsOf(trace), (minute) => minute.startMs.length)).toEqual([5, 0, 12]);
  });
});
