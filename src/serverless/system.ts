// What a system under comparison implements. Systems decide where containers live and what happens to memory; time and
// the choice of warm or cold are replay's.

import type { Counts, HostMemory, MicroVm, Operations } from '../vmm/index.ts';
import type { Container } from './container.ts';
import type { FunctionProfile } from './function-profile.ts';
import type { SystemContext } from './machine.ts';

/** Parts of a start-up, in order. `wait`: the VM chosen is still starting. `memory`: faults of the container's start. */
export const START_STEPS = [
  'vmm',
  'kernel',
  'agent',
  'clone',
  'cloneMemory',
  'wait',
  'zone',
  'container',
  'runtime',
  'memory',
] as const;

export type StartStep = (typeof START_STEPS)[number];

/** What starting a container took. */
export interface Start {
  readonly container: Container;
  /** The VM was started for it; its own start is in `vm.startOperations` and `vm.startCounts`. */
  readonly newVm: boolean;
  /** By step, after the VM's. */
  readonly operations: Readonly<Record<string, Operations>>;
  readonly counts: Counts;
}

/** What ending a container took, and what came back to the host from the VM that goes on. */
export interface Stop {
  readonly operations: Operations;
  readonly counts: Counts;
  /** Backed frames that the host asked back. */
  readonly askedFrames: number;
  readonly gotFrames: number;
}

/** A request of the host to an idle container, as it ended. */
export interface IdleReclaim {
  readonly vm: MicroVm;
  /** Work came first, or the container's end. */
  readonly isCancelled: boolean;
  /** Frames that the guest offered and the host was done with, and those that it got of them. */
  readonly askedFrames: number;
  readonly gotFrames: number;
  /** What it took, besides the release. */
  readonly operations: Operations;
}

export interface ServerlessSystem {
  readonly host: HostMemory;
  start(profile: FunctionProfile): Start;
  stop(container: Container): Stop;
  /** Whether the next container of a function would start in a VM that runs. */
  hasRoom(profile: FunctionProfile): boolean;
  /** The host ends a VM, whatever runs in it. */
  kill(vm: MicroVm): void;
  /** Requests to idle containers that ended since the last time. Without this the system makes none. */
  takeIdleReclaims?(): readonly IdleReclaim[];
  /** VMs that run, in the order in which they were started. */
  vms(): Iterable<MicroVm>;
}

/** An entry of the list of systems. */
export interface SystemSpec {
  readonly name: string;
  /** One sentence for `guestmem systems`. */
  readonly sentence: string;
  /** On an empty host. */
  create(context: SystemContext): ServerlessSystem;
}
