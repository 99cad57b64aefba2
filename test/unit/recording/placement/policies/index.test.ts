// The list of placement policies.

import { expect, it } from 'vitest';
import { PAGE_POLICIES } from '../../../../../src/recording/placement/policies/index.ts';

it('every policy has a name of its own and says what it is', () => {
  expect(new Set(PAGE_POLICIES.map(({ name }) => name)).size).toBe(PAGE_POLICIES.length);
  for (const { about } of PAGE_POLICIES) expect(about).not.toBe('');
});
