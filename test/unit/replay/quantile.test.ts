import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  maxOf,
  QuantileRecorder,
  quantileSorted,
  RECORDER_ERROR,
  summarize,
} from '../../../src/report/quantile.ts';

const samples = fc.float64Array({
  min: 2 ** -30,
  max: 2 ** 50,
  minLength: 1,
  maxLength: 200,
  noNaN: true,
});

function recorded(values: Iterable<number>): QuantileRecorder {
  const recorder = new QuantileRecorder();
  for (const value of values) recorder.record(value);
  return recorder;
}

describe('exact quantiles', () => {
  it('are nearest ranks', () => {
    const sorted = Float64Array.of(1, 2, 3, 4);
    const at = [0, 0.25, 0.26, 0.5, 0.75, 0.99, 1].map((q) => quantileSorted(sorted, q));
    expect(at).toEqual([1, 1, 2, 2, 3, 4, 4]);
  });

  it('take the 99th of a hundred and not its neighbour', () => {
    const sorted = Float64Array.from({ length: 100 }, (_, index) => index + 1);
    expect(quantileSorted(sorted, 0.99)).toBe(99);
    expect(quantileSorted(sorted, 0.07)).toBe(7);
  });

  it('leave the samples in their order', () => {
    const values = Float64Array.of(3, 1, 2);
    expect(summarize(values)).toEqual({ count: 3, mean: 2, p50: 2, p95: 3, p99: 3, max: 3 });
    expect([...values]).toEqual([3, 1, 2]);
  });

  it('are 0 for no samples', () => {
    const none = { count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
    expect(summarize(new Float64Array())).toEqual(none);
    expect(new QuantileRecorder().summary()).toEqual(none);
    expect(maxOf(new Float64Array())).toBe(0);
  });

  it('refuse a q that is none', () => {
    expect(() => quantileSorted(Float64Array.of(1), 99)).toThrow(/between 0 and 1, got 99/);
  });

  it('order numbers, not texts', () => {
    expect(maxOf(Float64Array.of(-5, -3, -10))).toBe(-3);
    expect(summarize(Float64Array.of(10, 9, 100)).p50).toBe(10);
  });
});

describe('quantile recorder', () => {
  it('is within its error of the exact quantile', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const exact = quantileSorted(values.toSorted(), q);
        const error = Math.abs(recorded(values).quantile(q) - exact);
        expect(error).toBeLessThanOrEqual(exact * RECORDER_ERROR * (1 + 1e-9));
      }),
    );
  });

  it('merges to what one recorder would have seen', () => {
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        const merged = recorded(a);
        merged.merge(recorded(b));
        const { mean, ...rest } = merged.summary();
        const { mean: meanOfOne, ...restOfOne } = recorded([...a, ...b]).summary();
        expect(rest).toEqual(restOfOne);
        expect(Math.abs(mean - meanOfOne)).toBeLessThanOrEqual(meanOfOne * 1e-12);
      }),
    );
  });

  it('counts zeros', () => {
    expect(recorded([0, 0, 0, 8]).summary()).toEqual({
      count: 4,
      mean: 2,
      p50: 0,
      p95: 8,
      p99: 8,
      max: 8,
    });
  });

  it.each([-1, NaN, Infinity])('refuses %d', (value) => {
    expect(() => new QuantileRecorder().record(value)).toThrow(RangeError);
  });
});
