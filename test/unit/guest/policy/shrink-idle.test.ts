import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { type ShrinkView, shrinkWhenIdle } from '../../../../src/guest/index.ts';

const zone = (idleSinceNs?: number): ShrinkView => ({
  key: 'f',
  blocks: 9,
  limitBlocks: 99,
  freeBlocks: 4,
  peakBlocks: 9,
  idleSinceNs,
});

it('a zone that has been idle for long enough gives back all that is free in it, another one nothing', () => {
  const policy = shrinkWhenIdle(2e9);
  expect(policy.name).toBe('idle-2s');
  expect(policy.blocksToGive(zone(), 1e12)).toBe(0);
  expect(policy.blocksToGive(zone(1e9), 2.9e9)).toBe(0);
  expect(policy.blocksToGive(zone(1e9), 3e9)).toBe(4);
});

it.each([-1, Number.NaN, '5', null])('it waits for a time, which %s is not', (wrong) => {
  expect(() => shrinkWhenIdle(wrong as never)).toThrow(RefusedArgument);
});

it.each([undefined, null, 5n])('a zone that shrinks is one, which %s is not', (wrong) => {
  expect(() => shrinkWhenIdle(2e9).blocksToGive(wrong as never, 5)).toThrow(RefusedArgument);
});
