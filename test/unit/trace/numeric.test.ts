import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { exponential, naturalLog, normalQuantile, power } from '../../../src/trace/numeric.ts';

const positive = fc.double({ min: 1e-300, max: 1e300, noNaN: true });

function relativeError(value: number, truth: number): number {
  return Math.abs(value - truth) / Math.max(Math.abs(truth), 1e-300);
}

describe('numeric', () => {
  it('naturalLog agrees with the engine to 1e-15 of the larger of 1 and the result', () => {
    fc.assert(
      fc.property(positive, (x) => {
        const truth = Math.log(x);
        const error = Math.abs(naturalLog(x) - truth);
        expect(error).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(truth)));
      }),
    );
  });

  it('exponential agrees with the engine to 1e-14', () => {
    fc.assert(
      fc.property(fc.double({ min: -690, max: 690, noNaN: true }), (x) => {
        expect(relativeError(exponential(x), Math.exp(x))).toBeLessThan(1e-14);
      }),
    );
  });

  it('power agrees with the engine to 1e-12', () => {
    const exponent = fc.double({ min: -2, max: 2, noNaN: true });
    const base = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(base, exponent, (x, y) => {
        expect(relativeError(power(x, y), x ** y)).toBeLessThan(1e-12);
      }),
    );
  });

  it('normalQuantile knows the table and is odd', () => {
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 7);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306, 7);
    expect(normalQuantile(0.999)).toBeCloseTo(3.090232306, 7);
  });

  it('refuses what has no finite result', () => {
    expect(() => naturalLog(0)).toThrow(RangeError);
    expect(() => naturalLog(-1)).toThrow(RangeError);
    expect(() => exponential(Number.NaN)).toThrow(RangeError);
    expect(() => exponential(1e9)).toThrow(RangeError);
  });
});
