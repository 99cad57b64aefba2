import { expect, it } from 'vitest';

import { ArgumentError } from '../../../../src/serverless/argument.ts';
import { DOUBLING } from '../../../../src/serverless/growth/doubling.ts';

it('begins with as many blocks as are named, one without a number, and no more than the limit', () => {
  const [plain, four] = [DOUBLING.create(), DOUBLING.create('4')];
  expect([plain.firstBlocks('f', 100), four.firstBlocks('f', 100)]).toEqual([1, 4]);
  expect(four.firstBlocks('f', 3)).toBe(3);
});

it('doubles each time', () => {
  const policy = DOUBLING.create('4');
  const next = (blocks: number): number =>
    policy.nextBlocks({ blocks } as Parameters<typeof policy.nextBlocks>[0]);
  expect([next(1), next(8)]).toEqual([1, 8]);
});

it('refuses what is no number of blocks', () => {
  expect(() => DOUBLING.create('0')).toThrow(ArgumentError);
});
