// Which VM of a function gets its next container. A policy sees how full VMs are, and nothing of what is in them.

import { expectList, expectObject } from '../../check/index.ts';

/** A VM with room for containers. */
export interface Room {
  readonly containers: number;
  readonly capacity: number;
  /** Containers that it has had at one time. */
  readonly most: number;
}

/** Which VM of a function gets its next container. */
export interface Placement {
  /** One with fewer containers than its capacity, of the function's VMs in the order of their start; undefined: a new VM is started. */
  choose<T extends Room>(rooms: readonly T[]): T | undefined;
}

/** An entry of the list of placement policies. */
export interface PlacementSpec {
  /** For `--placement`. */
  readonly name: string;
  /** One sentence for `guestmem systems`; says what may stand after `name:`. */
  readonly sentence: string;
  /** A policy for one system, by what stands after `name:`, if anything does. Throws ArgumentError. */
  create(argument?: string): Placement;
}

/** What a policy chooses from: callers without types may hand over anything. */
export function expectRooms<T extends Room>(rooms: readonly T[]): readonly T[] {
  for (const room of expectList('rooms', rooms)) expectObject('room', room);
  return rooms;
}
