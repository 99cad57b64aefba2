// A zone gives back everything it does not use once it has been idle for so long.

import { NS_PER_S } from '../../abi/unit.ts';
import { expectNumber, expectObject } from '../../check/index.ts';
import type { ShrinkPolicy } from './policy.ts';

/** A zone gives back all that is free in it when it has been idle for so many ns. Throws RefusedArgument for less than 0. */
export function shrinkWhenIdle(afterNs: number): ShrinkPolicy {
  expectNumber('afterNs', afterNs, 0);
  return {
    name: `idle-${afterNs / NS_PER_S}s`,
    blocksToGive: (zone, nowNs) => {
      const { freeBlocks, idleSinceNs } = expectObject('zone', zone);
      expectNumber('nowNs', nowNs, 0);
      if (idleSinceNs === undefined || nowNs - idleSinceNs < afterNs) return 0;
      return freeBlocks;
    },
  };
}
