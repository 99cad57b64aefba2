// LLFree as it is today: classes, a policy, and slots of each class.
//
// Own slot, a tree to reserve near it, any tree, the slots of others: in this order.

import { LLFREE_ROW_SHIFT } from '../../src/abi/llfree';
import { NONE, THP_ORDER } from '../../src/abi/unit';
import { addCandidate, candidate } from './candidates';
import { firstRow, takeAt, takeFrom, treeOfFrame } from './lower';
import { NEVER, PERFECT, demotes, matchPriority, steals } from './policy';
import { pool, treeFrames } from './pool';
import { Slot, slotAt, syncSlot, takeAndMove } from './slot';
import {
  addFree,
  classOf,
  freeOf,
  isReserved,
  setTree,
  settledClass,
  treeAt,
  treeWord,
} from './tree';

/** How a search rates trees: near the start, anywhere, or for a request that has no slot. */
const NEAR: u32 = 0;
const ANYWHERE: u32 = 1;
const SLOTLESS: u32 = 2;

const NEAR_LEAST: u32 = 4;
const NEAR_SHIFT: u32 = 4; // a sixteenth of all trees

function rate(mode: u32, requested: u32, word: u32): i32 {
  const cls = classOf<u32>(word);
  const free = freeOf<u32>(word);
  if (cls == requested) return mode == ANYWHERE ? PERFECT : matchPriority(free);
  if (mode != SLOTLESS && demotes(requested, cls) && free == treeFrames()) return PERFECT;
  return mode == NEAR ? NEVER : 0;
}

/** A slot lets its tree go: what it held is the tree's own again. */
function unreserve(tree: u32, held: u32, cls: u32): void {
  const word = treeWord<u32>(tree);
  const free = freeOf<u32>(word) + held;
  const kept = classOf<u32>(word);
  setTree<u32>(tree, free, false, settledClass<u32>(free, demotes(cls, kept) ? cls : kept));
}

function swapSlot(cls: u32, index: u32, free: u32, row: u32): void {
  const slot = slotAt<u32>(cls, index);
  const wasPresent = slot.isPresent;
  const tree = slot.tree;
  const held = slot.free;
  slot.fill(free, row);
  if (wasPresent) unreserve(tree, held, cls);
}

/** Takes from a tree's own count, without a slot. */
function takeFromTree(tree: u32, order: u32, cls: u32): u32 {
  const word = treeWord<u32>(tree);
  const kept = classOf<u32>(word);
  const as = demotes(cls, kept) ? cls : kept;
  setTree<u32>(tree, freeOf<u32>(word) - (1 << order), false, as);
  const frame = takeFrom(firstRow(tree), order);
  if (frame == NONE) addFree<u32>(tree, 1 << order);
  else pool.resultClass = as;
  return frame;
}

/** Reserves a tree for a slot if there is room in it. */
function reserveTree(tree: u32, order: u32, cls: u32, index: u32): u32 {
  const free = freeOf<u32>(treeWord<u32>(tree));
  setTree<u32>(tree, 0, true, cls);
  const frame = takeFrom(firstRow(tree), order);
  if (frame == NONE) {
    unreserve(tree, free, cls);
    return NONE;
  }
  swapSlot(cls, index, free - (1 << order), firstRow(tree));
  pool.resultClass = cls;
  return frame;
}

function tryTree(mode: u32, tree: u32, order: u32, cls: u32, index: u32): u32 {
  const isStolen = steals(cls, classOf<u32>(treeWord<u32>(tree)));
  if (mode == SLOTLESS || isStolen) return takeFromTree(tree, order, cls);
  return reserveTree(tree, order, cls, index);
}

/** Trees around a start: perfect ones at once, then the best of the others. */
function search(mode: u32, start: u32, from: u32, to: u32, order: u32, cls: u32, index: u32): u32 {
  let candidates: u32 = 0;
  for (let k = from; k < to; k++) {
    const tree = treeAt(start, k);
    const word = treeWord<u32>(tree);
    if (isReserved<u32>(word) || freeOf<u32>(word) < <u32>(1 << order)) continue;
    const priority = rate(mode, cls, word);
    if (priority == PERFECT) {
      const frame = tryTree(mode, tree, order, cls, index);
      if (frame != NONE) return frame;
    } else if (priority != NEVER) {
      candidates = addCandidate(candidates, tree, priority);
    }
  }
  for (let at: u32 = 0; at < candidates; at++) {
    const frame = tryTree(mode, candidate(at), order, cls, index);
    if (frame != NONE) return frame;
  }
  return NONE;
}

/** The next power of two at or above. */
function ceilPower(value: u32): u32 {
  return (<u32>1) << (32 - clz<u32>(value - 1));
}

function reserve(start: u32, order: u32, cls: u32, index: u32): u32 {
  const near = max(pool.trees >> NEAR_SHIFT, NEAR_LEAST);
  const base = start & ~(ceilPower(2 * near) - 1);
  if (order < <u32>THP_ORDER) {
    const frame = search(NEAR, base, 1, near, order, cls, index);
    if (frame != NONE) return frame;
  }
  return search(ANYWHERE, base, 0, pool.trees, order, cls, index);
}

/** From one's own slot, or from a tree reserved for it. */
function takeLocal(start: u32, order: u32, cls: u32, index: u32): u32 {
  const slot = slotAt<u32>(cls, index);
  const frames: u32 = 1 << order;
  if (!slot.isPresent) return reserve(start, order, cls, index);
  if (slot.free >= frames || syncSlot<u32>(slot, frames)) {
    const frame = takeAndMove<u32>(slot, order);
    if (frame != NONE) {
      pool.resultClass = cls;
      return frame;
    }
  }
  return reserve(slot.tree, order, cls, index);
}

/** Takes a given frame, or one from a row on. Fails: the frames go to the tree's own count. */
function takeOrAdd(order: u32, row: u32, frame: u32): u32 {
  let got = NONE;
  if (frame == NONE) got = takeFrom(row, order);
  else if (takeAt(frame, order)) got = frame;
  const tree = frame == NONE ? treeOfFrame(row << LLFREE_ROW_SHIFT) : treeOfFrame(frame);
  if (got == NONE) addFree<u32>(tree, 1 << order);
  return got;
}

/** The first slot of a class, in a circle from an index, that holds so many frames, of a given tree if not NONE. */
function findSlot(cls: u32, index: u32, frames: u32, tree: u32): Slot | null {
  for (let k: u32 = 0; k < pool.cpus; k++) {
    const slot = slotAt<u32>(cls, (index + k) % pool.cpus);
    if (slot.holds(frames, tree)) return slot;
  }
  return null;
}

/** From the first slot of another whose class need not change: own class first, then the ones below. */
function stealLocal(order: u32, cls: u32, index: u32, frame: u32): u32 {
  const tree = frame == NONE ? NONE : treeOfFrame(frame);
  for (let k: u32 = 0; k <= cls; k++) {
    const other = k == 0 ? cls : k - 1;
    const slot = findSlot(other, index == NONE ? 0 : index, 1 << order, tree);
    if (slot == null) continue;
    slot.subtract(1 << order);
    const got = takeOrAdd(order, slot.row, frame);
    if (got != NONE) pool.resultClass = other;
    return got;
  }
  return NONE;
}

/** A slot of a higher class loses its tree to the request's class. */
function demoteLocal(order: u32, cls: u32, index: u32, frame: u32): u32 {
  const tree = frame == NONE ? NONE : treeOfFrame(frame);
  for (let other = cls + 1; other < pool.classes; other++) {
    const slot = findSlot(other, index == NONE ? 0 : index, 1 << order, tree);
    if (slot == null) continue;
    const row = slot.row;
    const left = slot.free - (1 << order);
    const owner = slot.tree;
    slot.clear();
    if (index == NONE) unreserve(owner, left, cls);
    else swapSlot(cls, index, left, row);
    const got = takeOrAdd(order, row, frame);
    if (got != NONE) pool.resultClass = cls;
    return got;
  }
  return NONE;
}

/** Just these frames, whoever has reserved their tree. */
function takeGiven(order: u32, cls: u32, index: u32, frame: u32): u32 {
  const frames: u32 = 1 << order;
  const tree = treeOfFrame(frame);
  if (index != NONE && slotAt<u32>(cls, index).holds(frames, tree)) {
    slotAt<u32>(cls, index).subtract(frames);
    pool.resultClass = cls;
    return takeOrAdd(order, 0, frame);
  }
  const word = treeWord<u32>(tree);
  if (freeOf<u32>(word) >= frames) {
    const kept = classOf<u32>(word);
    pool.resultClass = demotes(cls, kept) ? cls : kept;
    setTree<u32>(tree, freeOf<u32>(word) - frames, isReserved<u32>(word), pool.resultClass);
    return takeOrAdd(order, 0, frame);
  }
  const got = stealLocal(order, cls, index, frame);
  return got == NONE ? demoteLocal(order, cls, index, frame) : got;
}

/** 2^order frames for a class, by a slot or without (NONE); just those at `frame` if it is not NONE. The first, or NONE. */
export function takeToday(order: u32, cls: u32, index: u32, frame: u32): u32 {
  if (frame != NONE) return takeGiven(order, cls, index, frame);
  const start = index == NONE ? 0 : (pool.trees / pool.cpus) * index;
  let got: u32 = NONE;
  if (index != NONE && pool.cpus < pool.trees) got = takeLocal(start, order, cls, index);
  else got = search(SLOTLESS, start, 0, pool.trees, order, cls, index);
  if (got == NONE) got = stealLocal(order, cls, index, NONE);
  if (got == NONE) got = demoteLocal(order, cls, index, NONE);
  return got;
}

/** Counts frames that were given back: the slot has them if it holds their tree. */
export function giveToday(frame: u32, order: u32, cls: u32, index: u32): void {
  const tree = treeOfFrame(frame);
  if (index != NONE && slotAt<u32>(cls, index).holds(0, tree))
    slotAt<u32>(cls, index).add(1 << order);
  else addFree<u32>(tree, 1 << order);
}

/** A slot of each class lets its tree go. */
export function drainToday(index: u32): void {
  for (let cls: u32 = 0; cls < pool.classes; cls++) {
    const slot = slotAt<u32>(cls, index);
    if (!slot.isPresent) continue;
    const tree = slot.tree;
    const held = slot.free;
    slot.clear();
    unreserve(tree, held, cls);
  }
}
