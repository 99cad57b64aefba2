// Faascale's device in a microVM: each cgroup (a zone of the guest's) has blocks of 4 MiB x 2^k from a part of memory that booted
// with the VM; the host hears when they are about to be used, and takes the memory behind them when the cgroup is gone.

import { bound } from '../../graph/index.ts';
import { PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import { RefusedArgument, expectInteger, expectObject } from '../../check/index.ts';
import type { Operations } from '../../cost/index.ts';
import {
  CZonePages,
  type CZoneSupplier,
  type CZones,
  CgroupBlocks,
  type FrameRange,
  POOL,
  WHOLE,
} from '../../guest/index.ts';
import {
  type Connection,
  FaascaleDevice,
  FaascaleDriver,
  type FaascaleHost,
  POLICY_SPEC,
  type ProbeFailure,
  type VirtioDevice,
} from '../../virtio/index.ts';
import { exitsOf, expectRunningVm, expectZones, plugIn } from '../attach.ts';
import type { MicroVm } from '../microvm.ts';
import type { MemoryDevice } from './device.ts';

/** How the device behaves. */
export interface FaascaleOptions {
  /** Whether the host puts memory behind blocks before they are used (pre_alloc_mem, pre_tdp_fault); not if not said. */
  readonly isPopulated?: boolean;
}

/** Faascale in a microVM: memory of fixed size for each cgroup, which goes back to the host as a whole. */
export class Faascale implements MemoryDevice {
  /** The VM that it is attached to. */
  readonly vm: MicroVm;
  /** The guest's zones: one is a cgroup's memory. */
  readonly zones: CZones;
  /** The host's side. */
  readonly model: FaascaleDevice;
  /** Its virtqueues and registers. */
  readonly device: VirtioDevice;
  /** The guest's side. */
  readonly driver: FaascaleDriver;
  /** Why the driver could not take the device. */
  readonly failure: ProbeFailure | undefined;
  /** The registers through which the driver found it. */
  readonly mmio: Connection['mmio'];
  /** Cgroups go as a whole: nothing is in the way. */
  readonly unmovableFrames: number = 0;
  private readonly _blocks: CgroupBlocks;
  private readonly _pages: CZonePages;
  /** What each cgroup has, by the core's index of its zone. */
  private readonly _held: Map<number, readonly FrameRange[]> = new Map();
  /** Frames of cgroups that are gone. */
  private _endedFrames = 0;

  /** Attaches the device and probes the driver. The guest has a region for zones that booted with it. */
  constructor(vm: MicroVm, options: FaascaleOptions = {}) {
    expectRunningVm(vm);
    const { isPopulated = false } = expectObject('faascale', options);
    const expected = 'a machine whose region for zones is memory at boot';
    const czones = expectZones(vm, expected);
    const { region } = czones;
    if (region.isBooted !== true) throw new RefusedArgument('region', expected, region);
    this.vm = vm;
    this.zones = czones;
    this._blocks = new CgroupBlocks(czones.region);
    this._pages = new CZonePages(vm.guest.memory, czones.region);
    this.model = new FaascaleDevice(new FaascaleSide(vm, isPopulated));
    vm.attachOnce('Faascale');
    const { device, mmio, transport } = plugIn(vm, this.model, POLICY_SPEC);
    this.device = device;
    this.mmio = mmio;
    this.driver = new FaascaleDriver(transport);
    this.failure = this.driver.probe();
    vm.counted.push(this);
    if (this.failure !== undefined) return;
    czones.growth = WHOLE;
    czones.host = this._guestSide();
  }

  private _guestSide(): CZoneSupplier {
    return {
      created: unheeded,
      plug: bound(this, this._plug),
      ending: unheeded,
      withered: unheeded,
      ended: bound(this, this._end),
    };
  }

  /** A cgroup gets its size, once the host has heard of the blocks. */
  private _plug(index: number, units: number): number {
    const blocks = this._blocks.take(units);
    if (blocks.length === 0) return 0;
    if (!this.driver.populate(blocks)) {
      this._blocks.giveBack(blocks);
      return 0;
    }
    for (const { start, count } of blocks) this._pages.addBlocks(index, start, count);
    this._held.set(index, [...this.blocksOf(index), ...blocks]);
    return units;
  }

  /** The cgroup is gone and its blocks are free. */
  private _end(index: number): void {
    const blocks = this.blocksOf(index);
    this._held.delete(index);
    for (const { start, count } of blocks) {
      this._pages.takePooled(start, count);
      this._endedFrames += count;
    }
    this._blocks.giveBack(blocks);
    this.driver.depopulate(blocks);
  }

  /** The blocks of a cgroup, the largest first. */
  blocksOf(index: number): readonly FrameRange[] {
    expectInteger('zone', index, POOL);
    return this._held.get(index) ?? [];
  }

  /** The host cannot ask. */
  ask(): void {}

  /** Memory of a cgroup that is gone is free for the next one. */
  giveBack(): void {}

  /** Frames that the host has got. */
  get gotFrames(): number {
    return this.model.counters.releasedPages;
  }

  /** Each message is waited for: an exit and an interrupt. Blocks come off the lists of the cgroup by 2 MiB. */
  get operations(): Operations {
    const { usedInterrupts, configInterrupts } = this.device.counters;
    return {
      buddyAlloc9: this._endedFrames / PAGEBLOCK_FRAMES,
      vmExit: this.exits,
      interrupt: usedInterrupts + configInterrupts,
    };
  }

  get exits(): number {
    return exitsOf(this.mmio);
  }
}

export function unheeded(): void {}

/** What the device has of the host. */
export class FaascaleSide implements FaascaleHost {
  readonly frames: number;
  private readonly _vm: MicroVm;
  private readonly _isPopulated: boolean;

  constructor(vm: MicroVm, isPopulated: boolean) {
    this.frames = vm.guest.core.spanFrames;
    this._vm = vm;
    this._isPopulated = isPopulated;
  }

  populate(pfn: number, frames: number): void {
    if (this._isPopulated) this._vm.guest.core.backing.touch(pfn, frames, true);
  }

  depopulate(pfn: number, frames: number): number {
    return this._vm.memory.discard(pfn, frames);
  }
}
