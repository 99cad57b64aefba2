import { expect, it } from 'vitest';

import { czone } from '../../../../../src/recording/placement/policies/czone.ts';
import {
  PAGE_FILE,
  PAGE_KERNEL,
  PAGE_PRIVATE,
} from '../../../../../src/recording/placement/policies/policy.ts';

const place = (use: number): number => czone.place({ use, process: 5, tree: 7 });

it('gives private memory to the container’s zone, and nothing that outlives it', () => {
  expect([place(PAGE_PRIVATE), place(PAGE_FILE), place(PAGE_KERNEL)]).toEqual([7, 0, 0]);
  expect([czone.name, czone.owner]).toEqual(['czone', 'tree']);
});

it('leaves to the kernel what no container asked for', () => {
  expect(czone.place({ use: PAGE_PRIVATE, process: 0, tree: 0 })).toBe(0);
});
