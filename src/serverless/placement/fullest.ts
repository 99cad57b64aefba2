// The fullest VM that still has room, so that others can run empty; of equals, the oldest.

import { type PlacementSpec, type Room, expectRooms } from './policy.ts';

export function fullestWithRoom<T extends Room>(rooms: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const room of expectRooms(rooms)) {
    if (room.containers >= room.capacity) continue;
    if (best === undefined || room.containers > best.containers) best = room;
  }
  return best;
}

export const FULLEST: PlacementSpec = {
  name: 'fullest',
  sentence: 'A container goes to the fullest VM of its function that has room.',
  create: () => ({ choose: fullestWithRoom }),
};
