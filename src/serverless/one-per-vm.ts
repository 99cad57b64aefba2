// SCPV: one container per VM. Starting a container starts a VM, and the VM ends with it.

import type { Clock } from '../time/index.ts';
import { type HostMemory, type MicroVm, type Vmm, newCounts } from '../vmm/index.ts';
import { Container } from './container.ts';
import type { FunctionProfile } from './function-profile.ts';
import { type MachineConfig, hostOf, singleConfig } from './machine.ts';
import type { ServerlessSystem, Start, Stop } from './system.ts';

export class OnePerVm implements ServerlessSystem {
  readonly #machine: MachineConfig;
  readonly #vmm: Vmm;
  readonly #templated: boolean;

  /** `templated`: VMs are clones of a template instead of booted. */
  constructor(machine: MachineConfig, clock: Clock, templated: boolean) {
    this.#machine = machine;
    this.#vmm = hostOf(machine, clock);
    this.#templated = templated;
  }

  get host(): HostMemory {
    return this.#vmm.host;
  }

  start(profile: FunctionProfile): Start {
    const vm = this.#vmm.start(singleConfig(this.#machine, profile), this.#templated);
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

  vms(): Iterable<MicroVm> {
    return this.#vmm.vms;
  }
}
