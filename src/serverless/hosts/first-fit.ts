// first-fit: the first host that has room, so that the last ones stay empty.

import type { HostPlacementSpec } from './policy.ts';

export const FIRST_FIT: HostPlacementSpec = {
  name: 'first-fit',
  sentence: 'A container goes to the first host that has memory for it.',
  create: () => ({ choose: (rooms) => rooms[0] }),
};
