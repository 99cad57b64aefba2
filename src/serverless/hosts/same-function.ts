// same-function: the host that has the most containers of the function, whose VMs and files it may share; of equals, the first.

import { type HostPlacementSpec, best } from './policy.ts';

export const SAME_FUNCTION: HostPlacementSpec = {
  name: 'same-function',
  sentence: 'A container goes to the host with the most containers of its function.',
  create: () => ({
    choose: (rooms) => best(rooms, ({ containersOfFunction }) => containersOfFunction),
  }),
};
