// The VMs of one system: started from images, numbered, stopped. What systems of either model share.

import {
  CorePool,
  type Counts,
  type GuestConfig,
  HostMemory,
  MicroVm,
  TemplateStore,
  type VmContext,
} from '../vmm/index.ts';
import type { MachineConfig } from './machine.ts';

/** Cores are reused between the systems of a run: making one is dearer than overwriting it. */
const POOL: CorePool = new CorePool();

export class Fleet {
  readonly host: HostMemory;
  readonly #context: VmContext;
  readonly #templates: TemplateStore;
  readonly #vms: Map<number, MicroVm> = new Map<number, MicroVm>();
  #started = 0;

  constructor(machine: MachineConfig) {
    this.host = new HostMemory(machine.hostFrames);
    this.#templates = new TemplateStore(this.host);
    const { vmm, inspect } = machine;
    this.#context = { host: this.host, pool: POOL, vmm, inspect };
  }

  /** Starts a VM: cloned from a template of its kind, or booted. */
  start(config: GuestConfig, templated: boolean): MicroVm {
    const vm = new MicroVm(this.#started, this.#templates.get(config, templated), this.#context);
    this.#started += 1;
    this.#vms.set(vm.id, vm);
    return vm;
  }

  stop(vm: MicroVm, counts: Counts): void {
    this.#vms.delete(vm.id);
    vm.stop(counts);
  }

  /** In the order in which they were started. */
  vms(): Iterable<MicroVm> {
    return this.#vms.values();
  }
}
