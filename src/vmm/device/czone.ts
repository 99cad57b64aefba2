// A czone-virtio device in a microVM: blocks of the guest's CZone region come from it, zones are known to it by their creation
// and end, and it asks idle ones for what they do not use.

import { FRAME_BYTES, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import type { Operations } from '../../cost/index.ts';
import { type CZones, POOL } from '../../guest/index.ts';
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
  zoneOfIndex,
} from '../../virtio/index.ts';
import type { MicroVm } from '../microvm.ts';
import { exitsOf, plugIn, timersOf } from '../attach.ts';
import type { MemoryDevice } from './device.ts';

export interface CZoneOptions extends Pick<
  CZoneDeviceOptions,
  'idle' | 'granuleBytes' | 'zoneLimitBytes'
> {
  readonly profile?: CZoneProfileName;
}

/** The protocol's number of the blocks in no zone. */
const ZONE_POOL = zoneOfIndex(POOL);

export class CZoneVirtio implements MemoryDevice {
  readonly vm: MicroVm;
  readonly zones: CZones;
  readonly model: CZoneDevice;
  readonly device: VirtioDevice;
  readonly driver: CZoneDriver;
  readonly failure: ProbeFailure | undefined;
  readonly mmio: Connection['mmio'];
  /** A zone is asked for what is free in it: nothing of that is in the way. */
  readonly unmovableFrames: number = 0;
  #endedBlocks = 0;

  /** Attaches the device and probes the driver. The guest has a region for CZones, and nothing of it plugged. */
  constructor(vm: MicroVm, timers: Timers, options: CZoneOptions = {}) {
    const { czones } = vm.guest;
    if (czones === undefined) throw new RangeError(`VM ${vm.id} was made without a CZone region`);
    this.vm = vm;
    this.zones = czones;
    const { region } = czones;
    const profile = CZONE_PROFILES[options.profile ?? 'adaptive'];
    this.model = new CZoneDevice(profile, hostOf(vm), {
      ...options,
      addr: region.start * FRAME_BYTES,
      regionBytes: region.frames * FRAME_BYTES,
      blockBytes: region.blockFrames * FRAME_BYTES,
      timers: timersOf(vm, timers),
    });
    const { device, mmio, transport } = plugIn(vm, this.model, profile.policy);
    this.device = device;
    this.mmio = mmio;
    this.driver = new CZoneDriver(transport, new CoreCZoneGuest(vm.guest.memory, region));
    this.failure = this.driver.probe();
    if (this.failure !== undefined) return;
    vm.guest.core.setPreferBacked(this.driver.prefersBacked);
    czones.host = {
      plug: (blocks) => this.#plug(blocks),
      created: (index, limit) => this.driver.createZone(zoneOfIndex(index), limit * FRAME_BYTES),
      ending: (index) => this.#end(index),
    };
  }

  /** The runtime marks the zone of a container. */
  setIdle(index: number, isIdle: boolean): void {
    this.driver.setIdle(zoneOfIndex(index), isIdle);
  }

  /** Asks a zone (POOL: the blocks in no zone) for what it does not use; false when it cannot be asked now. */
  reclaim(index: number, targetBytes = 0, done?: (result: ReclaimResult) => void): boolean {
    return this.model.reclaim(zoneOfIndex(index), targetBytes, done) !== undefined;
  }

  /** The pool, then the idle zones in the order of their creation, until what they gave is enough. */
  ask(frames: number): void {
    let leftBytes = frames * FRAME_BYTES;
    const idle = this.model.zones.filter(({ isIdle }) => isIdle).map(({ zone }) => zone);
    for (const zone of [ZONE_POOL, ...idle]) {
      if (leftBytes <= 0) return;
      this.model.reclaim(zone, leftBytes, ({ releasedBytes }) => (leftBytes -= releasedBytes));
    }
  }

  /** What was taken is free in its zone: it comes back by being used. */
  giveBack(): void {}

  /** The guest's work is priced by 2 MiB, so a report counts as what of them it has. */
  get operations(): Operations {
    const { requests, reports } = this.driver.counters;
    const { reportedPages } = this.model.counters;
    const frames = this.#endedBlocks * this.zones.region.blockFrames + reportedPages;
    return { czoneMessage: requests + reports, czoneRelease2MiB: frames / PAGEBLOCK_FRAMES };
  }

  get exits(): number {
    return exitsOf(this.mmio);
  }

  #plug(blocks: number): number {
    let got = 0;
    this.driver.plug(ZONE_POOL, blocks, (answer) => (got = answer.count));
    return got;
  }

  #end(index: number): void {
    this.#endedBlocks += this.zones.blocksOf(index).length;
    this.driver.destroyZone(zoneOfIndex(index), true);
  }
}

function hostOf(vm: MicroVm): CZoneHost {
  const discard = (pfn: number, frames: number): number => vm.memory.discard(pfn, frames);
  return { plug: () => true, unplug: discard, release: discard };
}
