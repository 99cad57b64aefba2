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

/** Nearly 2 TiB in blocks of 2 MiB: more than any guest has. */
const BLOCKS_MOST = 999_999;

/** A number of blocks, 1 without an argument. */
export function blocksOf(argument: string | undefined): number {
  if (argument === undefined) return 1;
  const blocks = /^[1-9]\d*$/.test(argument) ? Number(argument) : 0;
  if (blocks >= 1 && blocks <= BLOCKS_MOST) return blocks;
  throw new ArgumentError(`blocks, 1 to ${BLOCKS_MOST}`, argument);
}
