// Placement per-process: a CZone a process for its private memory.

import { KERNEL_PLACE, PAGE_PRIVATE, type PagePolicy } from './policy.ts';

/** Each process of a container has a CZone of its own for its private memory. */
export const perProcess: PagePolicy = {
  name: 'per-process',
  about: 'a CZone a process, for private memory',
  owner: 'process',
  place: ({ use, process }) => (use === PAGE_PRIVATE ? process : KERNEL_PLACE),
};
