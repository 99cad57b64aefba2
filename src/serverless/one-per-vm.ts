// SCPV: one container per VM. Starting a container starts a VM, and the VM ends with it.

import { expectFunction, expectMade } from '../check/index.ts';
import { partial } from '../graph/index.ts';
import {
  type GuestConfig,
  type HostMemory,
  MicroVm,
  type Operations,
  Vmm,
  memoryFor,
  newCounts,
} from '../vmm/index.ts';
import { expectProfile } from './bounds.ts';
import { expectContext, hostOf } from './context.ts';
import { Container } from './container.ts';
import type { FunctionProfile } from './function-profile.ts';
import {
  KILLED,
  type MachineConfig,
  type SystemContext,
  containerFrames,
  guestOf,
  systemFrames,
} from './machine.ts';
import { parkByBalloon } from './park.ts';
import type { Asked, ServerlessSystem, Start, Stop } from './system.ts';

/** A VM for one container: guest OS, the container's limit, its kernel memory. */
export function soloConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const own = systemFrames(machine) + containerFrames(machine, profile);
  const memoryFrames = memoryFor(own + profile.limitFrames);
  return guestOf(machine, { memoryFrames, cpus: 1, processes: 1 });
}

/** A VM with its container in it, and what came before its own start. */
export interface Sandbox extends Pick<Start, 'waitNs' | 'parent'> {
  readonly container: Container;
  readonly before?: Readonly<Record<string, Operations>>;
}

/** How a VM for a container comes to be. */
export type MakeSandbox = (profile: FunctionProfile) => Sandbox;

/** VMs that start without a function: clones of a template (`shared`), or booted. */
export function emptyVms(context: SystemContext, vmm: Vmm, shared: boolean): MakeSandbox {
  const { machine } = expectContext(context);
  expectMade('vmm', vmm, Vmm, 'a Vmm');
  return partial(emptyVm, machine, vmm, shared);
}

export function emptyVm(
  machine: MachineConfig,
  vmm: Vmm,
  shared: boolean,
  profile: FunctionProfile,
): Sandbox {
  const { containerKernelFrames: kernelFrames } = machine;
  const vm = vmm.start(soloConfig(machine, profile), shared);
  return { container: new Container(vm, profile, { cpu: 0, kernelFrames }) };
}

/** A system that gives each container a VM of its own. How the VM comes about is its `MakeSandbox`'s. */
export class OnePerVm implements ServerlessSystem {
  private readonly _vmm: Vmm;
  private readonly _make: MakeSandbox;
  private readonly _clock: SystemContext['clock'];

  constructor(context: SystemContext, makes: (vmm: Vmm) => MakeSandbox) {
    this._vmm = hostOf(context);
    this._make = expectFunction('makes', expectFunction('makes', makes)(this._vmm));
    this._clock = context.clock;
  }

  /** The host that its VMs run on. */
  get host(): HostMemory {
    return this._vmm.host;
  }

  start(profile: FunctionProfile): Start {
    expectProfile(profile);
    const { container, before, ...late } = this._make(profile);
    const { vm, startOperations } = container;
    const counts = newCounts();
    vm.settle(counts);
    const paged = vm.takeOperations();
    const memory = paged === undefined ? {} : { memory: paged };
    const operations = { ...before, ...startOperations, ...memory };
    return { container, newVm: true, operations, counts, ...late };
  }

  /** The whole VM goes with its container: nothing is asked back from a guest. */
  stop(container: Container): Stop {
    expectMade('container', container, Container, 'a Container');
    const { vm } = container;
    const counts = newCounts();
    // of a suspended VM there is an image, and no guest to end anything in
    if (!vm.isSuspended) container.exit();
    this._vmm.stop(vm, counts);
    const operations = { containerDestroy: 1, ...vm.takeOperations() };
    return { operations, counts, askedFrames: 0, gotFrames: 0 };
  }

  hasRoom(): boolean {
    return false;
  }

  park(vm: MicroVm): Asked {
    expectMade('vm', vm, MicroVm, 'a MicroVm');
    return parkByBalloon(vm, this._clock);
  }

  kill(vm: MicroVm): void {
    expectMade('vm', vm, MicroVm, 'a MicroVm');
    vm.kill(KILLED);
    this._vmm.stop(vm);
  }

  vms(): Iterable<MicroVm> {
    return this._vmm.vms;
  }
}
