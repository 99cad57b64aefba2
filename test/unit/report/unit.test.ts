import { describe, expect, it } from 'vitest';

import {
  formatBytes,
  formatCount,
  formatMs,
  formatNumber,
  formatRatio,
} from '../../../src/report/unit.ts';

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [1.2345, '1.23'],
    [12.345, '12.3'],
    [123.45, '123'],
    [999.4, '999'],
    [999.5, '1,000'],
    [1234.56, '1,235'],
    [0.012345, '0.0123'],
    [0.00000001234, '0.0000000123'],
    [-1234.5, '-1,235'],
    [NaN, '-'],
    [Infinity, '-'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [339_657, '339,657'],
    [0.6, '1'],
    [0, '0'],
  ])('a count of %d is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    // Never 1,024 of a unit that has a larger one.
    [1023.6 * 1024, '1 MiB'],
    [1.5 * 2 ** 20, '1.5 MiB'],
    [-(2 ** 30), '-1 GiB'],
    [2 ** 50, '1,024 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [0.5, '500 us'],
    [0.9994, '999 us'],
    [0.9995, '1 ms'],
    [9999, '9,999 ms'],
    [9999.5, '10 s'],
    [123_456, '123 s'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });

  it.each([
    [0.4249, '0.42x'],
    [10, '10.00x'],
    [NaN, '-'],
    [Infinity, '-'],
  ])('a ratio of %d is %s', (ratio, text) => {
    expect(formatRatio(ratio)).toBe(text);
  });
});
