import { expect, it } from 'vitest';

import { linux } from '../../../../../src/recording/placement/policies/linux.ts';
import {
  PAGE_FILE,
  PAGE_KERNEL,
  PAGE_PRIVATE,
} from '../../../../../src/recording/placement/policies/policy.ts';

const place = (use: number): number => linux.place({ use, process: 5, tree: 7 });

it('leaves every page to the kernel', () => {
  expect([place(PAGE_PRIVATE), place(PAGE_FILE), place(PAGE_KERNEL)]).toEqual([0, 0, 0]);
  expect([linux.name, linux.owner]).toEqual(['linux', 'nobody']);
});

it('leaves to the kernel what no container asked for', () => {
  expect(linux.place({ use: PAGE_PRIVATE, process: 0, tree: 0 })).toBe(0);
});
