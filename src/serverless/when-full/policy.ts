// What happens when no host has memory for a container, or a host is short of it while its containers run.

import { FUNCTION, expectShape } from '../../check/index.ts';

/** A host that is short of memory, as a policy may act on it. */
export interface FullHost {
  /** Ends the idle container that was used least recently, and its VM with the last of its containers. Whether there was one. */
  evictOldest(): boolean;
  /** Has the devices of its VMs take so many frames from the guests. Whether any came. */
  askDevices(frames: number): boolean;
  /** Ends the VM that holds the most memory, with all that runs in it. Whether there was one. */
  killLargest(): boolean;
}

const HOST = { evictOldest: FUNCTION, askDevices: FUNCTION, killLargest: FUNCTION } as const;

/** What a policy acts on: callers without types may hand over anything. */
export function expectFullHost(host: FullHost): FullHost {
  return expectShape('host', host, HOST);
}

/** An entry of the list of policies for a full host. Several may be named; each is tried when those before it got nothing. */
export interface WhenFull {
  /** By which it is asked for. */
  readonly name: string;
  /** What it does. */
  readonly sentence: string;
  /** Tries to free so many frames. Whether something was freed; absent: it frees nothing. */
  relieve?(host: FullHost, frames: number): boolean;
  /** A call for which there is no memory waits for it, instead of being refused. */
  readonly waits?: boolean;
}
