import { describe, expect, it } from 'vitest';

import { ArgumentError } from '../../../../src/serverless/argument.ts';
import { PREDICTED } from '../../../../src/serverless/growth/predicted.ts';

/** A policy that has seen zones of 1 to 10 blocks of a function. */
function learned(argument?: string): ReturnType<typeof PREDICTED.create> {
  const policy = PREDICTED.create(argument);
  for (let blocks = 10; blocks >= 1; blocks--) policy.observe('f', blocks);
  return policy;
}

const of = (share: string): number => learned(share).firstBlocks('f', 100);

describe('a zone', () => {
  it('begins with what nine in ten of its function’s earlier zones came to', () => {
    expect(learned().firstBlocks('f', 100)).toBe(9);
  });

  it('begins with what another share of them came to, where one is named', () => {
    expect([of('0.5'), of('.5'), of('1'), of('0.01')]).toEqual([5, 5, 10, 1]);
  });

  it('of a function that never ran begins with 8 blocks, and never with more than its limit', () => {
    expect([learned().firstBlocks('g', 100), learned().firstBlocks('g', 3)]).toEqual([8, 3]);
  });

  it('grows by a block', () => {
    const policy = learned();
    const view = { blocks: 5 } as Parameters<typeof policy.nextBlocks>[0];
    expect(policy.nextBlocks(view)).toBe(1);
  });

  it('is measured by the last 32 zones: what came before is forgotten', () => {
    const policy = PREDICTED.create('1');
    policy.observe('f', 1000);
    for (let i = 0; i < 31; i++) policy.observe('f', 2);
    expect(policy.firstBlocks('f', 5000)).toBe(1000);
    policy.observe('f', 2);
    expect(policy.firstBlocks('f', 5000)).toBe(2);
  });
});

it.each(['', '0', '0.0', '1.1', '2', '-0.5', '90', '0.9x', 'NaN', '1e-1'])(
  '%j is no share',
  (text) => {
    expect(() => PREDICTED.create(text)).toThrow(ArgumentError);
    expect(() => PREDICTED.create(text)).toThrow('expected a share above 0 and up to 1');
  },
);
