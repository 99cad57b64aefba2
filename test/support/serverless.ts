/** Systems by name on the default machine, and one small function for them, whose heap stays as it starts. */

import { expect } from 'vitest';

import { defaultMachine } from '../../src/replay/index.ts';
import {
  DEFAULT_WORKLOAD,
  type GuestConfig,
  type MicroVm,
  Vmm,
  newCounts,
  profileOf,
  systemOf,
  type FunctionProfile,
  type MachineConfig,
  type ServerlessSystem,
  type SystemContext,
  type WorkloadParameters,
} from '../../src/serverless/index.ts';
import type { StartedVm } from '../../src/serverless/many-per-vm.ts';
import { Clock } from '../../src/time/index.ts';
import { takeCensus } from './census.ts';
import { expectSound } from './vm.ts';

export const STEADY: WorkloadParameters = {
  ...DEFAULT_WORKLOAD,
  initPeakShare: 0,
  growthShare: 0,
};

export const PROFILE: FunctionProfile = profileOf(
  { id: 0, name: 'f', memoryMib: 40, averageMs: 100 },
  STEADY,
);

/** A system on an empty host, four containers a VM at most where VMs are shared. */
export function makeSystem(name: string): ServerlessSystem {
  return systemWithClock(name).system;
}

/** The same with its clock; `workNs` and `bootTurn` as in SystemContext, `machine` what differs. */
export function systemWithClock(
  name: string,
  {
    workNs,
    bootTurn,
    ...machine
  }: Partial<MachineConfig> & Pick<SystemContext, 'workNs' | 'bootTurn'> = {},
): { system: ServerlessSystem; clock: Clock } {
  const clock = new Clock();
  const all = { ...defaultMachine(), containersPerVm: 4, ...machine };
  return { system: systemOf(name).create({ machine: all, clock, workNs, bootTurn }), clock };
}

/** A VM for containers of PROFILE, alone on a host, before it has devices; nobody hears of what those do. */
export function startedVm(
  machine: MachineConfig,
  config: GuestConfig,
  workNs?: SystemContext['workNs'],
): { vm: MicroVm; started: StartedVm; clock: Clock } {
  const clock = new Clock();
  const vmm = new Vmm({ hostFrames: Infinity, footprint: machine.vmm, clock });
  const vm = vmm.start(config, true);
  const context = { machine, clock, workNs };
  const started = { vm, profile: PROFILE, context, ended: () => {}, worked: () => {} };
  return { vm, started, clock };
}

/** Every rule of the guest holds, and what its account says is idle is what a walk finds. */
export function expectAccounted(system: ServerlessSystem): void {
  let vms = 0;
  for (const vm of system.vms()) {
    expectSound(vm);
    vm.settle(newCounts());
    const { core, memory } = vm.guest;
    expect(memory.idleFrames).toBe(takeCensus(core).idleFrames);
    vms += 1;
  }
  expect(vms).toBeGreaterThan(0);
}

export function vmCount(system: ServerlessSystem): number {
  return [...system.vms()].length;
}
