// What the systems run on: host, VMM and guest OS, as replay made them of published figures, and how many containers share a VM.

import {
  type Clock,
  type CoreBuild,
  CorePool,
  type GrowthPolicy,
  type GuestConfig,
  type HostCache,
  ImageStore,
  type KernelFootprint,
  type MicroVm,
  type Operations,
  type VmmFootprint,
  pageTableFrames,
} from '../vmm/index.ts';
import type { FunctionProfile } from './function-profile.ts';
import type { Placement } from './placement/index.ts';

/**
 * What systems run on: hosts, VMs and kernels, and how large VMs of many containers are. Made of `defaultMachine` and
 * what is said instead.
 */
export interface MachineConfig {
  /** Memory of a host, in frames of 4 KiB. */
  readonly hostFrames: number;
  /** Frames that a guest's kernel takes, by what for. */
  readonly kernel: KernelFootprint;
  /** What of it is touched by VMs that go on from an image of a function at work. */
  readonly resumed: Pick<KernelFootprint, 'cloneWrittenFrames' | 'cloneReadFrames'>;
  /** What a VMM takes of its host besides the guest's memory. */
  readonly vmm: VmmFootprint;
  /** cgroup, namespaces, kernel stacks of one container. */
  readonly containerKernelFrames: number;
  /** Containers that a VM of the MCPV systems is sized for, at most. */
  readonly containersPerVm: number;
  /** Virtual CPUs of such a VM. */
  readonly cpusPerVm: number;
  /** Memory for containers in such a VM, at most: with large functions fewer fit. */
  readonly containerFramesPerVm: number;
  /** Makes a system's policy for which of them a container goes to. */
  readonly placement: () => Placement;
  /** Block size of CZones. */
  readonly blockFrames: number;
  /** Makes a system's policy for how CZones begin and grow. */
  readonly growth: () => GrowthPolicy;
  /**
   * Systems that can take memory from idle containers do so after this long; undefined: never. A keep-alive shorter than
   * this never sees it happen.
   */
  readonly idleReclaimMs?: number | undefined;
  /** How guests come to their files; absent: shared. */
  readonly hostCache?: HostCache | undefined;
  /** The build of the guests' cores. */
  readonly build: CoreBuild;
  /** Sees each VM before it is stopped. */
  readonly inspect?: ((vm: MicroVm) => void) | undefined;
}

/** What idleReclaimMs is when idle reclaim is asked for without a time: czone-virtio's delay. */
export const DEFAULT_IDLE_RECLAIM_MS = 1000;

/** Files: the root file system and one function's. */
const FILES_PER_VM = 4;

/** What a VM's start takes longer than alone, because of others that start on its host or stand there. */
export interface Contended {
  /** By the run's clock. */
  readonly delayNs: number;
  /** Milliseconds by level of prices. */
  readonly delayMs: readonly number[];
  /** What it costs the host. */
  readonly operations: Operations;
}

/** What a system is made of. */
export interface SystemContext {
  /** The machine that its VMs are made by. */
  readonly machine: MachineConfig;
  /** Of the run: the system's host, VMs and devices live by it. The caller moves it. */
  readonly clock: Clock;
  /** How long operations and the release of so many frames take the host; without it, no time. */
  readonly workNs?: ((operations: Operations, releasedFrames: number) => number) | undefined;
  /** The system boots a VM on its host for itself: its turn among all that start there (`Start.parent`). */
  readonly bootTurn?: (() => Contended | undefined) | undefined;
}

/** Cores are reused between the systems of a run: making one is dearer than overwriting it. */
export const POOL: CorePool = new CorePool();
/** So are booted machines: the systems of a run, and its seeds, start the same ones. */
export const IMAGES: ImageStore = new ImageStore();

/** Why a VM that its host ends has ended. */
export const KILLED = 'killed by the host: out of memory';

/** Frames of a booted guest, its memmap apart. */
export function systemFrames({ kernel }: MachineConfig): number {
  return kernel.imageFrames + kernel.dynamicFrames + kernel.pageCacheFrames + kernel.agentFrames;
}

/** Kernel memory that a container of a function costs. */
export function containerFrames(machine: MachineConfig, profile: FunctionProfile): number {
  return machine.containerKernelFrames + pageTableFrames(profile.limitFrames);
}

/** Containers of a function that one VM of an MCPV system holds. */
export function containersPerVm(machine: MachineConfig, profile: FunctionProfile): number {
  const fitting = Math.floor(machine.containerFramesPerVm / profile.limitFrames);
  return Math.max(1, Math.min(machine.containersPerVm, fitting));
}

/** What sets one guest of a machine apart from another. */
export type VmSize = Omit<GuestConfig, 'files' | 'kernel' | 'build'>;

export function guestOf({ kernel, build }: MachineConfig, size: VmSize): GuestConfig {
  return { ...size, files: FILES_PER_VM, kernel, build };
}
