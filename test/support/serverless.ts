/** Systems by name on the default machine, and one small function for them, whose heap stays as it starts. */

import { defaultMachine } from '../../src/replay/index.ts';
import {
  DEFAULT_WORKLOAD,
  profileOf,
  SYSTEMS,
  type FunctionProfile,
  type ServerlessSystem,
  type WorkloadParameters,
} from '../../src/serverless/index.ts';
import { Clock } from '../../src/time/index.ts';

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
  const spec = SYSTEMS.find((one) => one.name === name);
  if (spec === undefined) throw new Error(`no system ${name}`);
  const machine = { ...defaultMachine(), containersPerVm: 4 };
  return spec.create({ machine, clock: new Clock() });
}

export function vmCount(system: ServerlessSystem): number {
  return [...system.vms()].length;
}
