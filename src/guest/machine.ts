// Whether a machine is one: sizes that fit each other, room for its kernel, a region for CZones that lies over nothing.

import { FRAMES_PER_MIB, MEMORY_BLOCK_FRAMES } from '../abi/unit.ts';
import {
  RefusedArgument,
  expectInteger,
  expectMultiple,
  expectName,
  expectObject,
} from '../check/index.ts';
import { BUILDS, type CoreBuild, type FrameRange, THP_ORDER, layoutOf } from '../core/index.ts';
import { type KernelFootprint, memmapFrames } from './footprint.ts';
import type { CZoneRegion } from './zones.ts';

/** A guest's machine: what it has when it boots. `guestConfig` makes one of the published figures. */
export interface GuestConfig {
  /** Memory at boot in frames of 4 KiB, firmware's holes not counted. */
  readonly memoryFrames: number;
  /** Region for CZones above the memory; its span costs address space and metadata, no frames. */
  readonly region?: CZoneRegion | undefined;
  /** One past the last frame that may become memory by hotplug; costs metadata, no frames. */
  readonly hotplugEndFrame?: number | undefined;
  /** Virtual CPUs, 1 to 1024: each has lists of free pages of its own. */
  readonly cpus: number;
  /** Processes that run containers at one time, at most. */
  readonly processes: number;
  /** Files that are open at one time, at most. */
  readonly files: number;
  /** Frames that the kernel itself takes, by what for. */
  readonly kernel: KernelFootprint;
  /**
   * Whether transparent huge pages are on, which raises min_free_kbytes; Linux turns them off below
   * 512 MiB of memory. On if not said.
   */
  readonly thp?: boolean | undefined;
  /** The core's build: `release`, or `verify`, which can walk every invariant. */
  readonly build: CoreBuild;
}

/** Frame at which x86-64 kernels load: at 16 MiB. */
export const IMAGE_START: number = 16 * FRAMES_PER_MIB;

/** Frames of a guest-physical address space of 46 bits: 64 TiB. */
const SPAN_FRAMES_MAX = 2 ** 34;
const U32_FRAMES = 2 ** 32 - 1;
const PROCESSES_MAX = 2 ** 16;
const FILES_MAX = 2 ** 16;
const CPUS_MAX = 1024;

const FOOTPRINT_FIELDS = [
  'imageFrames',
  'dynamicFrames',
  'pageCacheFrames',
  'agentFrames',
  'cloneWrittenFrames',
  'cloneReadFrames',
] as const satisfies readonly (keyof KernelFootprint)[];

/** What was looked at once, of machines that nobody can alter: VMs of a kind have one. */
const SOUND = new WeakSet<GuestConfig>();

/** Whether nobody can alter a machine any more: what was once so of it is so. */
export function isFixed(config: GuestConfig): boolean {
  return [config, config.kernel, config.region].every((part) => Object.isFrozen(part));
}

/** A copy that nobody can alter. */
export function fixedMachine(config: GuestConfig): GuestConfig {
  const { kernel, region } = config;
  const own = region && { region: Object.freeze({ ...region }) };
  return Object.freeze({ ...config, ...own, kernel: Object.freeze({ ...kernel }) });
}

/** Throws RefusedArgument for a machine that cannot be made. */
export function expectMachine(config: GuestConfig): void {
  if (SOUND.has(config)) return;
  expectObject('machine', config);
  const { memoryFrames, region, hotplugEndFrame, cpus, processes, files, kernel, build } = config;
  expectObject('kernel', kernel);
  for (const name of FOOTPRINT_FIELDS) {
    expectInteger(`kernel.${name}`, kernel[name], 0, U32_FRAMES);
  }
  expectInteger('memoryFrames', memoryFrames, 1, SPAN_FRAMES_MAX);
  const least = leastFrames(config);
  if (memoryFrames < least) {
    const expected = `${least} or more for this kernel (image, memmap and what it holds after boot)`;
    throw new RefusedArgument('memoryFrames', expected, memoryFrames);
  }
  expectName('build', build, BUILDS);
  expectInteger('cpus', cpus, 1, CPUS_MAX);
  expectInteger('processes', processes, 0, PROCESSES_MAX);
  expectInteger('files', files, 0, FILES_MAX);
  if (hotplugEndFrame !== undefined) {
    expectInteger('hotplugEndFrame', hotplugEndFrame, 0, SPAN_FRAMES_MAX);
  }
  if (region !== undefined) expectRegion(config);
  if (isFixed(config)) SOUND.add(config);
}

/** Frames whose struct pages are there when the guest has booted. */
export function bootedFrames({ memoryFrames, region }: GuestConfig): number {
  return memoryFrames + (region?.isBooted === true ? region.frames : 0);
}

const MEMMAPS = new WeakMap<GuestConfig, FrameRange>();

/** The boot memmap. memblock allocates from the top down: it lies at the end of memory. */
export function memmapRange(config: GuestConfig): FrameRange {
  const known = MEMMAPS.get(config);
  if (known !== undefined) return known;
  const top = layoutOf(config.memoryFrames, []).ram.at(-1) as FrameRange;
  const count = memmapFrames(bootedFrames(config));
  const range = { start: top.start + top.count - count, count };
  if (isFixed(config)) MEMMAPS.set(config, range);
  return range;
}

/** Image and memmap each have a place of their own; what the kernel holds must fit what is left. */
function leastFrames(config: GuestConfig): number {
  const { imageFrames, dynamicFrames, pageCacheFrames, agentFrames } = config.kernel;
  const held = dynamicFrames + agentFrames + pageCacheFrames;
  return (
    IMAGE_START + imageFrames + memmapFrames(bootedFrames(config)) + Math.max(0, held - IMAGE_START)
  );
}

function expectRegion(config: GuestConfig): void {
  const {
    start,
    frames,
    blockFrames,
    isBooted = false,
  } = expectObject('region', config.region) as NonNullable<GuestConfig['region']>;
  expectMultiple('region.blockFrames', blockFrames, 2 ** THP_ORDER, 1, MEMORY_BLOCK_FRAMES);
  if (!Number.isInteger(Math.log2(blockFrames))) {
    throw new RefusedArgument('region.blockFrames', 'a power of two', blockFrames);
  }
  if (typeof isBooted !== 'boolean') {
    throw new RefusedArgument('region.isBooted', 'true or false', isBooted);
  }
  const ram = layoutOf(config.memoryFrames, []).ram.at(-1) as { start: number; count: number };
  const end = ram.start + ram.count;
  if (Number.isSafeInteger(start) && start >= 0 && start < end) {
    throw new RefusedArgument(
      'region.start',
      `a frame behind the guest's memory (${end} on)`,
      start,
    );
  }
  expectMultiple('region.start', start, blockFrames, end, SPAN_FRAMES_MAX);
  expectMultiple('region.frames', frames, blockFrames, blockFrames, SPAN_FRAMES_MAX);
}
