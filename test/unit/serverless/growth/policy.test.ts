import { expect, it } from 'vitest';

import { ArgumentError } from '../../../../src/serverless/argument.ts';
import { blocksOf } from '../../../../src/serverless/growth/policy.ts';

it('a number of blocks is 1 unless one is named', () => {
  expect([blocksOf(undefined), blocksOf('1'), blocksOf('999999')]).toEqual([1, 1, 999_999]);
});

it.each(['', '0', '-1', '01', '1.5', '1e3', '1000000', 'x', ' 1'])('%j is none', (text) => {
  expect(() => blocksOf(text)).toThrow(ArgumentError);
  expect(() => blocksOf(text)).toThrow(
    `expected blocks, 1 to 999999, found ${JSON.stringify(text)}`,
  );
});
