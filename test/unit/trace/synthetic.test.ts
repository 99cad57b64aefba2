import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { SYNTHETIC_HOUR, type Trace, generateSynthetic } from '../../../src/trace/index.ts';
import { isSorted, samePrefix } from '../../support/trace-folders.ts';

function callsByFunction(trace: Trace): number[] {
  const calls = trace.functions.map(() => 0);
  for (const id of trace.functionIds) calls[id] = (calls[id] as number) + 1;
  return calls;
}

/** Most calls running at once, by function. */
function peakConcurrency(trace: Trace, id: number): number {
  const edges: [number, number][] = [];
  for (const [index, startMs] of trace.startMs.entries()) {
    if (trace.functionIds[index] !== id) continue;
    edges.push([startMs, 1], [startMs + (trace.durationMs[index] as number), -1]);
  }
  edges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let running = 0;
  let peak = 0;
  for (const [, step] of edges) {
    running += step;
    peak = Math.max(peak, running);
  }
  return peak;
}

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const few = { numRuns: 15 };

describe('the synthetic hour', () => {
  it('has the published shape at any seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const trace = generateSynthetic({ seed });
        const total = trace.startMs.length;
        expect(total).toBeGreaterThan(50_000);
        expect(total).toBeLessThan(150_000);
        expect(trace).toMatchObject({ name: 'synthetic-hour', spanMs: 3_600_000 });
        expect(isSorted(trace.startMs)).toBe(true);
        const calls = callsByFunction(trace).toSorted((a, b) => b - a);
        const popular = calls.slice(0, Math.ceil(0.186 * calls.length));
        expect(popular.reduce((sum, count) => sum + count, 0) / total).toBeGreaterThan(0.98);
        expect((calls[0] as number) / total).toBeGreaterThan(0.6);
      }),
      few,
    );
  });

  it('has one function with more than 50 concurrent calls', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(peakConcurrency(generateSynthetic({ seed }), 0)).toBeGreaterThan(50);
      }),
      { numRuns: 5 },
    );
  });

  it('rises and falls: the busiest minute has at least 1.5 times the calls of the first', () => {
    const { startMs, functionIds } = generateSynthetic({ seed: 1 });
    const calls = Array.from({ length: 60 }, () => 0);
    for (const [index, start] of startMs.entries()) {
      if (functionIds[index] !== 0) continue;
      const minute = Math.floor(start / 60_000);
      calls[minute] = (calls[minute] as number) + 1;
    }
    expect(Math.max(...calls)).toBeGreaterThan(1.5 * (calls[0] as number));
    expect(Math.max(...calls)).toBeGreaterThan(1.5 * (calls[59] as number));
  });

  it('fires timers at a fixed period', () => {
    const trace = generateSynthetic({ seed: 2 });
    const timers = trace.functions.filter((fn) => fn.trigger === 'timer');
    expect(timers.length).toBe(Math.round(0.156 * SYNTHETIC_HOUR.functionCount));
    for (const { id } of timers) {
      const starts = [...trace.startMs].filter((_, index) => trace.functionIds[index] === id);
      const gaps = new Set(
        starts.slice(1).map((start, index) => start - (starts[index] as number)),
      );
      expect(gaps.size).toBeLessThanOrEqual(1);
    }
  });

  it('groups functions into apps of 1 to 10 that share their memory evenly', () => {
    const { functions } = generateSynthetic({ seed: 3 });
    for (const app of new Set(functions.map((fn) => fn.app))) {
      const members = functions.filter((fn) => fn.app === app);
      expect(members.length).toBeLessThanOrEqual(10);
      expect(new Set(members.map((fn) => fn.memoryMib)).size).toBe(1);
    }
    expect(functions.filter((fn) => fn.app === 'app-0')).toHaveLength(1);
  });
});

describe('generateSynthetic', () => {
  it('repeats a seed, differs by seed, and gives a prefix when the minutes are limited', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 60 }), (seed, minutes) => {
        const whole = generateSynthetic({ seed });
        const part = generateSynthetic({ seed, minutes });
        const size = part.startMs.length;
        expect(part.functions).toEqual(whole.functions);
        expect(samePrefix(part.startMs, whole.startMs, size)).toBe(true);
        expect(samePrefix(part.durationMs, whole.durationMs, size)).toBe(true);
        expect(samePrefix(part.functionIds, whole.functionIds, size)).toBe(true);
        expect(whole.startMs[size] ?? Infinity).toBeGreaterThanOrEqual(part.spanMs);
        const other = generateSynthetic({ seed: seed + 1 });
        expect(samePrefix(other.startMs, whole.startMs, 100)).toBe(false);
      }),
      few,
    );
  });

  it('gives these first calls on every machine', () => {
    const { startMs, durationMs, functionIds } = generateSynthetic({ seed: 1 });
    expect(Array.from(startMs.subarray(0, 3))).toMatchInlineSnapshot(`
      [
        50.681,
        75.371,
        83.515,
      ]
    `);
    expect(Array.from(durationMs.subarray(0, 3))).toMatchInlineSnapshot(`
      [
        7867.31005859375,
        1592.38818359375,
        1655.3497314453125,
      ]
    `);
    expect(Array.from(functionIds.subarray(0, 3))).toMatchInlineSnapshot(`
      [
        2,
        0,
        0,
      ]
    `);
  });

  it('takes one function, a flat load and other lengths', () => {
    const { diurnal: _, ...flat } = SYNTHETIC_HOUR;
    const trace = generateSynthetic({ seed: 1 }, { ...flat, functionCount: 1, minutes: 2 });
    expect(trace.functions).toHaveLength(1);
    expect(trace.spanMs).toBe(120_000);
    expect(trace.startMs.length).toBeGreaterThan(2000);
  });

  it('refuses a config out of range', () => {
    const wrong = [{ functionCount: 0 }, { minutes: 1.5 }, { burstyShare: 2 }, { burstOnShare: 0 }];
    for (const change of wrong) {
      expect(() => generateSynthetic({ seed: 1 }, { ...SYNTHETIC_HOUR, ...change })).toThrow(
        RangeError,
      );
    }
    expect(() => generateSynthetic({ seed: 1, maximumInvocations: 10 })).toThrow('at most 10');
  });
});
