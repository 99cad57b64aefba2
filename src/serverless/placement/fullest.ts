// The fullest VM that still has room, so that others can run empty; of equals, the oldest.

import { expectList, expectObject } from '../../check/index.ts';
import type { PlacementSpec, Room } from './policy.ts';

export function fullestWithRoom<T extends Room>(rooms: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const room of expectList('rooms', rooms)) {
    const { containers, capacity } = expectObject('room', room);
    if (containers >= capacity) continue;
    if (best === undefined || containers > best.containers) best = room;
  }
  return best;
}

export const FULLEST: PlacementSpec = {
  name: 'fullest',
  sentence: 'A container goes to the fullest VM of its function that has room.',
  create: () => ({ choose: fullestWithRoom }),
};
