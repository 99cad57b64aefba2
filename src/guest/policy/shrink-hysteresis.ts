// A zone gives back, idle or not, when more of it is free than a high mark, and then down to a low mark: between the two it keeps what
// it has, so that a call's buffers do not make blocks come and go.

import { expectInteger, expectNumber, expectObject } from '../../check/index.ts';
import type { ShrinkPolicy } from './policy.ts';

/** Shares of a zone's blocks, 0 to 1. */
export interface ShrinkMarks {
  /** A zone of which more is free gives blocks back. */
  readonly high: number;
  /** Down to where; at most `high`. */
  readonly low: number;
}

/** A zone gives blocks back when more of it is free than the high mark, down to the low mark. Throws RefusedArgument. */
export function shrinkBetween(marks: ShrinkMarks): ShrinkPolicy {
  const { high, low } = expectObject('marks', marks);
  expectNumber('marks.high', high, 0, 1);
  expectNumber('marks.low', low, 0, high);
  return {
    name: `hysteresis-${high}-${low}`,
    blocksToGive: (zone) => {
      const { blocks, freeBlocks } = expectObject('zone', zone);
      expectInteger('zone.blocks', blocks, 0);
      expectInteger('zone.freeBlocks', freeBlocks, 0);
      return freeBlocks <= high * blocks ? 0 : freeBlocks - Math.floor(low * blocks);
    },
  };
}
