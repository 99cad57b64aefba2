import { expect, it } from 'vitest';

import { czoneInZone } from '../../../../../src/recording/placement/policies/czone-in-zone.ts';
import {
  PAGE_FILE,
  PAGE_KERNEL,
  PAGE_PRIVATE,
} from '../../../../../src/recording/placement/policies/policy.ts';

const place = (use: number): number => czoneInZone.place({ use, process: 5, tree: 7 });

it('gives a container’s zone its files as well', () => {
  expect([place(PAGE_PRIVATE), place(PAGE_FILE), place(PAGE_KERNEL)]).toEqual([7, 7, 0]);
  expect([czoneInZone.name, czoneInZone.owner]).toEqual(['czone-in-zone', 'tree']);
});

it('leaves to the kernel what no container asked for', () => {
  expect(czoneInZone.place({ use: PAGE_PRIVATE, process: 0, tree: 0 })).toBe(0);
});
