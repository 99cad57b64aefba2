// Placement per-process: a CZone a process for its private memory.

import { expectObject } from '../../../check/index.ts';
import { KERNEL_PLACE, PAGE_PRIVATE, type PagePolicy } from './policy.ts';

/** Each process of a container has a CZone of its own for its private memory. */
export const perProcess: PagePolicy = {
  name: 'per-process',
  about: 'a CZone a process, for private memory',
  owner: 'process',
  place: (request) => {
    const { use, process } = expectObject('request', request);
    return use === PAGE_PRIVATE ? process : KERNEL_PLACE;
  },
};
