import { expect, it } from 'vitest';

import { ArgumentError } from '../../../../src/serverless/argument.ts';
import { STEP } from '../../../../src/serverless/growth/step.ts';

it('begins with as many blocks as are named, one without a number, and no more than the limit', () => {
  const [plain, four] = [STEP.create(), STEP.create('4')];
  expect([plain.firstBlocks('f', 100), four.firstBlocks('f', 100)]).toEqual([1, 4]);
  expect(four.firstBlocks('f', 3)).toBe(3);
});

it('grows by as many each time', () => {
  const policy = STEP.create('4');
  const next = (blocks: number): number =>
    policy.nextBlocks({ blocks } as Parameters<typeof policy.nextBlocks>[0]);
  expect([next(4), next(8)]).toEqual([4, 4]);
});

it('refuses what is no number of blocks', () => {
  expect(() => STEP.create('0')).toThrow(ArgumentError);
});
