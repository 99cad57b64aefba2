// A virtio-mem device in a microVM: a region above the guest's memory that grows and shrinks in
// blocks.

import { type HotplugOptions, MemoryBlocks } from '../../guest/index.ts';
import {
  type BlockedRange,
  type Connection,
  CoreMemGuest,
  MEM_PROFILES,
  MemDevice,
  MemDriver,
  type MemDriverOptions,
  type MemHost,
  type MemProfileName,
  type ProbeFailure,
  type Timers,
  type VirtioDevice,
} from '../../virtio/index.ts';
import { plugIn, timersOf } from './attach.ts';
import type { MicroVm } from '../microvm.ts';

const FRAME_BYTES = 4096;

export interface VirtioMemConfig extends MemDriverOptions, HotplugOptions {
  readonly profile?: MemProfileName;
  /**
   * Guest-physical address and size of the region; the guest's tables must span it
   * (hotplugEndFrame).
   */
  readonly addr: number;
  readonly regionBytes: number;
  readonly blockBytes?: number;
  readonly requestedBytes?: number;
  readonly nodeId?: number;
}

export class VirtioMem {
  readonly vm: MicroVm;
  readonly model: MemDevice;
  readonly device: VirtioDevice;
  readonly driver: MemDriver;
  readonly blocks: MemoryBlocks;
  readonly failure: ProbeFailure | undefined;
  readonly mmio: Connection['mmio'];
  readonly #guest: CoreMemGuest;

  /** Attaches the device and probes the driver, which plugs what is requested already. */
  constructor(vm: MicroVm, timers: Timers, config: VirtioMemConfig) {
    this.vm = vm;
    const profile = MEM_PROFILES[config.profile ?? 'qemu'];
    this.model = new MemDevice(profile, hostOf(vm), config);
    const { device, mmio, transport } = plugIn(vm, this.model, profile.policy);
    this.device = device;
    this.mmio = mmio;
    this.blocks = new MemoryBlocks(vm.guest.memory, config);
    this.#guest = new CoreMemGuest(this.blocks, vm.memory.sizeBytes);
    this.driver = new MemDriver(transport, this.#guest, timersOf(vm, timers), config);
    this.#guest.driver = this.driver;
    this.failure = this.driver.probe();
  }

  get pluggedBytes(): number {
    return this.model.pluggedBytes;
  }

  /** Ranges that could not be unplugged, each with the page that was in the way. */
  get blockedRanges(): readonly BlockedRange[] {
    return this.#guest.blockedRanges;
  }

  /**
   * Asks the guest to plug or unplug until so much is plugged. It stops short where pages are in
   * the way.
   */
  setRequested(requestedBytes: number): 'ok' | 'inactive' | 'invalid' | 'stopped' {
    if (!this.vm.checkDevices()) return 'stopped';
    const answer = this.model.setRequested(requestedBytes);
    return this.vm.checkDevices() ? answer : 'stopped';
  }
}

function hostOf(vm: MicroVm): MemHost {
  return {
    plug: () => true,
    unplug: (addr, lengthBytes) => vm.memory.discard(addr / FRAME_BYTES, lengthBytes / FRAME_BYTES),
  };
}
