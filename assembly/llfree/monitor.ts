// The monitor's side of HyperAlloc: it takes huge frames that are free, and gives back or installs what it took.
//
// Soft: the frame stays free and is marked evicted. Hard: it looks allocated as well. Trees that a slot has reserved are left
// alone.

import { LLFREE_ENTRY_EVICTED, LLFREE_ENTRY_HUGE } from '../../src/abi/llfree';
import { NONE, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { entry, isWhole, setEntry, treeOfFrame } from './lower';
import { pool } from './pool';
import { addFree, classOf, freeOf, isReserved, setTree, treeAt, treeWord } from './tree';

/** The first huge frame of a tree that can be taken. Its number, or NONE. */
function findIn(tree: u32, isHard: bool): u32 {
  const first = tree << pool.treeShift;
  for (let huge = first; huge < first + ((<u32>1) << pool.treeShift); huge++) {
    const bits = entry(huge);
    if (isWhole(bits) && (isHard || (bits & LLFREE_ENTRY_EVICTED) == 0)) return huge;
  }
  return NONE;
}

function takeIn(tree: u32, isHard: bool): u32 {
  const word = treeWord<u16>(tree);
  const free = freeOf<u16>(word);
  if (isReserved<u16>(word) || free < <u32>PAGEBLOCK_FRAMES) return NONE;
  const huge = findIn(tree, isHard);
  if (huge == NONE) return NONE;
  const bits = entry(huge);
  pool.resultEvicted = <u32>((bits & LLFREE_ENTRY_EVICTED) != 0);
  if (isHard) {
    setEntry(huge, LLFREE_ENTRY_EVICTED | LLFREE_ENTRY_HUGE);
    setTree<u16>(tree, free - PAGEBLOCK_FRAMES, false, classOf<u16>(word));
  } else {
    setEntry(huge, bits | LLFREE_ENTRY_EVICTED);
  }
  return huge;
}

/** Takes a huge frame, from the tree of the last one on. Its first frame, or NONE. */
export function reclaim(isHard: bool): u32 {
  for (let k: u32 = 0; k < pool.trees; k++) {
    const tree = treeAt(pool.scanTree, k);
    const huge = takeIn(tree, isHard);
    if (huge == NONE) continue;
    pool.scanTree = tree;
    return huge * PAGEBLOCK_FRAMES;
  }
  return NONE;
}

/** A huge frame that was taken hard is free again; it stays evicted. Whether it was one. */
export function giveBack(frame: u32): bool {
  const huge = frame / PAGEBLOCK_FRAMES;
  const taken = LLFREE_ENTRY_EVICTED | LLFREE_ENTRY_HUGE;
  if ((entry(huge) & taken) != taken) return false;
  setEntry(huge, LLFREE_ENTRY_EVICTED | PAGEBLOCK_FRAMES);
  addFree<u16>(treeOfFrame(frame), PAGEBLOCK_FRAMES);
  return true;
}

/** The host has memory behind the huge frame again. Whether it was evicted. */
export function install(frame: u32): bool {
  const huge = frame / PAGEBLOCK_FRAMES;
  const bits = entry(huge);
  if ((bits & LLFREE_ENTRY_EVICTED) == 0) return false;
  setEntry(huge, bits & ~LLFREE_ENTRY_EVICTED);
  return true;
}
