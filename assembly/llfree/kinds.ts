// LLFree as HyperAlloc's artifact has it: kinds of trees, a slot of each kind on each CPU, huge frames that the monitor evicts.

import { LLFREE_ROW_SHIFT } from '../../src/abi/llfree';
import { NONE, THP_ORDER } from '../../src/abi/unit';
import { firstRow, takeAt, takeFrom, treeOfFrame } from './lower';
import { pool, treeFrames } from './pool';
import { Slot, slotAt, syncSlot, takeAndMove } from './slot';
import { addFree, classOf, freeOf, isReserved, setTree, treeAt, treeWord } from './tree';

export const KINDS: u32 = 3;
const KIND_FIXED: u32 = 0;
const KIND_MOVABLE: u32 = 1;
const KIND_HUGE: u32 = 2;

/** So often a slot may be filled up from its tree before a step counts as failed. */
const ROUNDS: u32 = 4;
/** Searches begin at a multiple of so many trees: those of a line of the cache. */
const TREES_A_LINE: u32 = 32;

/** Not in an answer: a slot was filled up, begin again. */
const AGAIN: u32 = 0xfffffffe;

function kindOf(order: u32, isMovable: bool): u32 {
  if (pool.trees < KINDS * pool.cpus) return KIND_FIXED;
  if (order >= <u32>THP_ORDER) return KIND_HUGE;
  return isMovable ? KIND_MOVABLE : KIND_FIXED;
}

function unreserve(tree: u32, held: u32, kind: u32): void {
  setTree<u16>(tree, freeOf<u16>(treeWord<u16>(tree)) + held, false, kind);
}

function swapSlot(cpu: u32, kind: u32, free: u32, row: u32): void {
  const slot = slotAt<u16>(kind, cpu);
  const wasPresent = slot.isPresent;
  const tree = slot.tree;
  const held = slot.free;
  slot.fill(free, row);
  if (wasPresent) unreserve(tree, held, kind);
}

/** From a slot. AGAIN: it was short of frames and has got some. */
function takeLocal(slot: Slot, order: u32): u32 {
  if (slot.holds(1 << order, NONE)) return takeAndMove<u16>(slot, order);
  return syncSlot<u16>(slot, 1 << order) ? AGAIN : NONE;
}

/** Reserves a tree of the kind, or an entirely free one, that has from `least` to `most` frames. */
function reserveTree(tree: u32, least: u32, most: u32, order: u32, kind: u32, cpu: u32): u32 {
  const word = treeWord<u16>(tree);
  const free = freeOf<u16>(word);
  if (isReserved<u16>(word) || free < least || free > most) return NONE;
  if (classOf<u16>(word) != kind && free != treeFrames()) return NONE;
  setTree<u16>(tree, 0, true, kind);
  const frame = takeFrom(firstRow(tree), order);
  if (frame == NONE) unreserve(tree, free, kind);
  else swapSlot(cpu, kind, free - (1 << order), frame >> LLFREE_ROW_SHIFT);
  return frame;
}

/** One pass over trees around the start. */
function pass(
  start: u32,
  from: u32,
  to: u32,
  free: u32,
  most: u32,
  order: u32,
  kind: u32,
  cpu: u32,
): u32 {
  const least = max<u32>(free, 1 << order);
  if (least >= most) return NONE;
  for (let k = from; k < to; k++) {
    const frame = reserveTree(treeAt(start, k), least, most, order, kind, cpu);
    if (frame != NONE) return frame;
  }
  return NONE;
}

/** More than half used trees first, entirely free ones last. */
function reserve(near: u32, order: u32, kind: u32, cpu: u32): u32 {
  const start = near & ~(TREES_A_LINE - 1);
  const frames = treeFrames();
  const around = min(max(pool.trees / pool.cpus / 4, TREES_A_LINE / 4), TREES_A_LINE * 2);
  let got = pass(start, 1, around, frames >> 4, frames >> 1, order, kind, cpu);
  if (got == NONE) {
    got = pass(start, 1, 2 * around, frames >> 6, frames - (frames >> 4), order, kind, cpu);
  }
  if (got == NONE) got = pass(start, 1, around, 0, frames - 1, order, kind, cpu);
  if (got == NONE) got = pass(start, 0, pool.trees, 0, frames, order, kind, cpu);
  return got;
}

/** Takes over the slot of a higher kind as one's own. */
function takeOver(other: Slot, otherKind: u32, order: u32, kind: u32, cpu: u32): u32 {
  if (!other.holds(1 << order, NONE)) return NONE;
  const tree = other.tree;
  const free = other.free;
  const frame = takeFrom(other.row, order);
  other.clear();
  if (frame == NONE) unreserve(tree, free, otherKind);
  else swapSlot(cpu, kind, free - (1 << order), frame >> LLFREE_ROW_SHIFT);
  return frame;
}

/** From the slots of all CPUs, one's own first: those of a higher kind are taken over. */
function stealOnce(order: u32, kind: u32, cpu: u32): u32 {
  for (let at: u32 = 0; at < pool.cpus; at++) {
    const target = (cpu + at) % pool.cpus;
    for (let k: u32 = 0; k < KINDS; k++) {
      const other = (kind + k) % KINDS;
      const slot = slotAt<u16>(other, target);
      const got = kind < other ? takeOver(slot, other, order, kind, cpu) : takeLocal(slot, order);
      if (got != NONE) return got;
    }
  }
  return NONE;
}

function steal(order: u32, kind: u32, cpu: u32): u32 {
  for (let round: u32 = 0; round < ROUNDS; round++) {
    const got = stealOnce(order, kind, cpu);
    if (got != AGAIN) return got;
  }
  return NONE;
}

/** From any tree that nobody has reserved; it becomes of the request's kind if that is the lower one. */
function takeAnywhere(start: u32, order: u32, kind: u32): u32 {
  const frames: u32 = 1 << order;
  for (let k: u32 = 0; k < pool.trees; k++) {
    const tree = treeAt(start, k);
    const word = treeWord<u16>(tree);
    const free = freeOf<u16>(word);
    if (isReserved<u16>(word) || free < frames) continue;
    const frame = takeFrom(firstRow(tree), order);
    if (frame == NONE) continue;
    setTree<u16>(tree, free - frames, false, min(kind, classOf<u16>(word)));
    return frame;
  }
  return NONE;
}

/** Where the frames of a given tree are counted: they are taken from there. False: nobody has so many. */
function takeCount(tree: u32, frames: u32, kind: u32, cpu: u32): bool {
  const own = slotAt<u16>(kind, cpu);
  if (own.holds(frames, tree)) {
    own.subtract(frames);
    return true;
  }
  const word = treeWord<u16>(tree);
  if (!isReserved<u16>(word) && freeOf<u16>(word) >= frames) {
    setTree<u16>(tree, freeOf<u16>(word) - frames, false, min(kind, classOf<u16>(word)));
    return true;
  }
  for (let at: u32 = 0; at < pool.cpus; at++) {
    for (let other: u32 = 0; other < KINDS; other++) {
      const slot = slotAt<u16>(other, at);
      const isHeld = slot.holds(frames, tree);
      if (other > kind) {
        // the artifact looks at one higher kind only, and at no further CPU
        if (!isHeld) return false;
        const left = slot.free - frames;
        slot.clear();
        unreserve(tree, left, kind);
        return true;
      }
      if (!isHeld) continue;
      slot.subtract(frames);
      return true;
    }
  }
  return false;
}

function takeGiven(order: u32, kind: u32, cpu: u32, frame: u32): u32 {
  const tree = treeOfFrame(frame);
  if (!takeCount(tree, 1 << order, kind, cpu)) return NONE;
  if (takeAt(frame, order)) return frame;
  addFree<u16>(tree, 1 << order);
  return NONE;
}

/** 2^order frames for a CPU; just those at `frame` if it is not NONE. The first, or NONE. */
export function takeKinds(order: u32, isMovable: bool, anyCpu: u32, frame: u32): u32 {
  const cpu = anyCpu % pool.cpus;
  const kind = kindOf(order, isMovable);
  pool.resultClass = kind;
  if (frame != NONE) return takeGiven(order, kind, cpu, frame);
  if (pool.trees <= KINDS * pool.cpus) return takeAnywhere(0, order, kind);
  const slot = slotAt<u16>(kind, cpu);
  let got = takeLocal(slot, order);
  if (got == AGAIN) got = takeLocal(slot, order);
  if (got != NONE) return got;
  const start = slot.isPresent ? slot.tree : 0;
  got = reserve(slot.isPresent ? start : (pool.trees / pool.cpus) * cpu, order, kind, cpu);
  if (got == NONE) got = steal(order, kind, cpu);
  return got == NONE ? takeAnywhere(start, order, kind) : got;
}

/** Counts frames that were given back: always to the tree's own count. */
export function giveKinds(frame: u32, order: u32): void {
  addFree<u16>(treeOfFrame(frame), 1 << order);
}

/** The slots of a CPU let their trees go. */
export function drainKinds(cpu: u32): void {
  for (let kind: u32 = 0; kind < KINDS; kind++) {
    const slot = slotAt<u16>(kind, cpu);
    if (!slot.isPresent) continue;
    const tree = slot.tree;
    const held = slot.free;
    slot.clear();
    unreserve(tree, held, kind);
  }
}
