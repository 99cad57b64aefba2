import { describe, expect, it } from 'vitest';
import { quantileSorted, summarize } from '../../../src/replay/quantile.ts';

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
  });

  it('refuse a q that is none', () => {
    expect(() => quantileSorted(Float64Array.of(1), 99)).toThrow(
      'q: expected a number of 0 to 1, found 99',
    );
  });

  it('order numbers, not texts', () => {
    expect(summarize(Float64Array.of(10, 9, 100)).p50).toBe(10);
  });
});
