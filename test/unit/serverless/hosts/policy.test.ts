import { expect, it } from 'vitest';
import { HOST_PLACEMENTS } from '../../../../src/serverless/hosts/index.ts';
import { best } from '../../../../src/serverless/hosts/policy.ts';

it('of equals the first is best, and of none there is none', () => {
  expect(best([1, 5, 3, -5], Math.abs)).toBe(5);
  expect(best([], () => 1)).toBeUndefined();
});

it.each(HOST_PLACEMENTS)('$name has a sentence, and chooses nothing of no hosts', (spec) => {
  expect(spec.sentence).toMatch(/^[A-Z].*\.$/);
  expect(spec.create().choose([])).toBeUndefined();
});
