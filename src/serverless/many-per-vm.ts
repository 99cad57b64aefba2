// MCPV: the containers of one function share VMs, each VM up to a number of containers. A VM starts with its first
// container and ends with its last. How a container's memory is placed and given back is the system's.

import { bound } from '../graph/index.ts';
import { FUNCTION, HandleEnded, RefusedArgument, expectMade, expectShape } from '../check/index.ts';
import {
  CZONE_DRIVER_FRAMES,
  type Counts,
  type GuestConfig,
  type HostMemory,
  MicroVm,
  type Operations,
  type Process,
  type Vmm,
  fixedMachine,
  hotplugStart,
  memmapFrames,
  memoryFor,
  newCounts,
  wholeBlocks,
} from '../vmm/index.ts';
import { expectProfile, expectSizes } from './bounds.ts';
import { hostOf } from './context.ts';
import { Container } from './container.ts';
import type { FunctionProfile } from './function-profile.ts';
import {
  KILLED,
  type VmSize,
  type MachineConfig,
  type SystemContext,
  containerFrames,
  containersPerVm,
  guestOf,
  systemFrames,
} from './machine.ts';
import type { Placement } from './placement/index.ts';
import {
  type Asked,
  type DeviceWork,
  type IdleReclaim,
  SHARED_SETTINGS,
  type ServerlessSystem,
  type Start,
  type StartStep,
  type Stop,
  type VmWork,
} from './system.ts';

/** What distinguishes one MCPV system from another. */
export interface MemoryScheme {
  /** The VM for containers of a function. */
  config(machine: MachineConfig, profile: FunctionProfile): GuestConfig;
  /** A VM has started: it is given its devices, which live by the context's clock. What is done for its containers from then on. */
  attach?(started: StartedVm): VmScheme;
}

/** A VM that has started for containers of a function. */
export interface StartedVm {
  readonly vm: MicroVm;
  readonly profile: FunctionProfile;
  readonly context: SystemContext;
  /** Hears of memory that the devices took, or did not get, from idle containers. */
  readonly ended: (reclaim: IdleReclaim) => void;
  /** Hears of what the devices did by themselves. */
  readonly worked: (work: DeviceWork) => void;
}

/** The scheme in one VM. */
export interface VmScheme {
  /** A container is about to start. The zone that its memory comes from; undefined: the kernel's. */
  placed?(profile: FunctionProfile, owner: number): number | undefined;
  /** The step of a start in which its devices work; a zone's if not said. */
  readonly step?: StartStep;
  /** How long the VM could not begin with what was placed last. */
  readonly waitNs?: number;
  /** Whose runtime the container placed last goes on with, and what starting that took, by step, when it was started just now. */
  readonly zygote?: Process | undefined;
  /** What had to be done before the container placed last could start, by step. */
  readonly before?: Readonly<Record<string, Operations>> | undefined;
  /** The last container has gone, and the VM ends. */
  emptied?(): void;
  /** A container is there. What of its counts has a price of the mechanism's own is taken out of them. */
  priced?(counts: Counts): Operations;
  /** A container has gone, and others stay. What the host asked the VM for then, and what came at once; undefined: by its zone. */
  left?(): Asked | undefined;
  /** All containers are idle: the guest gives back what it can spare. Without this its VMs cannot be parked. */
  park?(): Asked;
  /** It has back what it needs for calls. */
  unpark?(): void;
  /** The host sends calls to a container, or has none for it. */
  readonly dispatched?: ((czone: number, isIdle: boolean) => void) | undefined;
  /** Frames that the host has got back so far. */
  readonly gotFrames?: number;
}

const NO_WORK: readonly VmWork[] = [];

/** A VM for as many containers of a function as share one. */
export function sharedVm(
  machine: MachineConfig,
  profile: FunctionProfile,
  size: Omit<VmSize, 'cpus' | 'processes'>,
): GuestConfig {
  expectSizes(machine, profile);
  const processes = containersPerVm(machine, profile);
  return guestOf(machine, { ...size, cpus: machine.cpusPerVm, processes });
}

/** Frames that such a VM needs besides the containers' own: guest OS, the function's files, the containers' kernel memory. */
export function sharedFrames(machine: MachineConfig, profile: FunctionProfile): number {
  expectSizes(machine, profile);
  const kernel = containersPerVm(machine, profile) * containerFrames(machine, profile);
  return systemFrames(machine) + profile.fileFrames + kernel;
}

/** A VM with all the memory that its containers may ever need, in the kernel's own zones. */
export function staticConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const shared = sharedFrames(machine, profile);
  const containers = containersPerVm(machine, profile) * profile.limitFrames;
  return sharedVm(machine, profile, { memoryFrames: memoryFor(shared + containers) });
}

/** A container's limit in whole units of a mechanism. */
export function shareOf(profile: FunctionProfile, unitFrames: number): number {
  return Math.ceil(profile.limitFrames / unitFrames) * unitFrames;
}

/** A VM whose own memory holds kernel and files, with room behind it for the shares of all containers to be plugged. */
export function pluggedConfig(
  machine: MachineConfig,
  profile: FunctionProfile,
  unitFrames: number,
): GuestConfig {
  const frames = wholeBlocks(containersPerVm(machine, profile) * shareOf(profile, unitFrames));
  const memoryFrames = memoryFor(sharedFrames(machine, profile) + memmapFrames(frames));
  return sharedVm(machine, profile, {
    memoryFrames,
    hotplugEndFrame: hotplugStart(memoryFrames) + frames,
  });
}

interface ZoneShares {
  readonly blockFrames: number;
  readonly shareFrames: number;
  readonly others?: number;
  /** Whether the region is memory at boot. */
  readonly isBooted?: boolean;
}

/** The same, with a region for zones instead; each container has one, of a share of whole blocks, and each of `others`. */
export function zonedConfig(
  machine: MachineConfig,
  profile: FunctionProfile,
  { blockFrames, shareFrames, others = 0, isBooted }: ZoneShares,
): GuestConfig {
  const zones = containersPerVm(machine, profile) + others;
  const frames = wholeBlocks(zones * shareFrames);
  const kernel = sharedFrames(machine, profile) + others * containerFrames(machine, profile);
  const memoryFrames = memoryFor(kernel + memmapFrames(frames) + CZONE_DRIVER_FRAMES);
  const region = { start: memoryFrames, frames, blockFrames, ...(isBooted && { isBooted }) };
  const config = sharedVm(machine, profile, { memoryFrames, region });
  return { ...config, processes: config.processes + others };
}

interface SharedVm {
  readonly vm: MicroVm;
  readonly scheme: VmScheme | undefined;
  readonly capacity: number;
  containers: number;
  most: number;
}

/** A system that puts several containers of a function into one VM. How the VM's memory grows and shrinks is its scheme's. */
export class ManyPerVm implements ServerlessSystem {
  private readonly _context: SystemContext;
  private readonly _scheme: MemoryScheme;
  private readonly _placement: Placement;
  private readonly _vmm: Vmm;
  private readonly _byFunction: Map<number, SharedVm[]> = new Map<number, SharedVm[]>();
  /** The VM for each function. */
  private readonly _configs: Map<FunctionProfile, GuestConfig> = new Map();
  private readonly _ended: IdleReclaim[] = [];
  private readonly _work: VmWork[] = [];
  private _started = 0;

  constructor(context: SystemContext, scheme: MemoryScheme) {
    this._context = context;
    this._scheme = expectShape('scheme', scheme, { config: FUNCTION });
    this._vmm = hostOf(context, SHARED_SETTINGS);
    this._placement = expectShape('machine.placement', context.machine.placement(), {
      choose: FUNCTION,
    });
  }

  /** The host that its VMs run on. */
  get host(): HostMemory {
    return this._vmm.host;
  }

  vms(): Iterable<MicroVm> {
    return this._vmm.vms;
  }

  private _vmsOf(profile: FunctionProfile): SharedVm[] {
    const known = this._byFunction.get(profile.id);
    if (known !== undefined) return known;
    const made: SharedVm[] = [];
    this._byFunction.set(profile.id, made);
    return made;
  }

  private _configOf(profile: FunctionProfile): GuestConfig {
    const known = this._configs.get(profile);
    if (known !== undefined) return known;
    const made = fixedMachine(this._scheme.config(this._context.machine, profile));
    this._configs.set(profile, made);
    return made;
  }

  private _startVm(profile: FunctionProfile, rooms: SharedVm[]): SharedVm {
    const { machine } = this._context;
    const vm = this._vmm.start(this._configOf(profile), true);
    const scheme = this._scheme.attach?.({
      vm,
      profile,
      context: this._context,
      ended: bound(this, this._noteEnded),
      worked: bound(this, this._noteWork, vm),
    });
    const capacity = containersPerVm(machine, profile);
    const room: SharedVm = { vm, scheme, capacity, containers: 0, most: 0 };
    rooms.push(room);
    return room;
  }

  private _noteEnded(reclaim: IdleReclaim): void {
    this._ended.push(reclaim);
  }

  private _noteWork(vm: MicroVm, work: DeviceWork): void {
    this._work.push({ ...work, vm });
  }

  /** What the placement says. Throws RefusedArgument for a VM without room: the policy is the user's. */
  private _choose(rooms: readonly SharedVm[]): SharedVm | undefined {
    const room = this._placement.choose(rooms);
    if (room === undefined || room.containers < room.capacity) return room;
    const expected = `the choice of a VM with fewer than ${room.capacity} containers`;
    throw new RefusedArgument('placement', expected, room.containers);
  }

  start(profile: FunctionProfile): Start {
    expectProfile(profile);
    const rooms = this._vmsOf(profile);
    const found = this._choose(rooms);
    const room = found ?? this._startVm(profile, rooms);
    const { vm, scheme } = room;
    const owner = this._started;
    this._started += 1;
    room.containers += 1;
    room.most = Math.max(room.most, room.containers);
    const counts = newCounts();
    const resumed = this._resumed(vm);
    vm.stir();
    const czone = scheme?.placed?.(profile, owner);
    const container = new Container(vm, profile, {
      cpu: owner % vm.guest.config.cpus,
      kernelFrames: this._context.machine.containerKernelFrames,
      czone,
      zygote: scheme?.zygote,
      dispatched: scheme?.dispatched,
    });
    vm.settle(counts);
    const steps = {
      ...(resumed !== undefined && { resume: resumed }),
      ...container.startOperations,
      ...scheme?.before,
    };
    const priced = scheme?.priced?.(counts);
    const taken = vm.takeOperations();
    const devices = priced === undefined ? taken : { ...priced, ...taken };
    const step = scheme?.step ?? 'zone';
    const operations = devices === undefined ? steps : { [step]: devices, ...steps };
    return {
      container,
      newVm: found === undefined,
      operations,
      counts,
      waitNs: scheme?.waitNs ?? 0,
    };
  }

  stop(container: Container): Stop {
    expectMade('container', container, Container, 'a Container');
    const { vm, profile } = container;
    const counts = newCounts();
    const rooms = this._vmsOf(profile);
    const at = rooms.findIndex((room) => room.vm === vm);
    const room = rooms[at];
    if (room === undefined) throw new HandleEnded('container', 'its system has no VM of it');
    const { scheme } = room;
    const gotBefore = scheme?.gotFrames ?? 0;
    const zoneFrames = this._exit(container, room);
    const gotFrames = (scheme?.gotFrames ?? 0) - gotBefore;
    room.containers -= 1;
    if (room.containers === 0 && !vm.isSuspended) scheme?.emptied?.();
    const left = room.containers > 0 ? scheme?.left?.() : undefined;
    const asked = left ?? { askedFrames: zoneFrames, gotFrames };
    vm.settle(counts);
    const operations = { containerDestroy: 1, ...vm.takeOperations() };
    if (room.containers > 0) return { operations, counts, ...asked };
    rooms.splice(at, 1);
    this._vmm.stop(vm, counts);
    return { operations, counts, askedFrames: 0, gotFrames: 0 };
  }

  /** What a VM's going on took, if it was suspended. */
  private _resumed(vm: MicroVm): Operations | undefined {
    if (!vm.isSuspended) return undefined;
    vm.resume(this._context.machine.resumed);
    return vm.takeOperations();
  }

  /** A suspended VM goes on to end one of its containers; with the last of them its image is dropped. */
  private _exit(container: Container, { vm, containers }: SharedVm): number {
    if (containers > 1) vm.resume(this._context.machine.resumed);
    return vm.isSuspended ? 0 : container.exit();
  }

  private _schemeOf(vm: MicroVm): VmScheme | undefined {
    for (const rooms of this._byFunction.values()) {
      const room = rooms.find((one) => one.vm === vm);
      if (room !== undefined) return room.scheme;
    }
    return undefined;
  }

  park(vm: MicroVm): Asked {
    const scheme = this._schemeOf(vm);
    if (scheme?.park !== undefined) return scheme.park();
    throw new RefusedArgument('idle', 'systems that can be parked', 'a scheme without park');
  }

  unpark(vm: MicroVm): void {
    this._schemeOf(vm)?.unpark?.();
  }

  hasRoom(profile: FunctionProfile): boolean {
    const rooms = this._byFunction.get(expectProfile(profile).id);
    return rooms !== undefined && this._choose(rooms) !== undefined;
  }

  kill(vm: MicroVm): void {
    expectMade('vm', vm, MicroVm, 'a MicroVm');
    for (const rooms of this._byFunction.values()) {
      const at = rooms.findIndex((room) => room.vm === vm);
      if (at >= 0) rooms.splice(at, 1);
    }
    vm.kill(KILLED);
    this._vmm.stop(vm);
  }

  takeIdleReclaims(): readonly IdleReclaim[] {
    return this._ended.splice(0);
  }

  takeWork(): readonly VmWork[] {
    return this._work.length === 0 ? NO_WORK : this._work.splice(0);
  }
}
