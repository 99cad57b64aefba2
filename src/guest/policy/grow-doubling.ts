// Growth by what the zone has already: few messages for any size, and at most half of the zone too
// much.

import { expectInteger } from '../../check/index.ts';
import type { GrowthPolicy } from './policy.ts';

export function growByDoubling(firstBlocks: number): GrowthPolicy {
  expectInteger('firstBlocks', firstBlocks, 1);
  return {
    name: `doubling-${firstBlocks}`,
    firstBlocks: (_, limitBlocks) => Math.min(firstBlocks, limitBlocks),
    nextBlocks: (zone) => Math.max(1, zone.blocks),
    observe: () => undefined,
  };
}
