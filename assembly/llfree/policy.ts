// Today's policy: what a request of one class may do with a tree of another.

import { LLFREE_MOVABLE } from '../../src/abi/llfree';
import { pool, treeFrames } from './pool';

/** To be tried at once. */
export const PERFECT: i32 = 255;
/** Not to be tried. */
export const NEVER: i32 = -1;

/** A priority by how full the request's own tree is: a tree that is neither half free nor nearly full is perfect. */
export function matchPriority(free: u32): i32 {
  if (free >= treeFrames() >> 1) return 1;
  if (free >= treeFrames() >> 6) return PERFECT;
  return pool.rules == LLFREE_MOVABLE ? 2 : 0;
}

/** The tree gets the request's class. Otherwise it has it, or is used as what it is. */
@inline
export function demotes(requested: u32, cls: u32): bool {
  return requested < cls;
}

/** The tree is used as what it is. */
@inline
export function steals(requested: u32, cls: u32): bool {
  return requested > cls;
}
