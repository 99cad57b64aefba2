// A czone-virtio device in a microVM: blocks of the guest's CZone region come from it, zones are known to it by their
// creation and end, and it asks idle ones for what they do not use.

import { bound, partial } from '../../graph/index.ts';
import { FRAME_BYTES, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import {
  FUNCTION,
  type Shape,
  expectInteger,
  expectName,
  expectNumber,
  expectShape,
} from '../../check/index.ts';
import type { Operations } from '../../cost/index.ts';
import {
  type CZoneSupplier,
  type CZones,
  GROWTH_SHAPE,
  type GrowthPolicy,
  POOL,
  type ShrinkPolicy,
} from '../../guest/index.ts';
import type { Timers } from '../../time/index.ts';
import {
  CZONE_PROFILES,
  type Connection,
  CoreCZoneGuest,
  CZoneDevice,
  type CZoneDeviceOptions,
  CZoneDriver,
  type CZoneHost,
  type CZoneProfileName,
  type ProbeFailure,
  type ReclaimResult,
  type VirtioDevice,
  indexOfZone,
  zoneOfIndex,
} from '../../virtio/index.ts';
import type { MicroVm } from '../microvm.ts';
import { exitsOf, expectRunningVm, expectZones, plugIn, timersOf } from '../attach.ts';
import type { MemoryDevice } from './device.ts';

/** How the device behaves; what is not said is the profile's. */
export interface CZoneOptions extends Pick<
  CZoneDeviceOptions,
  'idle' | 'granuleBytes' | 'zoneLimitBytes' | 'reportNs'
> {
  /** Whose figures are taken. */
  readonly profile?: CZoneProfileName;
  /** How zones begin and grow. */
  readonly growth?: GrowthPolicy;
  /** What a block of an ended zone counts as: another device's release; each 2 MiB of it as a release of this one if not said. */
  readonly endedBlock?:
    | 'partitionDropBlock'
    | 'virtioMemUnplug2MiB'
    | 'balloonInflate2MiB'
    | 'hyperallocReclaim2MiB'
    | 'hostRelease2MiB'
    | 'dimmOfflineBlock';
  /** Hears of each request to a zone, by the core's index, when it has ended. */
  readonly reclaimed?: (index: number, result: ReclaimResult) => void;
}

/** What callers without types may say of what is used later. */
const CALLED: Shape = {
  'reportNs?': FUNCTION,
  'reclaimed?': FUNCTION,
  'growth?': GROWTH_SHAPE,
};

/** More zones than a core can have. */
const ZONES_MAX = 2 ** 16;
const ENDED_BLOCKS: readonly NonNullable<CZoneOptions['endedBlock']>[] = [
  'partitionDropBlock',
  'virtioMemUnplug2MiB',
  'balloonInflate2MiB',
  'hyperallocReclaim2MiB',
  'hostRelease2MiB',
  'dimmOfflineBlock',
];
const PROFILES = Object.keys(CZONE_PROFILES) as CZoneProfileName[];

/** The protocol's number of the blocks in no zone. */
const ZONE_POOL = zoneOfIndex(POOL);

/** Guest memory that the driver takes: a ring of two pages for each of four queues, a page of messages. */
export const CZONE_DRIVER_FRAMES = 9;

/** What a report of so many frames takes, besides their release: the guest's work is priced by 2 MiB. */
export function reportOperations(reports: number, frames: number): Operations {
  return { czoneMessage: reports, czoneRelease2MiB: frames / PAGEBLOCK_FRAMES };
}

/**
 * czone-virtio in a microVM: a zone of memory for each container, whose blocks go back to the host when it ends or is
 * idle (docs/czone-virtio.md).
 */
export class CZoneVirtio implements MemoryDevice {
  /** The VM that it is attached to. */
  readonly vm: MicroVm;
  /** The guest's zones. */
  readonly zones: CZones;
  /** The device's own books. */
  readonly model: CZoneDevice;
  /** Its virtqueues and registers. */
  readonly device: VirtioDevice;
  /** The guest's side. */
  readonly driver: CZoneDriver;
  /** Why the driver could not take the device. */
  readonly failure: ProbeFailure | undefined;
  /** The registers through which the driver found it. */
  readonly mmio: Connection['mmio'];
  /** A zone is asked for what is free in it: nothing of that is in the way. */
  readonly unmovableFrames: number = 0;
  /** Blocks of zones that have ended, by the device's answers. */
  private _endedBlocks = 0;
  private readonly _endedBlock: CZoneOptions['endedBlock'];

  /** Attaches the device and probes the driver. The guest has a region for CZones, and nothing of it plugged. */
  constructor(vm: MicroVm, timers: Timers, options: CZoneOptions = {}) {
    expectRunningVm(vm);
    expectShape('czone-virtio', options, CALLED);
    const name = expectName('profile', options.profile ?? 'adaptive', PROFILES);
    const { endedBlock } = options;
    if (endedBlock !== undefined) expectName('endedBlock', endedBlock, ENDED_BLOCKS);
    const czones = expectZones(vm, 'a machine made with a CZone region');
    this.vm = vm;
    this.zones = czones;
    this._endedBlock = endedBlock;
    const { region } = czones;
    const profile = CZONE_PROFILES[name];
    this.model = new CZoneDevice(profile, new CZoneSide(vm, options), {
      ...options,
      addr: region.start * FRAME_BYTES,
      regionBytes: region.frames * FRAME_BYTES,
      blockBytes: region.blockFrames * FRAME_BYTES,
      timers: timersOf(vm, timers),
    });
    vm.attachOnce('a czone-virtio device');
    const { device, mmio, transport } = plugIn(vm, this.model, profile.policy);
    this.device = device;
    this.mmio = mmio;
    this.driver = new CZoneDriver(transport, new CoreCZoneGuest(vm.guest.memory, region));
    this.failure = this.driver.probe();
    vm.counted.push(this);
    vm.reclaimers.push(bound(this, this._reclaimNow));
    if (this.failure !== undefined) return;
    vm.guest.core.setPreferBacked(this.driver.prefersBacked);
    if (options.growth !== undefined) czones.growth = options.growth;
    czones.host = this._guestSide();
  }

  /** What the guest kernel tells its driver. */
  private _guestSide(): CZoneSupplier {
    return {
      created: bound(this, this._create),
      plug: bound(this, this._plug),
      ending: bound(this, this._ending),
      withered: bound(this, this._wither),
      ended: bound(this, this._end),
    };
  }

  private _create(index: number, limitFrames: number): void {
    this.driver.createZone(zoneOfIndex(index), limitFrames * FRAME_BYTES);
  }

  private _ending(index: number): void {
    this.driver.endingZone(zoneOfIndex(index));
  }

  private _wither(index: number): void {
    this.driver.witherZone(zoneOfIndex(index));
  }

  /** The runtime in the guest marks the zone of a container: a message. */
  setIdle(index: number, isIdle: boolean): void {
    this._expectZone(index);
    this.driver.setIdle(zoneOfIndex(index), isIdle);
  }

  /** The same by a host that dispatches the calls itself: it needs no message to know. */
  dispatched(index: number, isIdle: boolean): void {
    this._expectZone(index);
    this.model.setIdle(zoneOfIndex(index), isIdle);
  }

  /** Asks a zone (POOL: the blocks in no zone) for what it does not use; false when it cannot be asked now. */
  reclaim(index: number, targetBytes = 0, done?: (result: ReclaimResult) => void): boolean {
    this._expectZone(index);
    expectInteger('targetBytes', targetBytes, 0);
    return this.model.reclaim(zoneOfIndex(index), targetBytes, done) !== undefined;
  }

  /** Asks for the host memory of the blocks in no zone, where dead containers' zones have left it; false: not now. */
  reclaimPool(done?: (result: ReclaimResult) => void): boolean {
    return this.reclaim(POOL, 0, done);
  }

  /**
   * Asks a living zone for as many blocks as a policy says; its pages are moved together to empty them. `idleSinceNs`: since when its
   * container has had no call, undefined while it has one. Blocks asked for; 0: the policy keeps them, or the zone cannot be asked now.
   */
  shrink(
    index: number,
    policy: ShrinkPolicy,
    nowNs: number,
    idleSinceNs?: number,
    done?: (result: ReclaimResult) => void,
  ): number {
    this.vm.expectRunning();
    expectInteger('zone', index, 0, ZONES_MAX);
    expectShape('policy', policy, { blocksToGive: FUNCTION });
    expectNumber('nowNs', nowNs, 0);
    if (idleSinceNs !== undefined) expectNumber('idleSinceNs', idleSinceNs, 0);
    const { blockFrames } = this.zones.region;
    const view = { ...this.zones.view(index), idleSinceNs };
    const said = expectInteger('policy.blocksToGive', policy.blocksToGive(view, nowNs), 0);
    const blocks = Math.min(said, view.blocks);
    if (blocks === 0) return 0;
    const bytes = blocks * blockFrames * FRAME_BYTES;
    return this.model.shrink(zoneOfIndex(index), bytes, done) === undefined ? 0 : blocks;
  }

  /** Unplugs the blocks in no zone: with their memory their struct pages go. How many went. */
  unplugPool(): number {
    this.vm.expectRunning();
    let unplugged = 0;
    const { pooledBlocks } = this.vm.guest.core.czones;
    this.driver.unplug(ZONE_POOL, pooledBlocks, false, ({ count }) => (unplugged = count));
    this.zones.unplugged();
    return unplugged;
  }

  /** The pool, then the idle zones in the order of their creation, until what they gave is enough. */
  ask(frames: number): void {
    this.vm.expectRunning();
    expectInteger('frames', frames, 0);
    const left = { bytes: frames * FRAME_BYTES };
    const idle = this.model.zones.filter(({ isIdle }) => isIdle).map(({ zone }) => zone);
    for (const zone of [ZONE_POOL, ...idle]) {
      if (left.bytes <= 0) return;
      this.model.reclaim(zone, left.bytes, partial(takeFrom, left));
    }
  }

  /** What the answers that came at once gave to a host that is short. */
  private _reclaimNow(frames: number): number {
    const before = this.gotFrames;
    this.ask(frames);
    return this.gotFrames - before;
  }

  /** What was taken is free in its zone: it comes back by being used. */
  giveBack(): void {}

  /** Frames that the host has got, by reports and by ends of zones. */
  get gotFrames(): number {
    const { releasedPages, unpluggedPages } = this.model.counters;
    return releasedPages + unpluggedPages;
  }

  /**
   * A message's price has the exit that announces it and the interrupt of its answer. Other accesses to registers are
   * exits by themselves, and an event interrupts without a message.
   */
  get operations(): Operations {
    const { requests, reports } = this.driver.counters;
    const { reportedPages } = this.model.counters;
    const { usedInterrupts, configInterrupts } = this.device.counters;
    const messages = requests + reports;
    const name = this._endedBlock;
    const frames = name === undefined ? this._endedBlocks * this.zones.region.blockFrames : 0;
    return {
      ...(name === undefined ? {} : { [name]: this._endedBlocks }),
      ...reportOperations(messages, frames + reportedPages),
      vmExit: this.exits - messages,
      interrupt: Math.max(0, usedInterrupts + configInterrupts - messages),
    };
  }

  get exits(): number {
    return exitsOf(this.mmio);
  }

  private _expectZone(index: number): void {
    this.vm.expectRunning();
    expectInteger('zone', index, POOL, ZONES_MAX);
  }

  private _plug(index: number, blocks: number): number {
    let got = 0;
    this.driver.plug(zoneOfIndex(index), blocks, (answer) => (got = answer.count));
    return got;
  }

  private _end(index: number): void {
    this.driver.destroyZone(zoneOfIndex(index), true, bound(this, this._ended));
  }

  private _ended({ count }: { readonly count: number }): void {
    this._endedBlocks += count;
  }
}

/** An answer lessens what is still wanted. */
export function takeFrom(left: { bytes: number }, { releasedBytes }: ReclaimResult): void {
  left.bytes -= releasedBytes;
}

/** What the device has of the host. */
export class CZoneSide implements CZoneHost {
  private readonly _vm: MicroVm;
  private readonly _reclaimed: CZoneOptions['reclaimed'];

  constructor(vm: MicroVm, { reclaimed }: CZoneOptions) {
    this._vm = vm;
    this._reclaimed = reclaimed;
  }

  plug(): boolean {
    return true;
  }

  unplug(pfn: number, frames: number): number {
    return this._vm.memory.discard(pfn, frames);
  }

  release(pfn: number, frames: number): number {
    return this._vm.memory.discard(pfn, frames);
  }

  reclaimed(result: ReclaimResult): void {
    this._reclaimed?.(indexOfZone(result.zone), result);
  }
}
