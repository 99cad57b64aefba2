// same-function: the host that has the most containers of the function, whose VMs and files it may share; of equals, the first.

import { type HostPlacementSpec, type HostRoom, best, expectHosts } from './policy.ts';

export function sameFunction<T extends HostRoom>(rooms: readonly T[]): T | undefined {
  return best(expectHosts(rooms), ({ containersOfFunction }) => containersOfFunction);
}

export const SAME_FUNCTION: HostPlacementSpec = {
  name: 'same-function',
  sentence: 'A container goes to the host with the most containers of its function.',
  create: () => ({ choose: sameFunction }),
};
