import { expect, it } from 'vitest';

import { ArgumentError, DURATION, durationMs } from '../../../src/serverless/argument.ts';

it.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h', 3_600_000],
  ['0.5s', 500],
  ['0ms', 0],
])('%s are %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

it.each(['', '10', 'ms', '-1s', '1 s', '1d', '1e3s', '.5s', '1s2', '1,5s', '٣s'])(
  '%j is no time, and is told what one looks like',
  (text) => {
    expect(() => durationMs(text)).toThrow(ArgumentError);
    expect(() => durationMs(text)).toThrow(`expected ${DURATION}, found ${JSON.stringify(text)}`);
  },
);
