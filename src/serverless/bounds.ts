// What the figures of a replay may be. They are looked at before anything is played: what lies behind takes them as they are.

import { NS_PER_MS, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import {
  type Bounds,
  NUMBER,
  RefusedArgument,
  type Shape,
  expectFigures,
  expectFunction,
  expectList,
  expectMultiple,
  expectNumber,
  expectObject,
  expectShape,
} from '../check/index.ts';
import type { FunctionProfile, WorkloadParameters } from './function-profile.ts';
import type { MachineConfig } from './machine.ts';
import type { MachineSetting } from './system.ts';

/** The core numbers frames in 32 bits. */
const FRAMES: Bounds = { least: 0, most: 2 ** 32 - 1 };
/** What is given back and taken anew costs time for each, though no memory: 256 GiB at once, where a start of those measured has 8 MB. */
const CHURN: Bounds = { least: 0, most: 2 ** 26 };
const SHARE: Bounds = { least: 0, most: 1, isFraction: true };
/** A guest has processes for so many, and some others: src/guest/machine.ts. */
const CONTAINERS: Bounds = { least: 1, most: 10_000 };
const CPUS: Bounds = { least: 1, most: 1024 };
/** Clocks count whole nanoseconds up to here. */
const LONGEST_MS: number = Number.MAX_SAFE_INTEGER / NS_PER_MS;

/** Each is a share of 0 to 1, or an amount in the unit that ends its name. */
export const WORKLOAD_BOUNDS: Readonly<Record<keyof WorkloadParameters, Bounds>> = {
  fileShare: SHARE,
  residentShare: SHARE,
  callTouchShare: SHARE,
  callWriteShare: SHARE,
  callTemporaryShare: SHARE,
  callTemporaryKibMin: { least: 0, most: 2 ** 32, isFraction: true },
  initPeakShare: SHARE,
  growthShare: SHARE,
  collectionShare: SHARE,
  collectionCalls: { least: 1, most: 2 ** 32 },
  resumeTouchShare: SHARE,
  resumeWriteShare: SHARE,
};

const PROFILE_BOUNDS = {
  fileFrames: FRAMES,
  anonymousFrames: FRAMES,
  initPeakFrames: FRAMES,
  growthFrames: FRAMES,
  collectionFrames: FRAMES,
  collectionCalls: WORKLOAD_BOUNDS.collectionCalls,
  resumeFrames: FRAMES,
  resumeWriteFrames: FRAMES,
  resumeFileFrames: FRAMES,
  limitFrames: { ...FRAMES, least: 1 },
  callWriteFrames: FRAMES,
  callReadFrames: FRAMES,
  callFileFrames: FRAMES,
  callTemporaryFrames: FRAMES,
} as const satisfies Partial<Record<keyof FunctionProfile, Bounds>>;

const OPTIONAL_BOUNDS = {
  startChurnFrames: CHURN,
  callChurnFrames: CHURN,
  growthFileFrames: FRAMES,
} as const satisfies Partial<Record<keyof FunctionProfile, Bounds>>;
const SHAPES = ['growthShape', 'callChurnShape', 'growthFileShape'] as const;

const SETTINGS: Readonly<Record<MachineSetting, (machine: MachineConfig) => void>> = {
  placement: ({ placement }) => expectFunction('machine.placement', placement),
  growth: ({ growth }) => expectFunction('machine.growth', growth),
  containersPerVm: (machine) => expectFigures('machine', machine, { containersPerVm: CONTAINERS }),
  cpusPerVm: (machine) => expectFigures('machine', machine, { cpusPerVm: CPUS }),
  containerFramesPerVm: (machine) =>
    expectFigures('machine', machine, { containerFramesPerVm: { ...FRAMES, least: 1 } }),
  idleReclaimMs: ({ idleReclaimMs = 0 }) =>
    expectNumber('machine.idleReclaimMs', idleReclaimMs, 0, LONGEST_MS),
};

/**
 * Throws RefusedArgument for a machine that no system can run on, which looks at these settings. Its guests are looked at when
 * they are booted.
 */
export function expectHostMachine(
  machine: MachineConfig,
  settings: readonly MachineSetting[] = Object.keys(SETTINGS) as MachineSetting[],
): void {
  expectFigures('machine', machine, {
    hostFrames: { least: 0, most: Infinity, isFraction: true },
    containerKernelFrames: FRAMES,
  });
  const { blockFrames } = machine;
  expectMultiple('machine.blockFrames', blockFrames, PAGEBLOCK_FRAMES, PAGEBLOCK_FRAMES);
  if (!Number.isInteger(Math.log2(blockFrames))) {
    throw new RefusedArgument('machine.blockFrames', 'a power of two', blockFrames);
  }
  expectFigures('machine.resumed', machine.resumed, {
    cloneWrittenFrames: FRAMES,
    cloneReadFrames: FRAMES,
  });
  expectObject('machine.kernel', machine.kernel);
  expectObject('machine.vmm', machine.vmm);
  if (machine.inspect !== undefined) expectFunction('machine.inspect', machine.inspect);
  for (const name of settings) SETTINGS[name](machine);
}

/** Throws RefusedArgument for a parameter that is no share, or no amount. */
export function expectWorkload(parameters: WorkloadParameters): void {
  expectFigures('workload', parameters, WORKLOAD_BOUNDS);
}

/** What was looked at once: replays hand over the same few profiles at each start. */
const FIT = new WeakSet<FunctionProfile>();

/** Throws RefusedArgument for a container that cannot be. */
export function expectProfile(profile: FunctionProfile): FunctionProfile {
  if (FIT.has(profile)) return profile;
  expectFigures('profile', profile, PROFILE_BOUNDS);
  for (const [name, bounds] of Object.entries(OPTIONAL_BOUNDS)) {
    const isSaid = profile[name as keyof FunctionProfile] !== undefined;
    if (isSaid) expectFigures('profile', profile, { [name]: bounds });
  }
  for (const name of SHAPES) expectCourse(`profile.${name}`, profile[name]);
  FIT.add(profile);
  return profile;
}

function expectCourse(name: string, shape: readonly number[] | undefined): void {
  if (shape === undefined) return;
  for (const [at, share] of expectList(name, shape).entries()) {
    expectNumber(`${name}[${at}]`, share, 0, 1);
  }
}

const SHARED: Shape = {
  kernel: {
    imageFrames: NUMBER,
    dynamicFrames: NUMBER,
    pageCacheFrames: NUMBER,
    agentFrames: NUMBER,
  },
  containerKernelFrames: NUMBER,
  containersPerVm: NUMBER,
  containerFramesPerVm: NUMBER,
};

/** Throws RefusedArgument for a machine or a function that VMs of many containers cannot be sized for. */
export function expectSizes(machine: MachineConfig, profile: FunctionProfile): void {
  expectShape('machine', machine, SHARED);
  expectProfile(profile);
}
