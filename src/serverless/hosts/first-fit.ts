// first-fit: the first host that has room, so that the last ones stay empty.

import { type HostPlacementSpec, type HostRoom, expectHosts } from './policy.ts';

export function firstFit<T extends HostRoom>(rooms: readonly T[]): T | undefined {
  return expectHosts(rooms)[0];
}

export const FIRST_FIT: HostPlacementSpec = {
  name: 'first-fit',
  sentence: 'A container goes to the first host that has memory for it.',
  create: () => ({ choose: firstFit }),
};
