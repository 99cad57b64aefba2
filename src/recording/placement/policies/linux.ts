// Placement linux: what the recorded kernel did.

import { KERNEL_PLACE, type PagePolicy } from './policy.ts';

/** The recorded kernel's own placement. */
export const linux: PagePolicy = {
  name: 'linux',
  about: 'kernel zones only, as recorded',
  owner: 'nobody',
  place: () => KERNEL_PLACE,
};
