// Growth by what the zone has already: few messages for any size, and at most half of the zone too
// much.

import { expectInteger, expectNumber, expectObject } from '../../check/index.ts';
import type { CZoneView, GrowthPolicy } from './policy.ts';

export class GrowByDoubling implements GrowthPolicy {
  readonly name: string;
  private readonly _firstBlocks: number;

  constructor(firstBlocks: number) {
    this._firstBlocks = expectInteger('firstBlocks', firstBlocks, 1);
    this.name = `doubling-${firstBlocks}`;
  }

  firstBlocks(_: string, limitBlocks: number): number {
    expectNumber('limitBlocks', limitBlocks, 0, Infinity);
    return Math.min(this._firstBlocks, limitBlocks);
  }

  nextBlocks(zone: CZoneView): number {
    const { blocks } = expectObject('zone', zone);
    return Math.max(1, expectInteger('zone.blocks', blocks, 0));
  }

  observe(): void {}
}

/** A zone begins with so many blocks and grows by as many as it has. Throws RefusedArgument for less than 1. */
export function growByDoubling(firstBlocks: number): GrowthPolicy {
  return new GrowByDoubling(firstBlocks);
}
