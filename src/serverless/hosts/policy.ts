// Which of several hosts gets the next container. A policy sees how full hosts are, and whether they have its function.

import { expectList, expectObject } from '../../check/index.ts';

export interface HostRoom {
  /** Containers on the host, and those of the function that is placed. */
  readonly containers: number;
  readonly containersOfFunction: number;
  /** Memory that nobody holds. */
  readonly freeFrames: number;
}

/** Says which host gets the next container. */
export interface HostPlacement {
  /** One of the hosts that have room, in their order; undefined: there is none. */
  choose<T extends HostRoom>(rooms: readonly T[]): T | undefined;
}

/** An entry of the list of policies for hosts. */
export interface HostPlacementSpec {
  /** By which it is asked for. */
  readonly name: string;
  /** What it does. */
  readonly sentence: string;
  /** A policy for one run of one system. */
  create(): HostPlacement;
}

/** What a policy chooses from: callers without types may hand over anything. */
export function expectHosts<T extends HostRoom>(rooms: readonly T[]): readonly T[] {
  for (const room of expectList('rooms', rooms)) expectObject('room', room);
  return rooms;
}

/** The first of the rooms with the largest score. */
export function best<T>(rooms: readonly T[], score: (room: T) => number): T | undefined {
  let found: T | undefined;
  let most = -Infinity;
  for (const room of rooms) {
    const its = score(room);
    if (its <= most) continue;
    most = its;
    found = room;
  }
  return found;
}
