// The guests of scenarios, from published footprints as in
// docs/decisions/0003-what-a-guest-holds.md.

import { expectFunction, expectInteger, expectObject } from '../check/index.ts';
import { publishedMachine } from '../cost/index.ts';
import { Clock } from '../time/index.ts';
import {
  type CZoneRegion,
  type GuestConfig,
  type GuestKernel,
  type MicroVm,
  Vmm,
  type VmmFootprint,
  hotplugStart,
} from '../vmm/index.ts';

export interface GuestSize {
  readonly memoryFrames: number;
  /** Room for memory that is plugged later. */
  readonly hotplugFrames?: number;
  /** Region for CZones: see hotplugStart for where it may lie. */
  readonly region?: CZoneRegion;
  /** Containers at one time, at most. */
  readonly processes?: number;
  readonly cpus?: number;
  readonly thp?: GuestConfig['thp'];
  readonly build?: GuestConfig['build'];
}

/** A guest that holds what the published one holds after boot. */
export function guestConfig(size: GuestSize): GuestConfig {
  expectObject('size', size);
  const { memoryFrames, hotplugFrames = 0, cpus = 1, processes = 8, build = 'release' } = size;
  expectInteger('hotplugFrames', hotplugFrames, 0);
  const hotplugEndFrame =
    hotplugFrames === 0 ? undefined : hotplugStart(memoryFrames) + hotplugFrames;
  const { kernel } = publishedMachine();
  const { region, thp } = size;
  return { memoryFrames, region, hotplugEndFrame, cpus, processes, files: 8, kernel, thp, build };
}

/**
 * A process comes, writes so many new pages and goes: free memory of this guest then has host frames
 * behind it. Throws GuestOutOfMemory when they do not fit.
 */
export function touchAndExit(guest: GuestKernel, pages: number): void {
  expectFunction('guest: writeAndFree', expectObject('guest', guest).writeAndFree);
  guest.writeAndFree(pages);
}

/** What a VMM takes of its host, as published: its process, and page tables for guest memory. */
export function vmmFootprint(): VmmFootprint {
  return publishedMachine().vmm;
}

/** A host with memory for everything and one VM, with the clock that both live by. */
export interface LoneHost {
  readonly vmm: Vmm;
  readonly vm: MicroVm;
  readonly clock: Clock;
}

/** Boots one VM on a host of its own, or clones it from its template. */
export function loneHost(size: GuestSize, clock: Clock = new Clock(), shared = false): LoneHost {
  const vmm = new Vmm({ hostFrames: Infinity, footprint: vmmFootprint(), clock });
  return { vmm, vm: vmm.start(guestConfig(size), shared), clock };
}

/** A VM alone on a host with memory for everything, which lives by the scenario's clock. */
export function loneVm(size: GuestSize, clock: Clock): MicroVm {
  return loneHost(size, clock).vm;
}
