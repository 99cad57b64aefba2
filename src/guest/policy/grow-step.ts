// Growth by a fixed number of blocks: never more than a step too much, and a message to the host a
// step.

import { expectInteger } from '../../check/index.ts';
import type { GrowthPolicy } from './policy.ts';

export function growByStep(stepBlocks: number): GrowthPolicy {
  expectInteger('stepBlocks', stepBlocks, 1);
  return {
    name: `step-${stepBlocks}`,
    firstBlocks: (_, limitBlocks) => Math.min(stepBlocks, limitBlocks),
    nextBlocks: () => stepBlocks,
    observe: () => undefined,
  };
}
