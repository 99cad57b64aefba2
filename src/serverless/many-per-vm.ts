// MCPV: the containers of one function share VMs, each VM up to a number of containers. A VM starts with its first
// container and ends with its last. How a container's memory is placed and given back is the system's.

import {
  type GuestConfig,
  type HostMemory,
  type MicroVm,
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
import type { IdleReclaim, ServerlessSystem, Start, Stop } from './system.ts';

/** What distinguishes one MCPV system from another. */
export interface MemoryScheme {
  /** The VM for containers of a function. */
  config(machine: MachineConfig, profile: FunctionProfile): GuestConfig;
  /**
   * A VM has started: it is given its devices, which live by the context's clock. What is done for its containers from
   * then on. `ended` hears of memory that the devices took, or did not get, from idle containers.
   */
  attach?(vm: MicroVm, context: SystemContext, ended: (reclaim: IdleReclaim) => void): VmScheme;
}

/** The scheme in one VM. */
export interface VmScheme {
  /** A container is about to start. The zone that its memory comes from; undefined: the kernel's. */
  placed?(profile: FunctionProfile, owner: number): number | undefined;
  /** The host sends calls to a container, or has none for it. */
  readonly dispatched?: ((czone: number, isIdle: boolean) => void) | undefined;
  /** Frames that the host has got back so far. */
  readonly gotFrames?: number;
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
  readonly #context: SystemContext;
  readonly #scheme: MemoryScheme;
  readonly #placement: Placement;
  readonly #vmm: Vmm;
  readonly #byFunction: Map<number, SharedVm[]> = new Map<number, SharedVm[]>();
  readonly #ended: IdleReclaim[] = [];
  #started = 0;

  constructor(context: SystemContext, scheme: MemoryScheme) {
    this.#context = context;
    this.#scheme = scheme;
    this.#placement = context.machine.placement();
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
    const scheme = this.#scheme.attach?.(vm, this.#context, (reclaim) => this.#ended.push(reclaim));
    const capacity = containersPerVm(machine, profile);
    const room: SharedVm = { vm, scheme, capacity, containers: 0 };
    rooms.push(room);
    return room;
  }

  start(profile: FunctionProfile): Start {
    const rooms = this.#vmsOf(profile);
    const found = this.#placement.choose(rooms);
    const room = found ?? this.#startVm(profile, rooms);
    const { vm, scheme } = room;
    const owner = this.#started;
    this.#started += 1;
    room.containers += 1;
    const counts = newCounts();
    vm.stir();
    const czone = scheme?.placed?.(profile, owner);
    const container = new Container(vm, profile, {
      cpu: owner % vm.guest.config.cpus,
      kernelFrames: this.#context.machine.containerKernelFrames,
      czone,
      dispatched: scheme?.dispatched,
    });
    vm.settle(counts);
    const steps = container.startOperations;
    const devices = vm.takeOperations();
    const operations = devices === undefined ? steps : { zone: devices, ...steps };
    return { container, newVm: found === undefined, operations, counts };
  }

  stop(container: Container): Stop {
    const { vm, profile } = container;
    const counts = newCounts();
    const rooms = this.#vmsOf(profile);
    const at = rooms.findIndex((room) => room.vm === vm);
    const room = rooms[at] as SharedVm;
    const gotBefore = room.scheme?.gotFrames ?? 0;
    const askedFrames = container.exit();
    const gotFrames = (room.scheme?.gotFrames ?? 0) - gotBefore;
    room.containers -= 1;
    vm.settle(counts);
    const operations = { containerDestroy: 1, ...vm.takeOperations() };
    if (room.containers > 0) return { operations, counts, askedFrames, gotFrames };
    rooms.splice(at, 1);
    this.#vmm.stop(vm, counts);
    return { operations, counts, askedFrames: 0, gotFrames: 0 };
  }

  takeIdleReclaims(): readonly IdleReclaim[] {
    return this.#ended.splice(0);
  }
}
