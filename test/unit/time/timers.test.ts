import { describe, expect, it } from 'vitest';

import { expectDelay, expectPeriod, LONGEST_NS } from '../../../src/time/timers.ts';

describe('a delay', () => {
  it.each([0, 0.5, LONGEST_NS])('may be %d ns, and stays as it is', (delayNs) => {
    expect(expectDelay('timer', delayNs)).toBe(delayNs);
  });

  it.each([-1, -Number.MIN_VALUE, Infinity, NaN, 2 * LONGEST_NS])('is never %d ns', (delayNs) => {
    expect(() => expectDelay('idle policy', delayNs)).toThrow(RangeError);
    expect(() => expectDelay('idle policy', delayNs)).toThrow(/^idle policy: expected a time of 0/);
  });
});

describe('a period', () => {
  it('is a second at least: a second of time can be played', () => {
    expect(expectPeriod('beat', 1e9)).toBe(1e9);
    for (const periodNs of [0, 1e9 - 1, NaN, Infinity]) {
      expect(() => expectPeriod('beat', periodNs)).toThrow(/^beat: expected a time of 1000000000/);
    }
  });
});
