import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { type ShrinkView, shrinkBetween } from '../../../../src/guest/index.ts';

const zone = (freeBlocks: number): ShrinkView => ({
  key: 'f',
  blocks: 10,
  limitBlocks: 99,
  freeBlocks,
  peakBlocks: 10,
  idleSinceNs: undefined,
});

it('a zone keeps what it has until more than the high mark is free, and then goes down to the low mark', () => {
  const policy = shrinkBetween({ high: 0.3, low: 0.1 });
  expect(policy.name).toBe('hysteresis-0.3-0.1');
  expect([0, 3, 4, 10].map((free) => policy.blocksToGive(zone(free), 0))).toEqual([0, 0, 3, 9]);
});

it.each([{ high: 0.1, low: 0.3 }, { high: 2, low: 0 }, { high: 1, low: -1 }, {}, null])(
  'marks are shares, the low one not above the high one: not %j',
  (wrong) => {
    expect(() => shrinkBetween(wrong as never)).toThrow(RefusedArgument);
  },
);

it.each([undefined, null, 5n])('a zone that shrinks is one, which %s is not', (wrong) => {
  expect(() => shrinkBetween({ high: 1, low: 0 }).blocksToGive(wrong as never, 5)).toThrow(
    RefusedArgument,
  );
});
