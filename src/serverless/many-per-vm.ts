// MCPV: the containers of one function share VMs, each VM up to a number of containers. A VM starts with its first
// container and ends with its last. How a container's memory is placed and given back is the system's.

import {
  type Counts,
  type FrameRange,
  type GuestConfig,
  type HostMemory,
  type MicroVm,
  type Operations,
  type Vmm,
  memoryFor,
  newCounts,
} from '../vmm/index.ts';
import { Container } from './container.ts';
import type { FunctionProfile } from './function-profile.ts';
import {
  type VmSize,
  type MachineConfig,
  type SystemContext,
  containerFrames,
  containersPerVm,
  guestOf,
  hostOf,
  systemFrames,
} from './machine.ts';
import type { Placement } from './placement/index.ts';
import type { ServerlessSystem, Start, Stop } from './system.ts';

/** What distinguishes one MCPV system from another. */
export interface MemoryScheme {
  /** The VM for containers of a function. */
  config(machine: MachineConfig, profile: FunctionProfile): GuestConfig;
  /** A VM has started: it is given its devices, which live by the context's clock. What is done for its containers from then on. */
  attach?(vm: MicroVm, context: SystemContext): VmScheme;
  /** See ServerlessSystem. */
  readonly reclaimIdle?: ServerlessSystem['reclaimIdle'];
}

/** The scheme in one VM. */
export interface VmScheme {
  /** A container is about to start. */
  placed?(profile: FunctionProfile, owner: number): Placed;
  /** A container has exited, and the VM goes on. What that took is added to `counts`. */
  left?(exit: Exit, counts: Counts): GivenBack;
}

export interface Placed {
  /** The zone that its memory comes from; undefined: the kernel's. */
  readonly czone?: number | undefined;
  readonly operations: Operations;
}

export interface Exit {
  /** What the container's zone was. */
  readonly ranges: readonly FrameRange[];
  /** Frames of its own that the container held. */
  readonly heldFrames: number;
}

export interface GivenBack {
  readonly operations: Operations;
  readonly askedFrames: number;
  readonly gotFrames: number;
}

/** Virtual CPUs of a VM for many containers. */
const CPUS = 4;

/** A VM for as many containers of a function as share one. */
export function sharedVm(
  machine: MachineConfig,
  profile: FunctionProfile,
  size: Omit<VmSize, 'cpus' | 'processes'>,
): GuestConfig {
  const processes = containersPerVm(machine, profile);
  return guestOf(machine, { ...size, cpus: CPUS, processes });
}

/** Frames that such a VM needs besides the containers' own: guest OS, the function's files, the containers' kernel memory. */
export function sharedFrames(machine: MachineConfig, profile: FunctionProfile): number {
  const kernel = containersPerVm(machine, profile) * containerFrames(machine, profile);
  return systemFrames(machine) + profile.fileFrames + kernel;
}

/** A VM with all the memory that its containers may ever need, in the kernel's own zones. */
export function staticConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const containers = containersPerVm(machine, profile) * profile.limitFrames;
  const memoryFrames = memoryFor(sharedFrames(machine, profile) + containers);
  return sharedVm(machine, profile, { memoryFrames });
}

interface SharedVm {
  readonly vm: MicroVm;
  readonly scheme: VmScheme | undefined;
  readonly capacity: number;
  containers: number;
}

export class ManyPerVm implements ServerlessSystem {
  readonly reclaimIdle: ServerlessSystem['reclaimIdle'];
  readonly #context: SystemContext;
  readonly #scheme: MemoryScheme;
  readonly #placement: Placement;
  readonly #vmm: Vmm;
  readonly #byFunction: Map<number, SharedVm[]> = new Map<number, SharedVm[]>();
  #started = 0;

  constructor(context: SystemContext, scheme: MemoryScheme) {
    this.#context = context;
    this.#scheme = scheme;
    this.#placement = context.machine.placement();
    this.reclaimIdle = scheme.reclaimIdle;
    this.#vmm = hostOf(context);
  }

  get host(): HostMemory {
    return this.#vmm.host;
  }

  vms(): Iterable<MicroVm> {
    return this.#vmm.vms;
  }

  #vmsOf(profile: FunctionProfile): SharedVm[] {
    const known = this.#byFunction.get(profile.id);
    if (known !== undefined) return known;
    const made: SharedVm[] = [];
    this.#byFunction.set(profile.id, made);
    return made;
  }

  #startVm(profile: FunctionProfile, rooms: SharedVm[]): SharedVm {
    const { machine } = this.#context;
    const vm = this.#vmm.start(this.#scheme.config(machine, profile), true);
    const scheme = this.#scheme.attach?.(vm, this.#context);
    const capacity = containersPerVm(machine, profile);
    const room: SharedVm = { vm, scheme, capacity, containers: 0 };
    rooms.push(room);
    return room;
  }

  start(profile: FunctionProfile): Start {
    const rooms = this.#vmsOf(profile);
    const found = this.#placement.choose(rooms);
    const room = found ?? this.#startVm(profile, rooms);
    const { vm } = room;
    const owner = this.#started;
    this.#started += 1;
    room.containers += 1;
    const counts = newCounts();
    const placed = room.scheme?.placed?.(profile, owner);
    const container = new Container(vm, profile, {
      cpu: owner % vm.guest.config.cpus,
      kernelFrames: this.#context.machine.containerKernelFrames,
      czone: placed?.czone,
    });
    vm.settle(counts);
    const steps = container.startOperations;
    const operations = placed === undefined ? steps : { zone: placed.operations, ...steps };
    return { container, newVm: found === undefined, operations, counts };
  }

  stop(container: Container): Stop {
    const { vm, profile, heldFrames } = container;
    const counts = newCounts();
    const ranges = container.exit();
    const rooms = this.#vmsOf(profile);
    const at = rooms.findIndex((room) => room.vm === vm);
    const room = rooms[at] as SharedVm;
    room.containers -= 1;
    const ended = { containerDestroy: 1 };
    if (room.containers === 0) {
      rooms.splice(at, 1);
      this.#vmm.stop(vm, counts);
      return { operations: ended, counts, askedFrames: 0, gotFrames: 0 };
    }
    const given = room.scheme?.left?.({ ranges, heldFrames }, counts);
    vm.settle(counts);
    if (given === undefined) return { operations: ended, counts, askedFrames: 0, gotFrames: 0 };
    return { ...given, operations: { ...ended, ...given.operations }, counts };
  }
}
