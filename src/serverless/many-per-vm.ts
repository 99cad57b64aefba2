// MCPV: the containers of one function share VMs, each VM up to a number of containers. A VM starts with its first
// container and ends with its last. How a container's memory is placed and given back is the system's.

import type { Clock } from '../time/index.ts';
import {
  type Counts,
  type FrameRange,
  type GuestConfig,
  type HostMemory,
  type MicroVm,
  type Operations,
  type Vmm,
  newCounts,
} from '../vmm/index.ts';
import { Container } from './container.ts';
import type { FunctionProfile } from './function-profile.ts';
import { type MachineConfig, containersPerVm, hostOf } from './machine.ts';
import { fullestWithRoom } from './placement.ts';
import type { IdleReclaim, ServerlessSystem, Start, Stop } from './system.ts';

/** What distinguishes one MCPV system from another. */
export interface MemoryScheme {
  config(machine: MachineConfig, profile: FunctionProfile): GuestConfig;
  /** A VM has started. */
  prepare?(vm: MicroVm, machine: MachineConfig): void;
  /** Makes the container's zone; undefined: its memory comes from the kernel's zones. */
  makeZone?(vm: MicroVm, profile: FunctionProfile, owner: number): ZoneStart;
  /** A container has exited and left ranges without use. */
  giveBack?(vm: MicroVm, ranges: readonly FrameRange[], counts: Counts): GivenBack;
  /** See ServerlessSystem. */
  readonly reclaimIdle?: (container: Container) => IdleReclaim | undefined;
}

export interface ZoneStart {
  readonly czone: number;
  readonly operations: Operations;
}

export interface GivenBack {
  readonly operations: Operations;
  readonly askedFrames: number;
  readonly gotFrames: number;
}

interface SharedVm {
  readonly vm: MicroVm;
  readonly capacity: number;
  containers: number;
}

export class ManyPerVm implements ServerlessSystem {
  readonly reclaimIdle: ServerlessSystem['reclaimIdle'];
  readonly #machine: MachineConfig;
  readonly #scheme: MemoryScheme;
  readonly #vmm: Vmm;
  readonly #byFunction: Map<number, SharedVm[]> = new Map<number, SharedVm[]>();
  #started = 0;

  constructor(machine: MachineConfig, clock: Clock, scheme: MemoryScheme) {
    this.#machine = machine;
    this.#scheme = scheme;
    this.reclaimIdle = scheme.reclaimIdle;
    this.#vmm = hostOf(machine, clock);
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
    const vm = this.#vmm.start(this.#scheme.config(this.#machine, profile), true);
    this.#scheme.prepare?.(vm, this.#machine);
    const capacity = containersPerVm(this.#machine, profile);
    const room: SharedVm = { vm, capacity, containers: 0 };
    rooms.push(room);
    return room;
  }

  start(profile: FunctionProfile): Start {
    const rooms = this.#vmsOf(profile);
    const found = fullestWithRoom(rooms);
    const room = found ?? this.#startVm(profile, rooms);
    const { vm } = room;
    const owner = this.#started;
    this.#started += 1;
    room.containers += 1;
    const counts = newCounts();
    const zone = this.#scheme.makeZone?.(vm, profile, owner);
    const container = new Container(vm, profile, {
      cpu: owner % vm.guest.config.cpus,
      kernelFrames: this.#machine.containerKernelFrames,
      czone: zone?.czone,
    });
    vm.settle(counts);
    const steps = container.startOperations;
    const operations = zone === undefined ? steps : { zone: zone.operations, ...steps };
    return { container, newVm: found === undefined, operations, counts };
  }

  stop(container: Container): Stop {
    const { vm, profile } = container;
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
    const given = this.#scheme.giveBack?.(vm, ranges, counts);
    vm.settle(counts);
    if (given === undefined) return { operations: ended, counts, askedFrames: 0, gotFrames: 0 };
    return { ...given, operations: { ...ended, ...given.operations }, counts };
  }
}
