// A zone gives back everything it does not use once it has been idle for so long.

import { NS_PER_S } from '../src/abi/unit.ts';
import type { ShrinkPolicy } from './shrink-policy.ts';

export function shrinkWhenIdle(afterNs: number): ShrinkPolicy {
  return {
    name: `idle-${afterNs / NS_PER_S}s`,
    blocksToGive: (zone, nowNs) => {
      if (zone.idleSinceNs === undefined || nowNs - zone.idleSinceNs < afterNs) return 0;
      return zone.freeBlocks;
    },
  };
}
