// Which VM of a function gets its next container.

/** A VM with room for containers. */
export interface Room {
  readonly containers: number;
  readonly capacity: number;
}

/** The fullest that still has room, so that others can run empty; of equals, the oldest. */
export function fullestWithRoom<T extends Room>(rooms: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const room of rooms) {
    if (room.containers >= room.capacity) continue;
    if (best === undefined || room.containers > best.containers) best = room;
  }
  return best;
}
