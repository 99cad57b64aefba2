// What a system under comparison implements. Systems decide where containers live and what happens to memory; time and
// the choice of warm or cold are replay's.

import type { Counts, HostMemory, MicroVm, Operations } from '../vmm/index.ts';
import type { Container } from './container.ts';
import type { FunctionProfile } from './function-profile.ts';
import type { Contended, SystemContext } from './machine.ts';

/**
 * Parts of a start-up, in order. `contention`: what a VM's start takes longer because of others on its host. `parent`:
 * the VM starts that it is forked from. `wait`: the VM chosen is still starting, or gives memory back. `zone`: blocks of the container's
 * zone come. `resume`: the VM chosen is suspended, and goes on. `grow`: memory comes to the VM, by its device. `memory`: faults of the container's start.
 */
export const START_STEPS = [
  'contention',
  'parent',
  'vmm',
  'kernel',
  'agent',
  'clone',
  'cloneMemory',
  'wait',
  'resume',
  'zone',
  'grow',
  'container',
  'runtime',
  'memory',
] as const;

export type StartStep = (typeof START_STEPS)[number];

/** A VM that a container's VM is forked from. */
export interface Parent {
  /** By the run's clock, from now. */
  readonly readyInNs: number;
  /** By how much it was late because of others: of the start that it was booted for. */
  readonly contended?: Contended | undefined;
}

/** What starting a container took. */
export interface Start {
  /** Ready for its first call. */
  readonly container: Container;
  /** The VM was started for it; its own start is in `vm.startOperations` and `vm.startCounts`. */
  readonly newVm: boolean;
  /** By step, after the VM's. */
  readonly operations: Readonly<Record<string, Operations>>;
  /** What it took in the guest's memory. */
  readonly counts: Counts;
  /** How long its VM could not begin with it, by the run's clock, when that runs already. */
  readonly waitNs?: number;
  /** The VM that its own is forked from, if that was booted for it or is still starting. */
  readonly parent?: Parent | undefined;
}

/** What the host asked a VM for. */
export interface Asked {
  /** Frames that it asked for, and those that came: where a mechanism cannot tell, whether they had memory behind them or not. */
  readonly askedFrames: number;
  readonly gotFrames: number;
}

/** What ending a container took, and what was asked and came back at once from the VM that goes on. */
export interface Stop extends Asked {
  /** Operations that have a price. */
  readonly operations: Operations;
  /** What it took in the guest's memory. */
  readonly counts: Counts;
}

/** Work of a VM's devices, or a request to them that has ended. */
export interface Work {
  readonly operations: Operations;
  readonly counts: Counts;
}

/** What the devices of a VM did by themselves: no start and no call waited for it. */
export interface DeviceWork extends Work {
  /** A request that ended with it, and all that it took, this included. */
  readonly request?: Asked & Work;
}

/** The same, and whose devices they were. */
export interface VmWork extends DeviceWork {
  readonly vm: MicroVm;
}

/** A request of the host to an idle container, as it ended. */
export interface IdleReclaim extends Asked {
  /** The VM that was asked. */
  readonly vm: MicroVm;
  /** Work came first, or the container's end. */
  readonly isCancelled: boolean;
  /** What it took, besides the release. */
  readonly operations: Operations;
}

/**
 * A way of running containers in VMs, under comparison. Replay asks it to start and stop them; what it takes is told in
 * counts and operations, never in time.
 */
export interface ServerlessSystem {
  /** The host whose account is measured. */
  readonly host: HostMemory;
  /** A container for the function, in a new VM or in one that runs. Throws HostOutOfMemory, GuestOutOfMemory. */
  start(profile: FunctionProfile): Start;
  /** Ends a container, and its VM when the system has no more use for it. */
  stop(container: Container): Stop;
  /** Whether the next container of a function would start in a VM that runs. */
  hasRoom(profile: FunctionProfile): boolean;
  /** The host ends a VM, whatever runs in it. */
  kill(vm: MicroVm): void;
  /** Requests to idle containers that ended since the last time. Without this the system makes none. */
  takeIdleReclaims?(): readonly IdleReclaim[];
  /** What devices did by themselves since the last time. */
  takeWork?(): readonly VmWork[];
  /**
   * A VM whose containers are idle gives back what it can spare. What it was asked for and what came at once: what comes later is
   * told as work or as idle reclaim. Without this its VMs cannot be parked.
   */
  park?(vm: MicroVm): Asked;
  /** A parked VM is about to work: it has back what it needs for that. */
  unpark?(vm: MicroVm): void;
  /** VMs that run, in the order in which they were started. */
  vms(): Iterable<MicroVm>;
}

/** Settings of a machine that only some systems look at. */
export type MachineSetting =
  | 'placement'
  | 'containersPerVm'
  | 'containerFramesPerVm'
  | 'cpusPerVm'
  | 'growth'
  | 'idleReclaimMs';

/** What all systems of many containers a VM look at. */
export const SHARED_SETTINGS: readonly MachineSetting[] = [
  'placement',
  'containersPerVm',
  'containerFramesPerVm',
  'cpusPerVm',
];

/** An entry of the list of systems. */
export interface SystemSpec {
  /** For `--system`. */
  readonly name: string;
  /** One sentence for `guestmem systems`. */
  readonly sentence: string;
  /** Where its mechanism is described. */
  readonly source: string;
  /** What it does not do, or does otherwise than its source. */
  readonly limits: string;
  /** Which of these settings it looks at; none if not said. */
  readonly reads?: readonly MachineSetting[];
  /** Why its VMs cannot be parked (`--idle park`). */
  readonly noPark?: string;
  /** On an empty host. */
  create(context: SystemContext): ServerlessSystem;
  /** The same with what stands after `NAME:`; without it there is nothing to choose. Wrong text is an ArgumentError. */
  with?(argument: string): SystemSpec;
}
