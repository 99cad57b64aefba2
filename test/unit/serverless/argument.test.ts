import { describe, expect, it } from 'vitest';
import { ArgumentError, DURATION, durationMs, policyOf } from '../../../src/serverless/argument.ts';

describe('the text of a policy', () => {
  it('makes it by name, with what stands behind it, or by a time alone; once to see, once to use', () => {
    const made: unknown[] = [];
    const list = ['timed', 'other'].map((name) => ({
      name,
      create: (argument?: string) => made.push([name, argument]),
    }));
    for (const text of ['10m', 'other', 'other:a:b', 'timed:']) policyOf(text, list, 'timed')();
    const calls = [
      ['timed', '10m'],
      ['other', undefined],
      ['other', 'a:b'],
      ['timed', ''],
    ];
    expect(made).toEqual(calls.flatMap((call) => [call, call]));
    expect(() => policyOf('x:1', list, 'timed')).toThrow(
      'expected a time such as 500ms, 90s, 10m or 1h, or a policy of timed, other, found "x:1"',
    );
    expect(() => policyOf('10m', list)).toThrow(/^expected a policy of timed, other/);
  });

  it('is refused at once when the policy cannot take what stands behind its name', () => {
    const list = [{ name: 'timed', create: (time = '1s') => durationMs(time) }];
    expect(policyOf('timed', list)()).toBe(1000);
    expect(() => policyOf('timed:soon', list)).toThrow(ArgumentError);
  });
});

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
