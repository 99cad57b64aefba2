import { expect, it } from 'vitest';

import { expectDelay } from '../../../src/time/timers.ts';

it.each([0, 0.5, Number.MAX_VALUE])('%d ns is a delay, and stays as it is', (delayNs) => {
  expect(expectDelay('timer', delayNs)).toBe(delayNs);
});

it.each([-1, -Number.MIN_VALUE, Infinity, NaN])('%d ns is none', (delayNs) => {
  expect(() => expectDelay('idle policy', delayNs)).toThrow(RangeError);
  expect(() => expectDelay('idle policy', delayNs)).toThrow(
    `idle policy: expected a finite time of 0 ns or more, found ${delayNs}`,
  );
});
