import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../../src/serverless/index.ts';
import { FIXED, fixedKeepAlive } from '../../../../src/serverless/keep-alive/fixed.ts';

describe('fixed', () => {
  it('keeps every container for the time that is asked for, 10 minutes by default', () => {
    expect(FIXED.create('90s').keepMs(3, 7)).toBe(90_000);
    expect(FIXED.create('0ms').keepMs(0, 0)).toBe(0);
    expect(FIXED.create().keepMs(3, 7)).toBe(600_000);
  });

  it.each(['', '10', 'x', '-1s'])('refuses %j', (text) => {
    expect(() => FIXED.create(text)).toThrow(ArgumentError);
    expect(() => FIXED.create(text)).toThrow(/^expected a time such as/);
  });
});

it.each([-1, NaN, -Infinity])('%d ms is no time to keep a container', (ttlMs) => {
  expect(() => fixedKeepAlive(ttlMs)).toThrow(RangeError);
});

it('may keep for ever', () => {
  expect(fixedKeepAlive(Infinity).keepMs(0, 0)).toBe(Infinity);
});
