// What systems are made of, looked at where it comes in.

import { expectObject } from '../check/index.ts';
import { Vmm } from '../vmm/index.ts';
import { expectHostMachine } from './bounds.ts';
import { IMAGES, POOL, type SystemContext } from './machine.ts';
import type { MachineSetting } from './system.ts';

/** Throws RefusedArgument for one without a machine or a clock; its machine is one for a system that looks at these settings. */
export function expectContext(
  context: SystemContext,
  settings: readonly MachineSetting[] = [],
): SystemContext {
  const { machine, clock } = expectObject('context', context);
  expectHostMachine(machine, settings);
  expectObject('context.clock', clock);
  return context;
}

/** The host of a system. Whoever owns the system says what happens when its memory runs out (`HostMemory.onFull`). */
export function hostOf(context: SystemContext, settings?: readonly MachineSetting[]): Vmm {
  const { machine, clock } = expectContext(context, settings);
  const { hostFrames, vmm, hostCache, inspect } = machine;
  const shared = { clock, pool: POOL, images: IMAGES };
  return new Vmm({ hostFrames, footprint: vmm, hostCache, inspect, ...shared });
}
