// Tree entries: how many frames of a tree nobody has set aside, whether a slot has reserved it, and its class. Today's are
// words of 32 bits, those with kinds of 16: W is u32 or u16.

import { LLFREE_FREE_BITS, LLFREE_KINDS_FREE_BITS } from '../../src/abi/llfree';
import { pool, treeFrames } from './pool';


@inline
function freeBits<W>(): u32 {
  return sizeof<W>() == sizeof<u16>() ? LLFREE_KINDS_FREE_BITS : LLFREE_FREE_BITS;
}


@inline
export function treeWord<W>(tree: u32): u32 {
  return <u32>load<W>(<usize>pool.treeWords + <usize>tree * sizeof<W>());
}


@inline
export function setTree<W>(tree: u32, free: u32, isReserved: bool, cls: u32): void {
  const marks = ((<u32>isReserved) | (cls << 1)) << freeBits<W>();
  store<W>(<usize>pool.treeWords + <usize>tree * sizeof<W>(), <W>(free | marks));
}


@inline
export function freeOf<W>(word: u32): u32 {
  return word & (((<u32>1) << freeBits<W>()) - 1);
}


@inline
export function isReserved<W>(word: u32): bool {
  return ((word >> freeBits<W>()) & 1) != 0;
}


@inline
export function classOf<W>(word: u32): u32 {
  return word >> (freeBits<W>() + 1);
}

/** The class of a tree that nobody uses: today's is the highest. With kinds a tree keeps what it had. */
@inline
export function defaultClass(): u32 {
  return pool.classes - 1;
}

/** Class of a tree with so many free: one that is entirely free has none of its own any more. */
@inline
export function settledClass<W>(free: u32, cls: u32): u32 {
  return sizeof<W>() == sizeof<u32>() && free == treeFrames() ? defaultClass() : cls;
}

/** Frames go back to a tree's own count. */
export function addFree<W>(tree: u32, frames: u32): void {
  const word = treeWord<W>(tree);
  const free = freeOf<W>(word) + frames;
  setTree<W>(tree, free, isReserved<W>(word), settledClass<W>(free, classOf<W>(word)));
}

/** The k-th tree of a search around `start`: itself, one before, one after, two before... in a circle. */
@inline
export function treeAt(start: u32, k: u32): u32 {
  const trees = pool.trees;
  const away = (k + 1) >> 1;
  if ((k & 1) == 0) return (start + away) % trees;
  return (start + trees - (away % trees)) % trees;
}
