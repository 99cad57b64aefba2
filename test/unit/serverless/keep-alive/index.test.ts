import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../../src/serverless/index.ts';
import { KEEP_ALIVES } from '../../../../src/serverless/keep-alive/index.ts';
import { FIXED } from '../../../../src/serverless/keep-alive/fixed.ts';

describe('keep-alive policies', () => {
  it('have a name of their own and a sentence that says how to ask for them', () => {
    expect(new Set(KEEP_ALIVES.map(({ name }) => name)).size).toBe(KEEP_ALIVES.length);
    for (const { name, sentence } of KEEP_ALIVES) {
      expect(name).toMatch(/^[a-z]+$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each(KEEP_ALIVES)('$name works without an argument, and keeps for 0 ms or longer', (spec) => {
    const policy = spec.create();
    for (const nowMs of [0, 1000, 500_000]) {
      policy.arrived(0, nowMs);
      expect(policy.keepMs(0, nowMs + 100)).toBeGreaterThanOrEqual(0);
    }
  });
});

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
