import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CallCollector } from '../../../src/trace/rows.ts';

const place = { file: 'rows' };

describe('collected rows', () => {
  it('are sorted by start, stable, whatever their order and number', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 300 }), (starts) => {
        const collector = new CallCollector(Infinity, undefined);
        for (const [index, start] of starts.entries()) collector.add(index, start, 1, place);
        const { calls } = collector.sorted();
        const order = [...starts.keys()].toSorted((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
        expect([...calls.functionIds]).toEqual(order);
        expect([...calls.startMs]).toEqual(order.map((index) => starts[index]));
      }),
    );
  });

  it('end the window with the minute of the last one, or at the limit, past which none is kept', () => {
    const all = new CallCollector(Infinity, undefined);
    const few = new CallCollector(Infinity, 2);
    for (const start of [130_000, 5, 119_999]) {
      all.add(0, start, 0, place);
      few.add(0, start, 0, place);
    }
    expect(all.sorted()).toMatchObject({ invocations: 3, spanMs: 180_000 });
    expect(few.sorted()).toMatchObject({ invocations: 2, spanMs: 120_000 });
    expect([...few.sorted().calls.durationMs]).toEqual([1, 1]);
  });

  it('are refused past the limit', () => {
    const collector = new CallCollector(1, undefined);
    collector.add(0, 0, 1, place);
    expect(() => collector.add(0, 0, 1, place)).toThrow(/at most 1 invocations/);
  });
});
