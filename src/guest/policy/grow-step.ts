// Growth by a fixed number of blocks: never more than a step too much, and a message to the host a
// step.

import { expectInteger, expectNumber } from '../../check/index.ts';
import type { GrowthPolicy } from './policy.ts';

export class GrowByStep implements GrowthPolicy {
  readonly name: string;
  private readonly _stepBlocks: number;

  constructor(stepBlocks: number) {
    this._stepBlocks = expectInteger('stepBlocks', stepBlocks, 1);
    this.name = `step-${stepBlocks}`;
  }

  firstBlocks(_: string, limitBlocks: number): number {
    expectNumber('limitBlocks', limitBlocks, 0, Infinity);
    return Math.min(this._stepBlocks, limitBlocks);
  }

  nextBlocks(): number {
    return this._stepBlocks;
  }

  observe(): void {}
}

/** A zone begins with so many blocks and grows by as many each time. Throws RefusedArgument for less than 1. */
export function growByStep(stepBlocks: number): GrowthPolicy {
  return new GrowByStep(stepBlocks);
}
