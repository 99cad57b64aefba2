// The machine that a script plays with: one host, one VM, its devices and containers.

import { NUMBER, expectShape } from '../check/index.ts';
import { FRAMES_PER_MIB, FRAME_BYTES } from '../abi/unit.ts';
import { guestConfig, vmmFootprint } from '../scenario/index.ts';
import {
  Balloon,
  CZoneVirtio,
  GuestMapper,
  type MemoryDevice,
  type MicroVm,
  Process,
  VirtioMem,
  Vmm,
  hotplugStart,
} from '../vmm/index.ts';
import { ScriptError } from './error.ts';
import { Rings } from './rings.ts';

/** What a host of a playground has: more than any guest of it. */
export const HOST_MIB = 65_536;
/** Kernel memory of a container besides page tables, MiB. */
export const CONTAINER_KERNEL_MIB = 2;
export const PROCESSES = 16;

export interface MachineSize {
  readonly mib: number;
  readonly isClone: boolean;
  /** Region for CZones, MiB; 0: none. And the size of a block of it. */
  readonly zones: number;
  readonly block: number;
  /** Room for memory that virtio-mem plugs, MiB; 0: none. */
  readonly room: number;
  readonly isReporting: boolean;
}

export interface Container {
  readonly process: Process;
  readonly czone: number | undefined;
  /** First page of the heap that has not been touched. */
  nextPage: number;
}

/** All there is after `boot` or `clone`. */
export class Machine {
  readonly size: MachineSize;
  readonly vmm: Vmm;
  readonly vm: MicroVm;
  readonly mapper: GuestMapper;
  readonly balloon: Balloon;
  readonly czones: CZoneVirtio | undefined;
  readonly mem: VirtioMem | undefined;
  /** Messages between drivers and devices. */
  readonly rings: Rings = new Rings();
  readonly containers: Map<string, Container> = new Map();
  /** Names by the number under which maps know a container. */
  readonly names: Map<number, string> = new Map();

  constructor(size: MachineSize) {
    this.size = size;
    const memoryFrames = size.mib * FRAMES_PER_MIB;
    const start = hotplugStart(memoryFrames);
    const region = {
      start,
      frames: size.zones * FRAMES_PER_MIB,
      blockFrames: size.block * FRAMES_PER_MIB,
    };
    const config = guestConfig({
      memoryFrames,
      ...(size.zones > 0 && { region }),
      hotplugFrames: size.room * FRAMES_PER_MIB,
      processes: PROCESSES,
    });
    this.vmm = new Vmm({ hostFrames: HOST_MIB * FRAMES_PER_MIB, footprint: vmmFootprint() });
    this.vm = this.vmm.start(config, size.isClone);
    const { vm } = this;
    const { clock } = this.vmm;
    this.mapper = new GuestMapper(vm.guest);
    this.balloon = new Balloon(vm, clock, { freePageReporting: size.isReporting });
    if (size.zones > 0) this.czones = new CZoneVirtio(vm, clock);
    if (size.room > 0) {
      this.mem = new VirtioMem(vm, clock, {
        policy: 'online_movable',
        addr: start * FRAME_BYTES,
        regionBytes: size.room * FRAMES_PER_MIB * FRAME_BYTES,
      });
    }
    for (const [name, device] of this.devices) this.rings.watch(name, device);
  }

  get devices(): readonly (readonly [string, MemoryDevice & Pick<Balloon, 'device'>])[] {
    const { balloon, czones, mem } = this;
    return [
      ['balloon', balloon] as const,
      ...(czones === undefined ? [] : [['czone-virtio', czones] as const]),
      ...(mem === undefined ? [] : [['virtio-mem', mem] as const]),
    ];
  }

  container(name: string): Container {
    const found = this.containers.get(name);
    if (found !== undefined) return found;
    throw new ScriptError(`there is no container ${name}`);
  }

  expectNew(name: string): void {
    if (this.containers.has(name)) throw new ScriptError(`there is a container ${name} already`);
  }

  /** The CZone device of a machine that was made with zones. */
  expectZones(): CZoneVirtio {
    if (this.czones !== undefined) return this.czones;
    throw new ScriptError('this machine has no CZones: boot it with zones=MIB');
  }

  expectMem(): VirtioMem {
    if (this.mem !== undefined) return this.mem;
    throw new ScriptError('this machine has no virtio-mem: boot it with room=MIB');
  }

  add(name: string, container: Container): void {
    const { process } = expectShape('container', container, { process: { number: NUMBER } });
    this.containers.set(name, container);
    this.names.set(process.number, name);
  }
}
