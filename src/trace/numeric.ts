/**
 * Logarithm, exponential, power and the normal quantile from +, -, *, / and sqrt alone, which
 * IEEE-754 rounds identically everywhere; Math.log, Math.exp and Math.pow may differ in the last
 * bits from engine to engine, and one bit can move an invocation. Accurate to about 1e-15 relative
 * (quantile: 1e-9), which is far more than the published fits hold.
 */

import { expectNumber } from '../check/index.ts';

const LN2_HIGH = 0.69314718036912381649;
const LN2_LOW = 1.90821492927058770002e-10;
const LARGEST_EXPONENT = 700;
const LEAST_NORMAL = 2.2250738585072014e-308;

const bits = new DataView(new ArrayBuffer(8));

/** Natural logarithm of a positive, finite, normal number. */
export function naturalLog(x: number): number {
  expectNumber('naturalLog', x, LEAST_NORMAL);
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 atanh((m - 1) / (m + 1)); |s| <= 0.172, so s^24 is below 2^-60.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let odd = 23; odd >= 1; odd -= 2) series = series * square + 1 / odd;
  return exponent * LN2_HIGH + (2 * s * series + exponent * LN2_LOW);
}

/** e to the x; x within +-700. */
export function exponential(x: number): number {
  expectNumber('exponential', x, -LARGEST_EXPONENT, LARGEST_EXPONENT);
  const exponent = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
  const rest = x - exponent * LN2_HIGH - exponent * LN2_LOW;
  let series = 1;
  for (let term = 18; term >= 1; term--) series = 1 + (series * rest) / term;
  bits.setUint32(0, (exponent + 1023) << 20);
  bits.setUint32(4, 0);
  return series * bits.getFloat64(0);
}

export function power(base: number, exponent: number): number {
  return exponential(exponent * naturalLog(base));
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

/* Rational approximation of the normal quantile by Peter J. Acklam, relative error below 1.15e-9. */
const CENTRAL_NUMERATOR = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2,
  -3.066479806614716e1, 2.506628277459239,
];
const CENTRAL_DENOMINATOR = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
  -1.328068155288572e1, 1,
];
const TAIL_NUMERATOR = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_DENOMINATOR = [
  7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1,
];
const TAIL_SHARE = 0.02425;

/** The standard normal deviate below which `share` (0 < share < 1) of the population lies. */
export function normalQuantile(share: number): number {
  if (share > 1 - TAIL_SHARE) return -normalQuantile(1 - share);
  if (share < TAIL_SHARE) {
    const q = Math.sqrt(-2 * naturalLog(share));
    return polynomial(TAIL_NUMERATOR, q) / polynomial(TAIL_DENOMINATOR, q);
  }
  const q = share - 0.5;
  const square = q * q;
  return (q * polynomial(CENTRAL_NUMERATOR, square)) / polynomial(CENTRAL_DENOMINATOR, square);
}
