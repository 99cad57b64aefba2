// A virtio-mem device in a microVM: a region above the guest's memory that grows and shrinks in
// blocks.

import { FRAME_BYTES, PAGEBLOCK_BYTES } from '../../abi/unit.ts';
import { RefusedArgument, expectInteger, expectName, expectObject } from '../../check/index.ts';
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
import { exitsOf, plugIn, timersOf } from '../attach.ts';
import type { Given, MemoryDevice } from './device.ts';

export interface VirtioMemOptions extends MemDriverOptions, HotplugOptions {
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
  readonly given?: Given;
}

/**
 * How setRequested went: 'invalid' for what is no size of the region, 'stopped' when the VM has
 * ended, 'no-driver' when nobody in the guest took the device (`failure` says why).
 */
export type RequestAnswer = 'ok' | 'inactive' | 'invalid' | 'no-driver' | 'stopped';

const PROFILES = Object.keys(MEM_PROFILES) as MemProfileName[];

export class VirtioMem implements MemoryDevice {
  readonly vm: MicroVm;
  readonly model: MemDevice;
  readonly device: VirtioDevice;
  readonly driver: MemDriver;
  readonly blocks: MemoryBlocks;
  readonly failure: ProbeFailure | undefined;
  readonly mmio: Connection['mmio'];
  private readonly _guest: CoreMemGuest;
  /** What the guest has been asked to give of what was requested, and of that what fills no block yet. */
  private _askedBytes = 0;
  private _owedBytes = 0;

  /** Attaches the device and probes the driver, which plugs what is requested already. */
  constructor(vm: MicroVm, timers: Timers, options: VirtioMemOptions) {
    vm.expectRunning();
    expectObject('virtio-mem', options);
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

  get pluggedBytes(): number {
    return this.model.pluggedBytes;
  }

  /** Ranges that could not be unplugged, each with the page that was in the way. */
  get blockedRanges(): readonly BlockedRange[] {
    return this._guest.blockedRanges;
  }

  /**
   * Asks the guest to plug or unplug until so much is plugged. It stops short where pages are in
   * the way.
   */
  setRequested(requestedBytes: number): RequestAnswer {
    if (!this.vm.checkDevices()) return 'stopped';
    if (this.failure !== undefined) return 'no-driver';
    const answer = this.model.setRequested(requestedBytes);
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
