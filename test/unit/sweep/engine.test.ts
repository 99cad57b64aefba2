import { expect, it } from 'vitest';
import { defaultExperiment } from '../../../src/experiment/index.ts';
import { redisEngine, threadEngine } from '../../../src/sweep/index.ts';
import { failureOf } from '../../../src/sweep/engine.ts';

it('a failure is an error in one line, with what a caller can tell of it', () => {
  const error = Object.assign(new RangeError('no room\n  for more'), { made: 12_000 });
  expect(failureOf(error)).toEqual({
    kind: 'RangeError',
    reason: 'no room for more',
    made: 12_000,
  });
  expect(failureOf('gone')).toEqual({ kind: 'Error', reason: 'gone' });
});

const hearing = {
  retries: 0,
  signal: new AbortController().signal,
  stateOf: () => 'state',
  tell: () => {},
  progress: () => {},
  ended: async () => {},
};
const job = { name: 'j', experiment: defaultExperiment(), program: {} };

it.each([
  [[], undefined],
  [[0], hearing],
  [[job, {}], hearing],
  [[{ ...job, experiment: { seed: 'x' } }], hearing],
  [[job], { ...hearing, signal: {} }],
  [[job], { ...hearing, retries: -1 }],
])('an engine refuses what is no job, and whoever hears nothing: %#', async (jobs, said) => {
  for (const engine of [threadEngine(2), redisEngine('redis://127.0.0.1:1')]) {
    const playing = engine.play(jobs as never, said as never);
    await expect(playing).rejects.toThrow(/expected/);
  }
});
