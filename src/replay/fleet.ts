// The hosts of one system: each has a system of its own on it. Which host has room for a container is an estimate: what the last
// start of its function took. What a start really takes is known when it is done.

import { bound } from '../graph/index.ts';
import type {
  Container,
  FunctionProfile,
  HostMemory,
  HostPlacement,
  HostRoom,
  MicroVm,
  ServerlessSystem,
  Start,
  VmWork,
} from '../serverless/index.ts';

const NO_WORK: readonly VmWork[] = [];

export class Host implements HostRoom {
  readonly system: ServerlessSystem;
  /** Slots of the containers of each VM. */
  private readonly _slots = new Map<MicroVm, Set<number>>();
  private readonly _ofFunction: Int32Array;
  containers = 0;
  /** Of the function that is being placed. */
  containersOfFunction = 0;

  constructor(system: ServerlessSystem, functions: number) {
    this.system = system;
    this._ofFunction = new Int32Array(functions);
  }

  get memory(): HostMemory {
    return this.system.host;
  }

  get freeFrames(): number {
    return this.memory.capacityFrames - this.memory.heldFrames;
  }

  ofFunction(functionId: number): number {
    return this._ofFunction[functionId] as number;
  }

  /** VMs with containers. */
  get vms(): number {
    return this._slots.size;
  }

  /** Slots of the containers in a VM. */
  slotsOf(vm: MicroVm): readonly number[] {
    return [...(this._slots.get(vm) ?? [])];
  }

  add({ vm, profile: { id } }: Container, slot: number): void {
    const slots = this._slots.get(vm);
    if (slots === undefined) this._slots.set(vm, new Set([slot]));
    else slots.add(slot);
    this._count(id, 1);
  }

  remove({ vm, profile: { id } }: Container, slot: number): void {
    const slots = this._slots.get(vm);
    slots?.delete(slot);
    if (slots?.size === 0) this._slots.delete(vm);
    this._count(id, -1);
  }

  private _count(functionId: number, by: number): void {
    this.containers += by;
    this._ofFunction[functionId] = this.ofFunction(functionId) + by;
  }
}

export class Fleet {
  readonly hosts: readonly Host[];
  private readonly _placement: HostPlacement;
  private readonly _functions: number;
  /** Frames that a start takes in a VM of its own, then those in one that runs, by function; 0: none has been seen. */
  private readonly _needs: Float64Array;
  /** A host holds more than it has. */
  isOver = false;

  constructor(
    systems: readonly ServerlessSystem[],
    config: { functions: number; placement: HostPlacement },
  ) {
    this._functions = config.functions;
    this._placement = config.placement;
    this._needs = new Float64Array(config.functions * 2);
    this.hosts = systems.map((system) => new Host(system, config.functions));
    for (const { memory } of this.hosts) memory.onFull = bound(this, this._noteFull);
  }

  private _noteFull(): void {
    this.isOver = true;
  }

  /** Slots of the containers in a VM of any host. */
  slotsOf(vm: MicroVm): readonly number[] {
    for (const host of this.hosts) {
      const slots = host.slotsOf(vm);
      if (slots.length > 0) return slots;
    }
    return [];
  }

  /** VMs of all hosts. */
  running(): MicroVm[] {
    return this.hosts.flatMap(({ system }) => [...system.vms()]);
  }

  /** What devices did by themselves since the last time. */
  takeWork(): readonly VmWork[] {
    let all = NO_WORK;
    for (let at = 0; at < this.hosts.length; at += 1) {
      const work = this.hosts[at]?.system.takeWork?.() ?? NO_WORK;
      if (work.length > 0) all = all.length === 0 ? work : [...all, ...work];
    }
    return all;
  }

  /** A host with room for a container of the function. */
  place(profile: FunctionProfile): Host | undefined {
    return this._choose(
      profile,
      this.hosts.filter((host) => this.missing(host, profile) <= 0),
    );
  }

  /** The host on which room is made when none has any: one that could ever have it. */
  toRelieve(profile: FunctionProfile): Host | undefined {
    return this._choose(
      profile,
      this.hosts.filter(
        (host) => host.containers > 0 && this._need(host, profile) <= host.memory.capacityFrames,
      ),
    );
  }

  /** Whether some host, empty, would have room for a container of the function. */
  fitsEver(profile: FunctionProfile): boolean {
    return this.hosts.some((host) => this._need(host, profile) <= host.memory.capacityFrames);
  }

  /** Frames that a host lacks for a container of the function. */
  missing(host: Host, profile: FunctionProfile): number {
    return Math.ceil(this._need(host, profile) - host.freeFrames);
  }

  /** Starts a container, and remembers what it took. */
  start(host: Host, profile: FunctionProfile): Start {
    const before = host.memory.heldFrames;
    const start = host.system.start(profile);
    const took = host.memory.heldFrames - before + profile.callTemporaryFrames;
    this._needs[this._needOf(profile, start.newVm)] = Math.max(1, took);
    return start;
  }

  private _choose(profile: FunctionProfile, rooms: readonly Host[]): Host | undefined {
    if (rooms.length < 2) return rooms[0];
    for (const host of rooms) host.containersOfFunction = host.ofFunction(profile.id);
    return this._placement.choose(rooms);
  }

  private _needOf({ id }: FunctionProfile, newVm: boolean): number {
    return newVm ? id : this._functions + id;
  }

  private _need(host: Host, profile: FunctionProfile): number {
    const seen = this._needs[this._needOf(profile, !host.system.hasRoom(profile))] as number;
    return seen > 0 ? seen : profile.anonymousFrames + profile.callTemporaryFrames;
  }
}
