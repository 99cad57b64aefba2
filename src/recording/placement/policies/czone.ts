// Placement czone: a CZone a container for its private memory.

import { expectObject } from '../../../check/index.ts';
import { KERNEL_PLACE, PAGE_PRIVATE, type PagePolicy } from './policy.ts';

/**
 * Each container has a CZone for its private memory; files and kernel memory, which outlive it,
 * stay outside.
 */
export const czone: PagePolicy = {
  name: 'czone',
  about: 'a CZone a container, for private memory',
  owner: 'tree',
  place: (request) => {
    const { use, tree } = expectObject('request', request);
    return use === PAGE_PRIVATE ? tree : KERNEL_PLACE;
  },
};
