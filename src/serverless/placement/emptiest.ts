// The emptiest VM that has room, so that containers of a function are spread; of equals, the oldest.

import { type PlacementSpec, type Room, expectRooms } from './policy.ts';

export function emptiestWithRoom<T extends Room>(rooms: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const room of expectRooms(rooms)) {
    if (room.containers >= room.capacity) continue;
    if (best === undefined || room.containers < best.containers) best = room;
  }
  return best;
}

export const EMPTIEST: PlacementSpec = {
  name: 'emptiest',
  sentence: 'A container goes to the emptiest VM of its function that has room.',
  create: () => ({ choose: emptiestWithRoom }),
};
