// least-loaded: the host with the most free memory; of equals, the first.

import { type HostPlacementSpec, best } from './policy.ts';

export const LEAST_LOADED: HostPlacementSpec = {
  name: 'least-loaded',
  sentence: 'A container goes to the host with the most free memory.',
  create: () => ({ choose: (rooms) => best(rooms, ({ freeFrames }) => freeFrames) }),
};
