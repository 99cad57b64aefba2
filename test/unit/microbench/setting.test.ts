import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { MICROBENCHES } from '../../../src/microbench/index.ts';
import { BENCH_FRAMES_LEAST, checked, expectPolicies } from '../../../src/microbench/setting.ts';

const policy = (): never => ({ name: 'own' }) as never;

it('a microbenchmark refuses a guest that is too small or too large for it, and policies that lack something', () => {
  const frames = BENCH_FRAMES_LEAST;
  for (const setting of [{ frames: 5 }, { frames: 2 ** 40 }, { frames, growth: policy }, null]) {
    for (const { prepare } of MICROBENCHES) {
      expect(() => prepare(setting as never)).toThrow(RefusedArgument);
    }
  }
});

it('what is whole goes through as it is', () => {
  const setting = { frames: BENCH_FRAMES_LEAST, placement: () => ({ choose: () => undefined }) };
  const bench = { name: 'x', sentence: 'X.', operation: 'page', prepare: (one: object) => one };
  expect(checked(bench as never).prepare(setting as never)).toBe(setting);
  expect(() => expectPolicies({ keepAlive: 5 as never })).toThrow(
    /^keepAlive: expected a function/,
  );
});
