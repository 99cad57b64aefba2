// The mechanisms that scenarios compare: how large the VM of each is, and the device that takes its memory back. What a device
// does is src/vmm/device's.

import {
  FRAME_BYTES,
  MEMORY_BLOCK_FRAMES,
  NS_PER_S,
  PAGEBLOCK_BYTES,
  PAGEBLOCK_FRAMES,
} from '../../abi/unit.ts';
import { Clock } from '../../time/index.ts';
import {
  AUTO_MOVABLE_PERCENT,
  Balloon,
  type CZoneOptions,
  CZoneVirtio,
  Dimms,
  type MemoryDevice,
  type MicroVm,
  Reporting,
  VirtioMem,
  hotplugStart,
} from '../../vmm/index.ts';
import { type GuestSize, loneVm } from '../guest.ts';
import { limitOf } from '../tenant.ts';
import { type Population, type Reclaimer, heapRoom, systemRoom } from './reclaimer.ts';

/** Time for the balloon's driver to try again, which it does every 200 ms, for pages that it did not get. */
const BALLOON_NS = NS_PER_S;
/** Time for a pass of reporting, and for another that the first one's returns may have asked for. */
const REPORTING_NS = 5 * NS_PER_S;

export type MechanismName = 'dimm' | 'balloon' | 'reporting' | 'virtio-mem' | 'czone';

const VM_CPUS = 4;

function vmFor({ sizes }: Population, size: GuestSize, clock: Clock): MicroVm {
  return loneVm({ ...size, cpus: VM_CPUS, processes: sizes.length }, clock);
}

/** A VM whose memory is all there from the start. */
function plainVm(population: Population, clock: Clock): MicroVm {
  const heaps = heapRoom(population);
  return vmFor(population, { memoryFrames: systemRoom(population, heaps) + heaps }, clock);
}

/** A VM whose containers' heaps lie in memory that is plugged, and where that starts. */
function hotplugVm(
  population: Population,
  clock: Clock,
): { vm: MicroVm; start: number; frames: number } {
  const frames = heapRoom(population);
  const memoryFrames = systemRoom(population, frames);
  const vm = vmFor(population, { memoryFrames, hotplugFrames: frames }, clock);
  return { vm, start: hotplugStart(memoryFrames), frames };
}

function around(device: MemoryDevice, clock: Clock, settleNs = 0): Reclaimer {
  return { vm: device.vm, clock, device, settleNs };
}

/** Nothing is asked back: what the others are compared with. */
export function noReclaimer(population: Population): Reclaimer {
  const idle = { operations: {}, exits: 0, unmovableFrames: 0 };
  const clock = new Clock();
  const vm = plainVm(population, clock);
  return around({ vm, ...idle, ask: () => {}, giveBack: () => {} }, clock);
}

export function balloonReclaimer(population: Population): Reclaimer {
  const clock = new Clock();
  return around(
    new Balloon(plainVm(population, clock), clock, { profile: 'qemu' }),
    clock,
    BALLOON_NS,
  );
}

export function reportingReclaimer(population: Population): Reclaimer {
  const clock = new Clock();
  return around(new Reporting(plainVm(population, clock), clock), clock, REPORTING_NS);
}

/** The heaps are a region of 2 MiB blocks. */
function virtioMemReclaimer(population: Population): Reclaimer {
  const clock = new Clock();
  const { vm, start, frames } = hotplugVm(population, clock);
  const regionBytes = frames * FRAME_BYTES;
  const device = new VirtioMem(vm, clock, {
    profile: 'qemu',
    policy: 'auto-movable',
    addr: start * FRAME_BYTES,
    regionBytes,
    requestedBytes: regionBytes,
    blockBytes: PAGEBLOCK_BYTES,
  });
  return around(device, clock);
}

/** The heaps are DIMMs of one memory block each. */
function dimmReclaimer(population: Population): Reclaimer {
  const clock = new Clock();
  const { vm, start, frames } = hotplugVm(population, clock);
  const device = new Dimms(vm, start, {
    policy: 'auto-movable',
    autoMovablePercent: AUTO_MOVABLE_PERCENT,
  });
  for (let at = 0; at < frames; at += MEMORY_BLOCK_FRAMES) device.plug(1);
  return around(device, clock);
}

/** A reclaimer whose containers have zones. */
export interface CZoneReclaimer extends Reclaimer {
  readonly device: CZoneVirtio;
}

/** Each container has a zone of 2 MiB blocks of its own, with room for all that it may hold. */
export function czoneReclaimer(population: Population, options: CZoneOptions = {}): CZoneReclaimer {
  const { sizes } = population;
  const frames = sizes.reduce((sum, size) => sum + limitOf(size, PAGEBLOCK_FRAMES), 0);
  const memoryFrames = systemRoom(population, frames);
  const region = { start: hotplugStart(memoryFrames), frames, blockFrames: PAGEBLOCK_FRAMES };
  const clock = new Clock();
  const device = new CZoneVirtio(
    vmFor(population, { memoryFrames, region }, clock),
    clock,
    options,
  );
  return { ...around(device, clock), device, zones: device.zones };
}

/** In the order in which they are compared. */
export const RECLAIMERS: Readonly<Record<MechanismName, (population: Population) => Reclaimer>> = {
  dimm: dimmReclaimer,
  balloon: balloonReclaimer,
  reporting: reportingReclaimer,
  'virtio-mem': virtioMemReclaimer,
  czone: (population) => czoneReclaimer(population),
};

export const MECHANISMS: readonly MechanismName[] = Object.keys(RECLAIMERS) as MechanismName[];
