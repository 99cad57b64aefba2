// least-loaded: the host with the most free memory; of equals, the first.

import { type HostPlacementSpec, type HostRoom, best, expectHosts } from './policy.ts';

export function leastLoaded<T extends HostRoom>(rooms: readonly T[]): T | undefined {
  return best(expectHosts(rooms), ({ freeFrames }) => freeFrames);
}

export const LEAST_LOADED: HostPlacementSpec = {
  name: 'least-loaded',
  sentence: 'A container goes to the host with the most free memory.',
  create: () => ({ choose: leastLoaded }),
};
