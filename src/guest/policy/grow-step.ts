// Growth by a fixed number of blocks: never more than a step too much, and a message to the host a
// step.

import type { GrowthPolicy } from './policy.ts';

export function growByStep(stepBlocks: number): GrowthPolicy {
  return {
    name: `step-${stepBlocks}`,
    firstBlocks: (_, limitBlocks) => Math.min(stepBlocks, limitBlocks),
    nextBlocks: () => stepBlocks,
    observe: () => undefined,
  };
}
