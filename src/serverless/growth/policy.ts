// How CZones begin and grow, as an entry of a list. What a policy sees and decides is src/guest/policy's.

import type { GrowthPolicy } from '../../vmm/index.ts';
import { ArgumentError } from '../argument.ts';

/** An entry of the list of growth policies. */
export interface GrowthSpec {
  /** For `--growth`. */
  readonly name: string;
  /** One sentence for `guestmem systems`; says what may stand after `name:`. */
  readonly sentence: string;
  /** A policy for one system, by what stands after `name:`, if anything does. Throws ArgumentError. */
  create(argument?: string): GrowthPolicy;
}

/** A number of blocks, 1 without an argument. */
export function blocksOf(argument: string | undefined): number {
  if (argument === undefined) return 1;
  if (!/^[1-9]\d{0,5}$/.test(argument)) throw new ArgumentError('blocks, 1 or more', argument);
  return Number(argument);
}
