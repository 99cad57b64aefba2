import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  PERCENTILES,
  appMemoryMibAt,
  averageDurationMsAt,
  drawDurationMs,
  evenDurations,
  observedDurations,
  summarizeRow,
  typicalDurations,
} from '../../../src/trace/distribution.ts';
import { randomStream } from '../../../src/time/index.ts';

function meanOfDraws(percentilesMs: readonly number[], count: number): number {
  const stream = randomStream(3, 'mean');
  const points = Float64Array.from(percentilesMs);
  let sum = 0;
  for (let draw = 0; draw < count; draw++) sum += drawDurationMs(points, 0, stream);
  return sum / count;
}

describe('published distributions', () => {
  it('average durations have the published quantiles', () => {
    expect(averageDurationMsAt(0.5) / 1000).toBeCloseTo(0.68, 2);
    expect(averageDurationMsAt(0.75) / 1000).toBeCloseTo(3.4, 1);
    expect(averageDurationMsAt(0.9) / 1000).toBeCloseTo(14.1, 0);
    expect(averageDurationMsAt(0.99) / 1000).toBeCloseTo(166, 0);
  });

  it('app memory has the published quantiles and is capped', () => {
    expect(appMemoryMibAt(0.5)).toBeCloseTo(140, 0);
    expect(appMemoryMibAt(0.9)).toBeCloseTo(262, 0);
    expect(appMemoryMibAt(1 - 1e-9)).toBe(1536);
    expect(appMemoryMibAt(1e-10)).toBeGreaterThanOrEqual(1);
  });

  it('a function of which the average is known draws durations of that mean', () => {
    const { percentilesMs } = typicalDurations(1000, 'published');
    expect(meanOfDraws(percentilesMs, 50_000)).toBeGreaterThan(970);
    expect(meanOfDraws(percentilesMs, 50_000)).toBeLessThan(1040);
  });
});

describe('rows of percentiles', () => {
  it('are clamped to [1 ms, Maximum] and never decrease', () => {
    const ms = fc.double({ min: -1e5, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(ms, { minLength: 7, maxLength: 7 }), ms, fc.nat(), (row, most, seed) => {
        const summary = summarizeRow(undefined, row, most);
        expect(summary.percentilesMs).toEqual(summary.percentilesMs.toSorted((a, b) => a - b));
        expect(summary.averageMs).toBeGreaterThanOrEqual(1);
        const drawn = drawDurationMs(
          Float64Array.from(summary.percentilesMs),
          0,
          randomStream(seed, ''),
        );
        expect(drawn).toBeGreaterThanOrEqual(1);
        expect(drawn).toBeLessThanOrEqual(Math.max(1, most));
      }),
    );
  });

  it('give a line between points: half of the draws are below the median', () => {
    // behind the points of another function
    const points = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 10, 20, 30, 40, 80, 160, 320);
    const stream = randomStream(1, 'median');
    let below = 0;
    for (let draw = 0; draw < 10_000; draw++)
      if (drawDurationMs(points, PERCENTILES, stream) < 40) below++;
    expect(Math.abs(below - 5000)).toBeLessThan(250);
  });

  it('use the mean of the points when the average is not positive', () => {
    expect(summarizeRow(-41692, [10, 10, 10, 10, 10, 10, 10], 10).averageMs).toBeCloseTo(10);
    expect(summarizeRow(25, [10, 10, 10, 10, 10, 10, 10], 10).averageMs).toBe(25);
  });

  it('are taken from calls where every call is known', () => {
    const summary = observedDurations(Float32Array.of(4, 1, 3, 2, 10));
    expect(summary).toMatchObject({ source: 'observed', averageMs: 4, maximumMs: 10 });
    expect(summary.percentilesMs).toEqual([1, 1, 2, 3, 4, 10, 10]);
  });
});

describe('a function whose calls take the same time', () => {
  it('has it at every share, and draws nothing else; at least 1 ms', () => {
    const { averageMs, percentilesMs, maximumMs } = evenDurations(7);
    expect(new Set([averageMs, maximumMs, ...percentilesMs])).toEqual(new Set([7]));
    expect(percentilesMs).toHaveLength(PERCENTILES);
    expect(meanOfDraws(percentilesMs, 50)).toBe(7);
    expect(evenDurations(0.2).averageMs).toBe(1);
  });
});
