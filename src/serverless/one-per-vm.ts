// SCPV: one container per VM. Starting a container starts a VM, and the VM ends with it.

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
  KILLED,
  type MachineConfig,
  type SystemContext,
  containerFrames,
  guestOf,
  hostOf,
  systemFrames,
} from './machine.ts';
import type { ServerlessSystem, Start, Stop } from './system.ts';

/** A VM for one container: guest OS, the container's limit, its kernel memory. */
function configOf(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const own = systemFrames(machine) + containerFrames(machine, profile);
  const memoryFrames = memoryFor(own + profile.limitFrames);
  return guestOf(machine, { memoryFrames, cpus: 1, processes: 1 });
}

export class OnePerVm implements ServerlessSystem {
  readonly #machine: MachineConfig;
  readonly #vmm: Vmm;
  readonly #templated: boolean;

  /** `templated`: VMs are clones of a template instead of booted. */
  constructor(context: SystemContext, templated: boolean) {
    this.#machine = context.machine;
    this.#vmm = hostOf(context);
    this.#templated = templated;
  }

  get host(): HostMemory {
    return this.#vmm.host;
  }

  start(profile: FunctionProfile): Start {
    const vm = this.#vmm.start(configOf(this.#machine, profile), this.#templated);
    const kernelFrames = this.#machine.containerKernelFrames;
    const container = new Container(vm, profile, { cpu: 0, kernelFrames });
    const counts = newCounts();
    vm.settle(counts);
    return { container, newVm: true, operations: container.startOperations, counts };
  }

  /** The whole VM goes with its container: nothing is asked back from a guest. */
  stop(container: Container): Stop {
    const counts = newCounts();
    container.exit();
    this.#vmm.stop(container.vm, counts);
    return { operations: { containerDestroy: 1 }, counts, askedFrames: 0, gotFrames: 0 };
  }

  hasRoom(): boolean {
    return false;
  }

  kill(vm: MicroVm): void {
    vm.kill(KILLED);
    this.#vmm.stop(vm);
  }

  vms(): Iterable<MicroVm> {
    return this.#vmm.vms;
  }
}
