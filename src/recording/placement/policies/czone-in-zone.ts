// Placement czone-in-zone: what czone does, and file pages too go to the zone that asked for them first.

import { expectObject } from '../../../check/index.ts';
import { KERNEL_PLACE, PAGE_KERNEL, type PagePolicy } from './policy.ts';

/**
 * Like czone, with the file pages that a container is the first to read or write in its zone as
 * well.
 */
export const czoneInZone: PagePolicy = {
  name: 'czone-in-zone',
  about: 'a CZone a container, for private memory and files',
  owner: 'tree',
  place: (request) => {
    const { use, tree } = expectObject('request', request);
    return use === PAGE_KERNEL ? KERNEL_PLACE : tree;
  },
};
