// A zone gives back everything it does not use once it has been idle for so long.

import type { ShrinkPolicy } from './policy.ts';

export function shrinkWhenIdle(afterNs: number): ShrinkPolicy {
  return {
    name: `idle-${afterNs / 1e9}s`,
    blocksToGive: (zone, nowNs) => {
      if (zone.idleSinceNs === undefined || nowNs - zone.idleSinceNs < afterNs) return 0;
      return zone.freeBlocks;
    },
  };
}
