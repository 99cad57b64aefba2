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

export class GrowAsPredicted implements GrowthPolicy {
  readonly name: string;
  private readonly _prediction: Prediction;
  /** By key, the latest. */
  private readonly _peaks: Map<string, number[]> = new Map<string, number[]>();

  constructor(prediction: Prediction) {
    const { memory, quantile, unknownBlocks } = expectObject('prediction', prediction);
    expectInteger('memory', memory, 1);
    expectNumber('quantile', quantile, 0, 1);
    expectInteger('unknownBlocks', unknownBlocks, 1);
    this._prediction = { memory, quantile, unknownBlocks };
    this.name = `predicted-${quantile}`;
  }

  firstBlocks(key: string, limitBlocks: number): number {
    expectNumber('limitBlocks', limitBlocks, 0, Infinity);
    const { quantile, unknownBlocks } = this._prediction;
    const known = this._peaks.get(key);
    if (known === undefined) return Math.min(unknownBlocks, limitBlocks);
    const sorted = known.toSorted((a, b) => a - b);
    const at = Math.max(0, Math.ceil(quantile * sorted.length) - 1);
    return Math.min(sorted[at] ?? unknownBlocks, limitBlocks);
  }

  nextBlocks(): number {
    return 1;
  }

  observe(key: string, peakBlocks: number): void {
    expectNumber('peakBlocks', peakBlocks, 0, Infinity);
    const known = this._peaks.get(key) ?? [];
    known.push(peakBlocks);
    if (known.length > this._prediction.memory) known.shift();
    this._peaks.set(key, known);
  }
}

/** A zone begins with a quantile of what the last zones of its function came to, and grows block by block. Throws RefusedArgument. */
export function growAsPredicted(prediction: Prediction): GrowthPolicy {
  return new GrowAsPredicted(prediction);
}
