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

/** Memory of an idle container on its way to the host: off the guest's lists, and not taken yet. */
export interface ReclaimRound {
  /** Backed frames that it is about. */
  readonly askedFrames: number;
  /** What taking them takes, besides their release. */
  readonly operations: Operations;
  /** What cancelling took. */
  readonly cancelOperations: Operations;
  /** The host takes them. How many it got. */
  finish(counts: Counts): number;
  /** Work has arrived before that: the container has them again, as they were. */
  cancel(): void;
}

export interface ServerlessSystem {
  readonly host: HostMemory;
  start(profile: FunctionProfile): Start;
  stop(container: Container): Stop;
  /**
   * Asks an idle container for what it has free and backed, a message's worth at a time. Undefined: there is no more.
   * Without this the system takes nothing from containers that live.
   */
  readonly reclaimIdle?: ((container: Container) => ReclaimRound | undefined) | undefined;
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
