// The guests of scenarios, from published footprints as in
// docs/decisions/0003-what-a-guest-holds.md.

import { type FootprintName, footprintBytes } from '../cost/index.ts';
import {
  type CZoneRegion,
  CorePool,
  type GuestConfig,
  HostMemory,
  MicroVm,
  TemplateStore,
  type VmmFootprint,
  memmapFrames,
} from '../vmm/index.ts';

const FRAME_BYTES = 4096;
const FRAMES_PER_GIB = 2 ** 18;
/** Memory of the machines that the published guest footprints are of: 128 MiB. */
const REFERENCE_FRAMES = 32_768;
/** x86-64: memory beyond 3 GiB lies above 4 GiB. */
const LOW_MEMORY_FRAMES = 3 * FRAMES_PER_GIB;
const HIGH_MEMORY_START = 4 * FRAMES_PER_GIB;
const MEMORY_BLOCK_FRAMES = 32_768;

function frames(name: FootprintName): number {
  return Math.round(footprintBytes(name) / FRAME_BYTES);
}

export interface GuestSize {
  readonly memoryFrames: number;
  /** Room for memory that is plugged later. */
  readonly hotplugFrames?: number;
  /** Region for CZones: see hotplugStart for where it may lie. */
  readonly region?: CZoneRegion;
  /** Containers at one time, at most. */
  readonly processes?: number;
  readonly cpus?: number;
  readonly build?: GuestConfig['build'];
}

/**
 * First frame of the first memory block behind a guest's memory: where hot-plugged memory starts.
 */
export function hotplugStart(memoryFrames: number): number {
  const above = Math.max(0, memoryFrames - LOW_MEMORY_FRAMES);
  return Math.ceil((HIGH_MEMORY_START + above) / MEMORY_BLOCK_FRAMES) * MEMORY_BLOCK_FRAMES;
}

/** A guest that holds what the published one holds after boot. */
export function guestConfig(size: GuestSize): GuestConfig {
  const { memoryFrames, hotplugFrames = 0, cpus = 1, processes = 8, build = 'release' } = size;
  const imageFrames = frames('kernelImage');
  const rest = frames('guestOsBooted') - imageFrames - memmapFrames(REFERENCE_FRAMES);
  const third = Math.floor(rest / 3);
  const cloneWrittenFrames = frames('templatePrivate') - frames('vmmPerVm');
  const hotplugEndFrame =
    hotplugFrames === 0 ? undefined : hotplugStart(memoryFrames) + hotplugFrames;
  return {
    memoryFrames,
    region: size.region,
    hotplugEndFrame,
    cpus,
    processes,
    files: 8,
    kernel: {
      imageFrames,
      dynamicFrames: rest - 2 * third,
      pageCacheFrames: third,
      agentFrames: third,
      cloneWrittenFrames,
      cloneReadFrames: frames('restoredWorkingSet') - cloneWrittenFrames,
    },
    build,
  };
}

export function vmmFootprint(): VmmFootprint {
  return {
    processFrames: frames('vmmPerVm'),
    tableFramesPerFrame: footprintBytes('hostPageTablesPerGiB') / 2 ** 30,
  };
}

/** A VM alone on a host with memory for everything. */
export function loneVm(size: GuestSize): MicroVm {
  const host = new HostMemory(2 ** 31);
  const template = new TemplateStore(host).get(guestConfig(size), false);
  return new MicroVm(0, template, { host, pool: new CorePool(), vmm: vmmFootprint() });
}
