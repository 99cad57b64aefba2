import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { WHEN_FULL } from '../../../../src/serverless/index.ts';
import { type FullHost, expectFullHost } from '../../../../src/serverless/when-full/policy.ts';

const HOST: FullHost = {
  evictOldest: () => true,
  askDevices: (frames) => frames === 5,
  killLargest: () => false,
};

it('a policy acts on a host that is short, and refuses anything else', () => {
  expect(expectFullHost(HOST)).toBe(HOST);
  const relievers = WHEN_FULL.filter(({ relieve }) => relieve !== undefined);
  expect(relievers.map(({ name, relieve }) => [name, relieve?.(HOST, 5)])).toEqual([
    ['evict', true],
    ['ask', true],
    ['kill', false],
  ]);
  for (const { relieve } of relievers) {
    for (const wild of [undefined, null, 5, {}] as never[]) {
      expect(() => relieve?.(wild, 5)).toThrow(RefusedArgument);
    }
  }
});
