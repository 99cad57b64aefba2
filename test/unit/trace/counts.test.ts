import { describe, expect, it } from 'vitest';
import { TraceError } from '../../../src/trace/index.ts';
import { MinuteCounts } from '../../../src/trace/counts.ts';

const place = { file: 'counts' };

describe('counts of minutes', () => {
  it('come out by minute, then by function, a function’s own in the order of addition', () => {
    const counts = new MinuteCounts(Infinity);
    const added = [
      [2, 1, 7],
      [0, 1, 5],
      [2, 0, 3],
      [0, 1, 6],
      [1, 2, 0],
    ] as const;
    for (const [id, minute, count] of added) counts.add(id, minute, count, place);
    const { firstCells, functionIds, counts: found } = counts.cells(3, 3);
    expect([...firstCells]).toEqual([0, 1, 4, 4]);
    expect([...functionIds]).toEqual([2, 0, 0, 2]);
    expect([...found]).toEqual([3, 5, 6, 7]);
    expect(counts.invocations).toBe(21);
  });

  it('have no limit on the whole trace, and one on a minute, which is in memory at once', () => {
    const counts = new MinuteCounts(Infinity);
    for (let minute = 0; minute < 100; minute++) counts.add(0, minute, 10_000_000, place);
    expect(counts.invocations).toBe(1e9);
    expect(() => counts.add(1, 5, 1, place)).toThrow(TraceError);
    expect(() => counts.add(1, 6, 1, place)).toThrow(/at most 10000000 invocations in a minute/);
  });

  it('keep more cells than fit at first', () => {
    const counts = new MinuteCounts(Infinity);
    for (let cell = 0; cell < 20_000; cell++) counts.add(cell % 7, cell % 11, 1, place);
    const { firstCells, functionIds } = counts.cells(11, 7);
    expect(firstCells[11]).toBe(20_000);
    expect(functionIds).toHaveLength(20_000);
  });
});
