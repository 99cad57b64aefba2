// Growth predicted from earlier zones of the same function: a new zone starts with what most of
// them came to, and what goes beyond that comes block by block.

import { expectInteger, expectNumber, expectObject } from '../../check/index.ts';
import type { GrowthPolicy } from './policy.ts';

export interface Prediction {
  /** Zones of a function that are remembered, the latest. */
  readonly memory: number;
  /** Share of them that the first blocks are enough for, above 0 and up to 1. */
  readonly quantile: number;
  /** For a function that has never run. */
  readonly unknownBlocks: number;
}

export function growAsPredicted(prediction: Prediction): GrowthPolicy {
  const { memory, quantile, unknownBlocks } = expectObject('prediction', prediction);
  expectInteger('memory', memory, 1);
  expectNumber('quantile', quantile, 0, 1);
  expectInteger('unknownBlocks', unknownBlocks, 1);
  const peaks = new Map<string, number[]>();
  return {
    name: `predicted-${quantile}`,
    firstBlocks: (key, limitBlocks) => {
      const known = peaks.get(key);
      if (known === undefined) return Math.min(unknownBlocks, limitBlocks);
      const sorted = known.toSorted((a, b) => a - b);
      const at = Math.max(0, Math.ceil(quantile * sorted.length) - 1);
      return Math.min(sorted[at] ?? unknownBlocks, limitBlocks);
    },
    nextBlocks: () => 1,
    observe: (key, peakBlocks) => {
      const known = peaks.get(key) ?? [];
      known.push(peakBlocks);
      if (known.length > memory) known.shift();
      peaks.set(key, known);
    },
  };
}
