// A czone-virtio device in a microVM: blocks of the guest's CZone region come from it, zones are known to it by their
// creation and end, and it asks idle ones for what they do not use.

import { type CZones, POOL } from '../../guest/index.ts';
import {
  CZONE_PROFILES,
  type Connection,
  CoreCzoneGuest,
  CzoneDevice,
  type CzoneDeviceOptions,
  CzoneDriver,
  type CzoneHost,
  type CzoneProfileName,
  type ProbeFailure,
  type ReclaimResult,
  type Timers,
  type VirtioDevice,
  zoneOfIndex,
} from '../../virtio/index.ts';
import { plugIn, timersOf } from './attach.ts';
import type { MicroVm } from '../microvm.ts';

const FRAME_BYTES = 4096;

export interface CzoneConfig extends Pick<
  CzoneDeviceOptions,
  'idle' | 'granuleBytes' | 'zoneLimitBytes'
> {
  readonly profile?: CzoneProfileName;
}

export class CzoneVirtio {
  readonly vm: MicroVm;
  readonly zones: CZones;
  readonly model: CzoneDevice;
  readonly device: VirtioDevice;
  readonly driver: CzoneDriver;
  readonly failure: ProbeFailure | undefined;
  readonly mmio: Connection['mmio'];

  /** Attaches the device and probes the driver. The guest has a region for CZones, and nothing of it plugged. */
  constructor(vm: MicroVm, timers: Timers, config: CzoneConfig = {}) {
    const { czones } = vm.guest;
    if (czones === undefined) throw new RangeError(`VM ${vm.id} was made without a CZone region`);
    this.vm = vm;
    this.zones = czones;
    const { region } = czones;
    const profile = CZONE_PROFILES[config.profile ?? 'adaptive'];
    this.model = new CzoneDevice(profile, hostOf(vm), {
      ...config,
      addr: region.start * FRAME_BYTES,
      regionBytes: region.frames * FRAME_BYTES,
      blockBytes: region.blockFrames * FRAME_BYTES,
      timers: timersOf(vm, timers),
    });
    const { device, mmio, transport } = plugIn(vm, this.model, profile.policy);
    this.device = device;
    this.mmio = mmio;
    this.driver = new CzoneDriver(transport, new CoreCzoneGuest(vm.guest.memory, region));
    this.failure = this.driver.probe();
    if (this.failure !== undefined) return;
    vm.guest.core.setPreferBacked(this.driver.prefersBacked);
    czones.host = {
      plug: (blocks) => this.#plug(blocks),
      created: (index, limit) => this.driver.createZone(zoneOfIndex(index), limit * FRAME_BYTES),
      ending: (index) => this.driver.destroyZone(zoneOfIndex(index), true),
    };
  }

  /** Messages of the guest: requests and reports, each with its answer. */
  get messages(): number {
    const { requests, reports } = this.driver.counters;
    return requests + reports;
  }

  /** The runtime marks the zone of a container. */
  setIdle(index: number, isIdle: boolean): void {
    this.driver.setIdle(zoneOfIndex(index), isIdle);
  }

  /** Asks a zone (POOL: the blocks in no zone) for what it does not use; false when it cannot be asked now. */
  reclaim(index: number, targetBytes = 0, done?: (result: ReclaimResult) => void): boolean {
    const zone = index === POOL ? 0 : zoneOfIndex(index);
    return this.model.reclaim(zone, targetBytes, done) !== undefined;
  }

  #plug(blocks: number): number {
    let got = 0;
    this.driver.plug(0, blocks, (answer) => (got = answer.count));
    return got;
  }
}

function hostOf(vm: MicroVm): CzoneHost {
  const discard = (pfn: number, frames: number): number => vm.memory.discard(pfn, frames);
  return { plug: () => true, unplug: discard, release: discard };
}
