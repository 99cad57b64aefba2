import { describe, expect, it } from 'vitest';

import { defaultMachine } from '../../../src/replay/index.ts';
import { DEFAULT_WORKLOAD, profileOf } from '../../../src/serverless/function-profile.ts';
import {
  containerFrames,
  containersPerVm,
  guestOf,
  systemFrames,
  type MachineConfig,
} from '../../../src/serverless/machine.ts';
import { hostOf } from '../../../src/serverless/context.ts';
import { Clock } from '../../../src/time/index.ts';

const MACHINE = defaultMachine();

function profile(memoryMib: number): ReturnType<typeof profileOf> {
  return profileOf({ id: 0, name: 'f', memoryMib, averageMs: 100 }, DEFAULT_WORKLOAD);
}

const holding = (containers: number, frames: number): MachineConfig => ({
  ...MACHINE,
  containersPerVm: containers,
  containerFramesPerVm: frames,
});

describe('containers in a VM', () => {
  it('are as many as the machine says, or as find room', () => {
    const { limitFrames } = profile(40);
    const of = (containers: number, limits: number): number =>
      containersPerVm(holding(containers, limits * limitFrames), profile(40));
    expect([of(16, 100), of(16, 5), of(16, 5.9), of(3, 5)]).toEqual([16, 5, 5, 3]);
  });

  it('are one at least, also of a function larger than a VM should be', () => {
    expect(containersPerVm(holding(16, 10), profile(4000))).toBe(1);
  });

  it('cost kernel memory: their own, and page tables for all that they may map', () => {
    const [small, large] = [
      containerFrames(MACHINE, profile(40)),
      containerFrames(MACHINE, profile(400)),
    ];
    expect(small).toBeGreaterThan(MACHINE.containerKernelFrames);
    const tables = (profile(400).limitFrames - profile(40).limitFrames) / 512;
    expect(large - small).toBeGreaterThanOrEqual(Math.floor(tables));
    expect(large - small).toBeLessThan(tables + 5);
  });
});

it('a booted guest holds its image, its kernel, its page cache and its agent', () => {
  const kernel = {
    imageFrames: 1,
    dynamicFrames: 20,
    pageCacheFrames: 300,
    agentFrames: 4000,
  } as MachineConfig['kernel'];
  expect(systemFrames({ ...MACHINE, kernel })).toBe(4321);
});

it('guests of a machine have its kernel and its build, and a size of their own', () => {
  const guest = guestOf(MACHINE, { memoryFrames: 65536, cpus: 3, processes: 2 });
  expect(guest).toMatchObject({ memoryFrames: 65536, cpus: 3, processes: 2, build: 'release' });
  expect(guest.kernel).toBe(MACHINE.kernel);
});

describe('a host', () => {
  it('lives by the run’s clock, and shows each VM before it is stopped', () => {
    const clock = new Clock();
    const seen: number[] = [];
    const machine = { ...MACHINE, inspect: (vm: { id: number }) => void seen.push(vm.id) };
    const vmm = hostOf({ machine, clock });
    expect(vmm.clock).toBe(clock);
    expect(vmm.host.heldFrames).toBe(0);
    const vm = vmm.start(guestOf(machine, { memoryFrames: 65536, cpus: 1, processes: 1 }), false);
    expect(seen).toEqual([]);
    vmm.stop(vm, vm.startCounts);
    expect(seen).toEqual([vm.id]);
  });
});
