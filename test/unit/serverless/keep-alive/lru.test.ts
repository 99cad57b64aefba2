import { expect, it } from 'vitest';
import { ArgumentError } from '../../../../src/serverless/index.ts';
import { LRU } from '../../../../src/serverless/keep-alive/lru.ts';

it('keeps containers for ever, has full hosts evict them, and takes no argument', () => {
  const policy = LRU.create();
  expect([policy.keepMs(0, 0), policy.evicts]).toEqual([Infinity, true]);
  expect(() => LRU.create('5m')).toThrow(ArgumentError);
});
