import { expect, it } from 'vitest';

import { perProcess } from '../../../../../src/recording/placement/policies/per-process.ts';
import {
  PAGE_FILE,
  PAGE_KERNEL,
  PAGE_PRIVATE,
} from '../../../../../src/recording/placement/policies/policy.ts';

const place = (use: number): number => perProcess.place({ use, process: 5, tree: 7 });

it('gives private memory to the zone of its process', () => {
  expect([place(PAGE_PRIVATE), place(PAGE_FILE), place(PAGE_KERNEL)]).toEqual([5, 0, 0]);
  expect([perProcess.name, perProcess.owner]).toEqual(['per-process', 'process']);
});

it('leaves to the kernel what no container asked for', () => {
  expect(perProcess.place({ use: PAGE_PRIVATE, process: 0, tree: 0 })).toBe(0);
});
