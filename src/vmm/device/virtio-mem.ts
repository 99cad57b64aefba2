// A virtio-mem device in a microVM: a region above the guest's memory that grows and shrinks in
// blocks.

import { FRAME_BYTES, PAGEBLOCK_BYTES } from '../../abi/unit.ts';
import {
  FUNCTION,
  type Bytes,
  RefusedArgument,
  expectInteger,
  expectName,
  expectShape,
} from '../../check/index.ts';
import type { Operations } from '../../cost/index.ts';
import { type HotplugOptions, MemoryBlocks, unmovableFrames } from '../../guest/index.ts';
import type { Timers } from '../../time/index.ts';
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
  type VirtioDevice,
} from '../../virtio/index.ts';
import type { MicroVm } from '../microvm.ts';
import { exitsOf, expectRunningVm, plugIn, timersOf } from '../attach.ts';
import type { Given, MemoryDevice } from './device.ts';
import { type QemuRequestedSize, type RequestedSize, requestedBytesOf } from './vmm-names.ts';

/** The device's region, and how its driver goes about it. */
export interface VirtioMemOptions extends MemDriverOptions, HotplugOptions {
  /** Whose device it is; `qemu` if not said. */
  readonly profile?: MemProfileName;
  /** Guest-physical address of the region, in bytes; the guest's tables must span the region (hotplugEndFrame). */
  readonly addr: number;
  /** Size of the region: the most that can be plugged, a multiple of the block's. */
  readonly regionBytes: number;
  /** The unit of plugging, a power of two; the profile's if not said. */
  readonly blockBytes?: number;
  /** Requested when the driver is probed; 0 if not said. */
  readonly requestedBytes?: number;
  /** NUMA node that the device names. */
  readonly nodeId?: number;
  /** Hears of frames that the guest gives. */
  readonly given?: Given;
}

/**
 * How setRequested went: 'invalid' for what is no size of the region, 'stopped' when the VM has
 * ended, 'no-driver' when nobody in the guest took the device (`failure` says why).
 */
export type RequestAnswer = 'ok' | 'inactive' | 'invalid' | 'no-driver' | 'stopped';

const PROFILES = Object.keys(MEM_PROFILES) as MemProfileName[];

/**
 * virtio-mem in a microVM: the host requests a size, the guest's driver plugs and unplugs blocks of a region until it
 * is met or pages are in the way.
 */
export class VirtioMem implements MemoryDevice {
  /** The VM that it is attached to. */
  readonly vm: MicroVm;
  /** The device's own state: requested, plugged. */
  readonly model: MemDevice;
  /** Its virtqueues and registers. */
  readonly device: VirtioDevice;
  /** The guest's side, as Linux has it. */
  readonly driver: MemDriver;
  /** The guest's memory blocks of 128 MiB. */
  readonly blocks: MemoryBlocks;
  /** Why the driver could not take the device. */
  readonly failure: ProbeFailure | undefined;
  /** The registers through which the driver found it. */
  readonly mmio: Connection['mmio'];
  private readonly _guest: CoreMemGuest;
  /** What the guest has been asked to give of what was requested, and of that what fills no block yet. */
  private _askedBytes = 0;
  private _owedBytes = 0;

  /** Attaches the device and probes the driver, which plugs what is requested already. */
  constructor(vm: MicroVm, timers: Timers, options: VirtioMemOptions) {
    expectRunningVm(vm);
    expectShape('virtio-mem', options, { 'given?': FUNCTION, 'retried?': FUNCTION });
    this.vm = vm;
    const profile = MEM_PROFILES[expectName('profile', options.profile ?? 'qemu', PROFILES)];
    expectBigBlock(options.bigBlockBytes);
    this.blocks = new MemoryBlocks(vm.guest.memory, options);
    this.model = new MemDevice(profile, new PlugHost(vm, options.given), options);
    const { addr, regionBytes } = options;
    vm.claim('addr', { start: addr / FRAME_BYTES, count: regionBytes / FRAME_BYTES });
    const { device, mmio, transport } = plugIn(vm, this.model, profile.policy);
    this.device = device;
    this.mmio = mmio;
    this._guest = new CoreMemGuest(this.blocks, vm.memory.sizeBytes);
    this.driver = new MemDriver(transport, this._guest, timersOf(vm, timers), options);
    this._guest.driver = this.driver;
    this.failure = this.driver.probe();
  }

  /** What the guest has of the region, in bytes. */
  get pluggedBytes(): Bytes {
    return this.model.pluggedBytes as Bytes;
  }

  /** Ranges that could not be unplugged, each with the page that was in the way. */
  get blockedRanges(): readonly BlockedRange[] {
    return this._guest.blockedRanges;
  }

  /**
   * Asks the guest to plug or unplug until so many bytes, or MiB (`{ requested_size_mib }`), are plugged. It stops short where pages are in
   * the way.
   */
  setRequested(size: number | RequestedSize | QemuRequestedSize): RequestAnswer {
    if (!this.vm.checkDevices()) return 'stopped';
    if (this.failure !== undefined) return 'no-driver';
    const answer = this.model.setRequested(requestedBytesOf(size));
    return this.vm.checkDevices() ? answer : 'stopped';
  }

  /** Lowers the request by whole blocks, as far as there is something requested. */
  ask(frames: number): void {
    this.vm.expectRunning();
    expectInteger('frames', frames, 0);
    const { blockBytes, requestedBytes } = this.model;
    const wantedBytes = this._owedBytes + frames * FRAME_BYTES;
    const stepBytes = Math.min(wantedBytes - (wantedBytes % blockBytes), requestedBytes);
    if (this.setRequested(requestedBytes - stepBytes) !== 'ok') return;
    this._owedBytes = wantedBytes % blockBytes;
    this._askedBytes += stepBytes;
  }

  /** Requests again what was asked for. */
  giveBack(): void {
    this.vm.expectRunning();
    const bytes = this._askedBytes;
    this._askedBytes = 0;
    this._owedBytes = 0;
    this.setRequested(this.model.requestedBytes + bytes);
  }

  /** A try that fails has isolated the block, too. */
  get operations(): Operations {
    const { pluggedBlocks, unpluggedBlocks } = this.model.counters;
    const unit = this.model.blockBytes / PAGEBLOCK_BYTES;
    return {
      virtioMemPlug2MiB: pluggedBlocks * unit,
      virtioMemUnplug2MiB: unpluggedBlocks * unit + this.blocks.refusals,
    };
  }

  get exits(): number {
    return exitsOf(this.mmio);
  }

  /** A memory block that was refused as a whole has been tried block by block then. */
  get unmovableFrames(): number {
    const { core } = this.vm.guest;
    let sum = 0;
    for (const { addr, lengthBytes } of this.blockedRanges) {
      if (lengthBytes > this.model.blockBytes) continue;
      sum += unmovableFrames(core, addr / FRAME_BYTES, lengthBytes / FRAME_BYTES);
    }
    return sum;
  }
}

function expectBigBlock(bytes: number | undefined): void {
  if (bytes === undefined) return;
  expectInteger('bigBlockBytes', bytes, PAGEBLOCK_BYTES);
  if (Number.isInteger(Math.log2(bytes))) return;
  throw new RefusedArgument('bigBlockBytes', 'a power of two', bytes);
}

/** What the device has of the host. */
export class PlugHost implements MemHost {
  private readonly _vm: MicroVm;
  private readonly _given: Given | undefined;

  constructor(vm: MicroVm, given?: Given) {
    this._vm = vm;
    this._given = given;
  }

  plug(): boolean {
    return true;
  }

  unplug(addr: number, lengthBytes: number): number {
    const frames = lengthBytes / FRAME_BYTES;
    const released = this._vm.memory.discard(addr / FRAME_BYTES, frames);
    this._given?.(frames, released);
    return released;
  }
}
