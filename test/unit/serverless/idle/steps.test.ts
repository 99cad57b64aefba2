import { expect, it } from 'vitest';
import { Steps } from '../../../../src/serverless/idle/steps.ts';

it('has the ways of its steps, and the same steps for every function', () => {
  const policy = new Steps([
    { way: 'park', afterMs: 10 },
    { way: 'suspend', afterMs: 20 },
  ]);
  expect(policy.ways).toEqual(['park', 'suspend']);
  expect(policy.steps().map(({ afterMs }) => afterMs)).toEqual([10, 20]);
});
