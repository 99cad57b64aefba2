// The lower level: huge entries and bit fields. What is free inside one tree is decided here, and nowhere else.
//
// An entry that is allocated as a huge frame counts none free and its field is all zero. Nothing merges: a huge frame is free
// when its count is back at 512. What the monitor has evicted keeps that mark until it is installed.

import {
  LLFREE_ENTRY_EVICTED,
  LLFREE_ENTRY_FREE,
  LLFREE_ENTRY_HUGE,
  LLFREE_KINDS_INSTALLED,
  LLFREE_ROW_SHIFT,
} from '../../src/abi/llfree';
import { NONE, PAGEBLOCK_FRAMES, THP_ORDER } from '../../src/abi/unit';
import { changeBits, fillField, takeBits } from './field';
import { pool, treeOrder } from './pool';


@inline
function entryOf(huge: u32): usize {
  const within = huge & (((<u32>1) << pool.treeShift) - 1);
  const line = (<usize>(huge >> pool.treeShift)) << pool.lineShift;
  return <usize>pool.entries + line + ((<usize>within) << 1);
}


@inline
export function entry(huge: u32): u32 {
  return load<u16>(entryOf(huge));
}


@inline
export function setEntry(huge: u32, bits: u32): void {
  store<u16>(entryOf(huge), <u16>bits);
}

/** Whether it is free as a whole: its count says so, and a huge one counts none. */
@inline
export function isWhole(bits: u32): bool {
  return (bits & LLFREE_ENTRY_FREE) == PAGEBLOCK_FRAMES;
}

/** What a huge frame's entry is once it is allocated as one: the evicted mark stays. */
@inline
function asHuge(bits: u32): u32 {
  return (bits & LLFREE_ENTRY_EVICTED) | LLFREE_ENTRY_HUGE;
}


@inline
function setEvicted(bits: u32): void {
  pool.resultEvicted = <u32>((bits & LLFREE_ENTRY_EVICTED) != 0);
}

/** 2^order frames, order below 9, of the tree in which the row lies. */
function takeSmall(row: u32, order: u32, barred: u32): u32 {
  const count: u32 = 1 << order;
  const inTree = ((<u32>1) << pool.treeShift) - 1;
  const hinted = row >> (THP_ORDER - LLFREE_ROW_SHIFT);
  for (let k: u32 = 0; k <= inTree; k++) {
    const huge = (hinted & ~inTree) | ((hinted + k) & inTree);
    const bits = entry(huge);
    if ((bits & (LLFREE_ENTRY_HUGE | barred)) != 0 || (bits & LLFREE_ENTRY_FREE) < count) continue;
    // the same row number in every huge frame: each next one begins where the hint did
    const place = takeBits(huge, row & ((PAGEBLOCK_FRAMES >> LLFREE_ROW_SHIFT) - 1), order);
    if (place == NONE) continue;
    setEntry(huge, bits - count);
    setEvicted(bits);
    return huge * PAGEBLOCK_FRAMES + place;
  }
  return NONE;
}

/** Whether all huge frames of a group are whole and none has a barred mark. */
function areWhole(first: u32, count: u32, barred: u32): bool {
  for (let huge = first; huge < first + count; huge++) {
    const bits = entry(huge);
    if (!isWhole(bits) || (bits & barred) != 0) return false;
  }
  return true;
}

function takeGroup(first: u32, count: u32): void {
  setEvicted(entry(first));
  for (let huge = first; huge < first + count; huge++) setEntry(huge, asHuge(entry(huge)));
}

/** 2^order frames, order 9 and above: an aligned group of huge frames, groups in a circle from the hint's. */
function takeHuge(row: u32, order: u32, barred: u32): u32 {
  const shift = order - THP_ORDER;
  const inTree = ((<u32>1) << (pool.treeShift - shift)) - 1;
  const hinted = row >> (order - LLFREE_ROW_SHIFT);
  for (let k: u32 = 0; k <= inTree; k++) {
    const first = ((hinted & ~inTree) | ((hinted + k) & inTree)) << shift;
    if (!areWhole(first, 1 << shift, barred)) continue;
    takeGroup(first, 1 << shift);
    return first * PAGEBLOCK_FRAMES;
  }
  return NONE;
}


@inline
function takeWithout(barred: u32, row: u32, order: u32): u32 {
  return order < <u32>THP_ORDER ? takeSmall(row, order, barred) : takeHuge(row, order, barred);
}

/** Takes 2^order frames of the tree in which a row lies, searching from that row on. The first frame, or NONE. */
export function takeFrom(row: u32, order: u32): u32 {
  if (pool.rules == LLFREE_KINDS_INSTALLED) {
    const frame = takeWithout(LLFREE_ENTRY_EVICTED, row, order);
    if (frame != NONE) return frame;
  }
  return takeWithout(0, row, order);
}

/** Takes just these frames. Whether they were free. */
export function takeAt(frame: u32, order: u32): bool {
  const huge = frame / PAGEBLOCK_FRAMES;
  if (order >= <u32>THP_ORDER) {
    const count: u32 = 1 << (order - THP_ORDER);
    if (!areWhole(huge, count, 0)) return false;
    takeGroup(huge, count);
    return true;
  }
  const bits = entry(huge);
  // a huge one counts none free
  if ((bits & LLFREE_ENTRY_FREE) < <u32>(1 << order) || !changeBits(frame, order, true))
    return false;
  setEntry(huge, bits - (1 << order));
  setEvicted(bits);
  return true;
}

function giveHuge(huge: u32, count: u32): bool {
  for (let at = huge; at < huge + count; at++) {
    if ((entry(at) & LLFREE_ENTRY_HUGE) == 0) return false;
  }
  for (let at = huge; at < huge + count; at++) {
    setEntry(at, (entry(at) & LLFREE_ENTRY_EVICTED) | PAGEBLOCK_FRAMES);
  }
  return true;
}

/** Gives frames back. Whether they were allocated: as frames or as part of a huge one; of order 9 on, as huge ones. */
export function giveAt(frame: u32, order: u32): bool {
  const huge = frame / PAGEBLOCK_FRAMES;
  if (order >= <u32>THP_ORDER) return giveHuge(huge, 1 << (order - THP_ORDER));
  let bits = entry(huge);
  if ((bits & LLFREE_ENTRY_HUGE) != 0) {
    fillField(huge, 0);
    bits &= LLFREE_ENTRY_EVICTED;
  }
  if (!changeBits(frame, order, false)) return false;
  setEntry(huge, bits + (1 << order));
  return true;
}

/** Free frames of a tree by its entries. */
export function freeInTree(tree: u32): u32 {
  const first = tree << pool.treeShift;
  let free: u32 = 0;
  for (let k: u32 = 0; k < (<u32>1) << pool.treeShift; k++)
    free += entry(first + k) & LLFREE_ENTRY_FREE;
  return free;
}

/** Entries and fields of memory that is all free, or all allocated as huge frames. Those that are not there are allocated. */
export function fillLower(isFree: bool): void {
  const huges = pool.trees << pool.treeShift;
  for (let huge: u32 = 0; huge < huges; huge++) {
    const start = huge * PAGEBLOCK_FRAMES;
    if (!isFree || start >= pool.frames) {
      setEntry(huge, LLFREE_ENTRY_HUGE);
      continue;
    }
    const free = min<u32>(PAGEBLOCK_FRAMES, pool.frames - start);
    setEntry(huge, free);
    if (free < <u32>PAGEBLOCK_FRAMES) fillField(huge, free);
  }
}

/** Tree in which a frame lies. */
@inline
export function treeOfFrame(frame: u32): u32 {
  return frame >> treeOrder();
}

/** Tree in which a row lies. */
@inline
export function treeOfRow(row: u32): u32 {
  return row >> (treeOrder() - LLFREE_ROW_SHIFT);
}

/** First row of a tree. */
@inline
export function firstRow(tree: u32): u32 {
  return tree << (treeOrder() - LLFREE_ROW_SHIFT);
}
