// Slots: what a CPU has reserved. A slot names a tree by one of its rows, where the next search begins, and holds the part of
// the tree's count that was taken for it.

import {
  LLFREE_LINE_BYTES,
  LLFREE_ROW_SHIFT,
  LLFREE_SLOTS_HEAD_BYTES,
  LLFREE_SLOT_BYTES,
} from '../../src/abi/llfree';
import { NONE } from '../../src/abi/unit';
import { takeFrom, treeOfRow } from './lower';
import { pool } from './pool';
import { addFree, classOf, freeOf, setTree, treeWord } from './tree';

//  Slot
//   0  2 * free + present   4 row
@unmanaged
export class Slot {
  word: u32;
  row: u32;


  @inline
  get isPresent(): bool {
    return (this.word & 1) != 0;
  }


  @inline
  get free(): u32 {
    return this.word >> 1;
  }


  @inline
  get tree(): u32 {
    return treeOfRow(this.row);
  }


  @inline
  fill(free: u32, row: u32): void {
    this.word = (free << 1) | 1;
    this.row = row;
  }


  @inline
  clear(): void {
    this.word = 0;
    this.row = 0;
  }

  /** Whether it holds so many frames, of that tree if it is not NONE. */
  @inline
  holds(frames: u32, tree: u32): bool {
    return this.isPresent && this.free >= frames && (tree == NONE || this.tree == tree);
  }


  @inline
  add(frames: u32): void {
    this.word += frames << 1;
  }


  @inline
  subtract(frames: u32): void {
    this.word -= frames << 1;
  }
}
if (<i32>offsetof<Slot>() != LLFREE_SLOT_BYTES) ERROR('Slot grew');

/** Today: a line a slot, the slots of a class together. With kinds: a line a CPU, with a slot of each kind. */
@inline
export function slotAt<W>(cls: u32, index: u32): Slot {
  const base = <usize>pool.slots;
  if (sizeof<W>() == sizeof<u16>()) {
    return changetype<Slot>(
      base + <usize>index * LLFREE_LINE_BYTES + <usize>cls * LLFREE_SLOT_BYTES,
    );
  }
  const line = cls * pool.cpus + index;
  return changetype<Slot>(base + LLFREE_SLOTS_HEAD_BYTES + <usize>line * LLFREE_LINE_BYTES);
}

/** Takes from a slot that holds enough. What has no room in its tree goes to the tree's own count: others may find it there. */
export function takeFromSlot<W>(slot: Slot, order: u32): u32 {
  const frames: u32 = 1 << order;
  slot.subtract(frames);
  const frame = takeFrom(slot.row, order);
  if (frame == NONE) addFree<W>(slot.tree, frames);
  return frame;
}

/** The same, and the next search begins where this one ended. */
export function takeAndMove<W>(slot: Slot, order: u32): u32 {
  const frame = takeFromSlot<W>(slot, order);
  if (frame != NONE) slot.row = frame >> LLFREE_ROW_SHIFT;
  return frame;
}

/** A slot that is short of frames takes all of its tree's own count, if that helps. Whether it did. */
export function syncSlot<W>(slot: Slot, frames: u32): bool {
  if (!slot.isPresent || slot.free >= frames) return false;
  const tree = slot.tree;
  const word = treeWord<W>(tree);
  const missing = frames - slot.free;
  const free = freeOf<W>(word);
  // today's wants more than is missing
  if (sizeof<W>() == sizeof<u32>() ? free <= missing : free < missing) return false;
  setTree<W>(tree, 0, true, classOf<W>(word));
  slot.add(free);
  return true;
}
