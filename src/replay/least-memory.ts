// The least that a replay takes of this process: the tables of the guests in which calls run at the same time, whatever the system.

import { MS_PER_MINUTE } from '../abi/unit.ts';
import { type Trace, arrivalsOf } from '../trace/index.ts';
import { defaultMachine } from './default-machine.ts';
import { type ReplayPlan, optionsOf } from './plan.ts';
import { profilesIn } from './profiles.ts';

/** Of a core's tables for each frame of its guest, as src/core/config.ts says it; measured runs take 20 and more, all told. */
const TABLE_BYTES = 13;

export interface LeastMemory {
  /** That run at the same time, on average over the busiest minute. */
  readonly containers: number;
  readonly bytes: number;
}

/** One pass over the calls. A call's container has its function's limit, and what it takes of the kernel, as guest memory in every system. */
export function leastMemoryOf(trace: Trace, plan: ReplayPlan): LeastMemory {
  const options = optionsOf(plan);
  const { machine, hosts = 1 } = options;
  const profiles = profilesIn(trace, options);
  const { hostFrames: ofHost, containerKernelFrames } = { ...defaultMachine(), ...machine };
  const hostFrames = hosts * ofHost;
  let most: LeastMemory = { containers: 0, bytes: 0 };
  for (const { startMs, functionIds, durationMs } of arrivalsOf(trace)) {
    let [containers, limits, held] = [0, 0, 0];
    for (let at = 0; at < startMs.length; at += 1) {
      const { limitFrames, anonymousFrames } = profiles[functionIds[at] as number]!;
      const left = MS_PER_MINUTE - ((startMs[at] as number) % MS_PER_MINUTE);
      const share = Math.min(durationMs[at] as number, left) / MS_PER_MINUTE;
      containers += share;
      limits += share * (limitFrames + containerKernelFrames);
      held += share * (anonymousFrames + containerKernelFrames);
    }
    // hosts that are full take no more
    const placed = held > hostFrames ? hostFrames / held : 1;
    const bytes = placed * limits * TABLE_BYTES;
    if (bytes > most.bytes) most = { containers: placed * containers, bytes };
  }
  return most;
}
