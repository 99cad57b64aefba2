// A zone gives back, idle or not, when more of it is free than a high mark, and then down to a low
// mark: between the two it keeps what it has, so that a call's buffers do not make blocks come and
// go.

import type { ShrinkPolicy } from './shrink-policy.ts';

export interface Marks {
  /** Shares of the zone's blocks. */
  readonly high: number;
  readonly low: number;
}

export function shrinkBetween({ high, low }: Marks): ShrinkPolicy {
  if (!(low >= 0 && low <= high && high <= 1)) {
    throw new RangeError(`expected marks with 0 <= low <= high <= 1, found ${low} and ${high}`);
  }
  return {
    name: `hysteresis-${high}-${low}`,
    blocksToGive: (zone) => {
      if (zone.freeBlocks <= high * zone.blocks) return 0;
      return zone.freeBlocks - Math.floor(low * zone.blocks);
    },
  };
}
