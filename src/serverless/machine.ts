// What the systems run on: sizes of guests, VMMs and host. The figures come from replay, which reads them off the
// published footprints; what of it a VM needs is here, so that every system uses the same.

import type { Clock } from '../time/index.ts';
import {
  type CoreBuild,
  CorePool,
  type GuestConfig,
  type KernelFootprint,
  type MicroVm,
  Vmm,
  type VmmFootprint,
  memmapFrames,
  memoryFor,
  pageTableFrames,
  wholeBlocks,
} from '../vmm/index.ts';
import type { FunctionProfile } from './function-profile.ts';

export interface MachineConfig {
  readonly hostFrames: number;
  readonly kernel: KernelFootprint;
  readonly vmm: VmmFootprint;
  /** cgroup, namespaces, kernel stacks of one container. */
  readonly containerKernelFrames: number;
  /** Containers that a VM of the MCPV systems is sized for, at most. */
  readonly containersPerVm: number;
  /** Memory for containers in such a VM, at most: with large functions fewer fit. */
  readonly containerFramesPerVm: number;
  /** Block size of CZones. */
  readonly blockFrames: number;
  /** CZones hand out backed free frames first. */
  readonly preferBacked: boolean;
  /**
   * Systems that can take memory from idle containers do so after this long; undefined: never. A keep-alive shorter than
   * this never sees it happen.
   */
  readonly idleReclaimMs?: number | undefined;
  readonly build: CoreBuild;
  /** Sees each VM before it is stopped. */
  readonly inspect?: ((vm: MicroVm) => void) | undefined;
}

/** What idleReclaimMs is when idle reclaim is asked for without a time: czone-virtio's delay. */
export const DEFAULT_IDLE_RECLAIM_MS = 1000;

/** Virtual CPUs of a VM for many containers; a VM for one has one. */
const MCPV_CPUS = 4;

/** Files: the root file system and one function's. */
const FILES_PER_VM = 4;

/** Cores are reused between the systems of a run: making one is dearer than overwriting it. */
const POOL: CorePool = new CorePool();

/** The host of a system. Host memory that runs out ends a replay: nothing is taken from VMs, none is killed. */
export function hostOf({ hostFrames, vmm, inspect }: MachineConfig, clock: Clock): Vmm {
  return new Vmm({ hostFrames, footprint: vmm, clock, pool: POOL, inspect });
}

/** Frames of a booted guest, its memmap apart. */
function systemFrames({ kernel }: MachineConfig): number {
  return kernel.imageFrames + kernel.dynamicFrames + kernel.pageCacheFrames + kernel.agentFrames;
}

function processFrames(machine: MachineConfig, profile: FunctionProfile): number {
  return machine.containerKernelFrames + pageTableFrames(profile.limitFrames);
}

/** Containers of a function that one VM of an MCPV system holds. */
export function containersPerVm(machine: MachineConfig, profile: FunctionProfile): number {
  const fitting = Math.floor(machine.containerFramesPerVm / profile.limitFrames);
  return Math.max(1, Math.min(machine.containersPerVm, fitting));
}

/** A VM for one container: guest OS, the container's limit, its kernel memory. */
export function singleConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const need = systemFrames(machine) + profile.limitFrames + processFrames(machine, profile);
  const { kernel, build } = machine;
  return {
    memoryFrames: memoryFor(need),
    cpus: 1,
    processes: 1,
    files: FILES_PER_VM,
    kernel,
    build,
  };
}

/** A VM with all the memory that its containers may ever need, in the kernel's own zones. */
export function staticConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const processes = containersPerVm(machine, profile);
  const each = profile.limitFrames + processFrames(machine, profile);
  const need = systemFrames(machine) + profile.fileFrames + processes * each;
  const { kernel, build } = machine;
  const memoryFrames = memoryFor(need);
  return { memoryFrames, cpus: MCPV_CPUS, processes, files: FILES_PER_VM, kernel, build };
}

/** A VM whose own memory holds kernel and shared files; containers' memory comes from a region above it. */
export function czoneConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const processes = containersPerVm(machine, profile);
  const { kernel, build, blockFrames } = machine;
  const limit = Math.ceil(profile.limitFrames / blockFrames) * blockFrames;
  const frames = wholeBlocks(processes * limit);
  const each = processFrames(machine, profile);
  const own = systemFrames(machine) + profile.fileFrames + processes * each;
  const memoryFrames = memoryFor(own + memmapFrames(frames));
  const region = { start: memoryFrames, frames, blockFrames };
  return { memoryFrames, region, cpus: MCPV_CPUS, processes, files: FILES_PER_VM, kernel, build };
}
