import { describe, expect, it } from 'vitest';
import { type CallFacts, CallTraceBuilder, beginOf } from '../../../src/trace/call-builder.ts';
import { faultOf, withRows } from '../../support/trace-folders.ts';

function call(changes: Partial<CallFacts>): CallFacts {
  const named = { owner: 'o', app: 'a', name: 'f', trigger: undefined };
  return { ...named, startMs: 0, durationMs: 10, memoryMib: undefined, ...changes };
}

describe('calls one by one', () => {
  it('make functions in order of appearance, memory the mean of the calls that have one', () => {
    const builder = new CallTraceBuilder({ seed: 1 });
    builder.add(call({ startMs: 70_000, memoryMib: 100 }), { file: 'x' });
    builder.add(call({ name: 'g', trigger: 'queue', memoryMib: 8 }), { file: 'x' });
    builder.add(call({ startMs: -5, durationMs: 30, memoryMib: 50 }), { file: 'x' });
    builder.add(call({ startMs: 80_000 }), { file: 'x' });
    const trace = withRows(builder.finish('x', 'calls'));
    expect(trace.functions).toMatchObject([
      { id: 0, name: 'f', memoryMib: 75, memorySource: 'trace' },
      { id: 1, name: 'g', trigger: 'queue', memoryMib: 8 },
    ]);
    expect([...trace.startMs]).toEqual([0, 0, 70_000, 80_000]);
    expect([...trace.functionIds]).toEqual([1, 0, 0, 0]);
    expect(trace.functions[0]?.durations).toMatchObject({ source: 'observed', maximumMs: 30 });
    expect(trace.spanMs).toBe(120_000);
  });

  it('without memory draw it from the published distribution, an app shared evenly', () => {
    const builder = new CallTraceBuilder({ seed: 1 });
    for (const name of ['f', 'g']) builder.add(call({ name }), { file: 'x' });
    const { functions, quirks } = builder.finish('x', 'calls');
    expect(functions.map(({ memorySource }) => memorySource)).toEqual(['published', 'published']);
    expect(functions[0]?.memoryMib).toBe(functions[1]?.memoryMib);
    expect(quirks.functionsWithoutMemory).toBe(2);
  });

  it('beyond a year are refused at their place', () => {
    const builder = new CallTraceBuilder({ seed: 1 });
    const fault = faultOf(() => builder.add(call({ startMs: 4e10 }), { file: 'x', row: 7 }));
    expect(fault.message).toMatch(/^x, row 7: expected a call within one year, /);
  });
});

it('a trace of dates begins at the minute of the earliest, one since a begin at 0', () => {
  expect(beginOf(1_700_000_012_345)).toBe(1_699_999_980_000);
  expect(beginOf(86_400_000)).toBe(0);
});
