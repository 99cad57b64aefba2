// The emptiest VM that has room, so that containers of a function are spread; of equals, the oldest.

import { expectList, expectObject } from '../../check/index.ts';
import type { PlacementSpec, Room } from './policy.ts';

export function emptiestWithRoom<T extends Room>(rooms: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const room of expectList('rooms', rooms)) {
    const { containers, capacity } = expectObject('room', room);
    if (containers >= capacity) continue;
    if (best === undefined || containers < best.containers) best = room;
  }
  return best;
}

export const EMPTIEST: PlacementSpec = {
  name: 'emptiest',
  sentence: 'A container goes to the emptiest VM of its function that has room.',
  create: () => ({ choose: emptiestWithRoom }),
};
