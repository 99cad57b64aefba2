// The buddy allocator of one zone: split and merge, head or tail. No policy: who asks and with what right is decided above.
// Invariants between calls: a free block's list is that of its pageblock's type; no two buddies of the same order
// below ORDER_MAX are both free unless one side's type does not merge; counters equal what a walk finds.

import { KIND_FREE } from '../../src/abi/layout';
import { ORDER_MAX, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_HIGHATOMIC, MIGRATE_ISOLATE } from '../../src/abi/migratetype';
import { clearBit, countOrder } from '../base/bitmap';
import { NIL, clearHead, linkNext, linkPrev, orderOf, setState, stateOf } from '../base/frame';
import { backedBase, guest, reportedBase } from '../base/guest';
import {
  listHead,
  listPushHead,
  listPushTail,
  listRemove,
  listRotateTo,
  listTail,
} from '../base/list';
import { blockType, blockZone, mergeable, setBlockRangeType } from '../base/pageblock';
import { noteTouched } from '../base/touched';
import { Zone, addFreeCount, freeList, orderMask, setOrderMask } from '../base/zone';

/** freeOne: put the block at the tail whatever the neighbours (hand-over, onlining, put-back). */
export const FREE_TO_TAIL: u32 = 1;
/** freeOne: do not wake page reporting. */
export const FREE_NO_NOTIFY: u32 = 2;
/** freeOne: put the block at the head even if a merge is likely (CZones: what is backed is found at the heads). */
export const FREE_TO_HEAD: u32 = 4;

/** Adds to the free counters; ISOLATE pages count nowhere. */
@inline
export function accountFree(zone: Zone, frames: i32, type: u32): void {
  if (type == MIGRATE_ISOLATE) return;
  zone.free += frames;
  if (type == MIGRATE_HIGHATOMIC) zone.freeHighatomic += frames;
}

/** CZones count their free frames with host memory behind them. */
@inline
function accountBacked(zone: Zone, pfn: u32, order: u32, freed: bool): void {
  if (zone.state == 0) return;
  const backed = countOrder(backedBase, pfn, order);
  zone.backedFree += freed ? backed : -backed;
}

/** Links a block into list [order][type]. Counters of pages are the caller's. */
export function linkFree(zone: Zone, pfn: u32, order: u32, type: u32, toTail: bool): void {
  const list = freeList(zone, order, type);
  setState(pfn, KIND_FREE, order);
  if (toTail) listPushTail(list, pfn);
  else listPushHead(list, pfn);
  setOrderMask(zone, type, orderMask(zone, type) | (1 << order));
  addFreeCount(zone, order, 1);
}

/** Takes a block off list [order][type]; it is no longer free nor reported. Counters of pages are the caller's. */
export function unlinkFree(zone: Zone, pfn: u32, order: u32, type: u32): void {
  const list = freeList(zone, order, type);
  listRemove(list, pfn);
  clearHead(pfn);
  if (order >= <u32>PAGEBLOCK_ORDER) noteTouched(pfn, 1 << order);
  if (order >= guest.reportOrder) clearBit(reportedBase, pfn);
  if (listHead(list) == NIL) setOrderMask(zone, type, orderMask(zone, type) & ~(1 << order));
  addFreeCount(zone, order, -1);
}

/** unlinkFree plus the page counters. */
@inline
export function takeFree(zone: Zone, pfn: u32, order: u32, type: u32): void {
  unlinkFree(zone, pfn, order, type);
  accountFree(zone, -(1 << order), type);
  accountBacked(zone, pfn, order, false);
}


@inline
function isFreeAt(pfn: u32, order: u32): bool {
  return stateOf(pfn) == (KIND_FREE | order);
}

/** Whether `buddy` is a free block of this order in the same zone. Inside a pageblock the zone is the same anyway. */
@inline
function isBuddy(pfn: u32, buddy: u32, order: u32): bool {
  return (
    isFreeAt(buddy, order) && (order < <u32>PAGEBLOCK_ORDER || blockZone(buddy) == blockZone(pfn))
  );
}

/** Whether a block just freed at `order` will probably merge soon: the buddy of its parent is free already. */
@inline
function mergeLikely(pfn: u32, buddy: u32, order: u32): bool {
  if (order >= <u32>ORDER_MAX - 1) return false;
  const parent = pfn & buddy;
  return isBuddy(parent, parent ^ (2 << order), order + 1);
}

/** Frees one block to its zone, merging as far as types allow. `type` is the type of its pageblock. */
export function freeOne(zone: Zone, pfn: u32, order: u32, type: u32, flags: u32): void {
  accountFree(zone, 1 << order, type);
  accountBacked(zone, pfn, order, true);
  const freed = pfn;
  let buddy: u32 = pfn;
  while (order < <u32>ORDER_MAX) {
    buddy = pfn ^ (1 << order);
    if (!isBuddy(pfn, buddy, order)) break;
    let buddyType = type;
    if (order >= <u32>PAGEBLOCK_ORDER) {
      buddyType = blockType(buddy);
      if (buddyType != type && !(mergeable(type) && mergeable(buddyType))) break;
    }
    unlinkFree(zone, buddy, order, buddyType);
    if (buddyType != type) setBlockRangeType(buddy, order, type);
    pfn &= buddy;
    order++;
  }
  if (pfn != freed) clearHead(freed);
  let toTail = (flags & FREE_TO_TAIL) != 0;
  if ((flags & (FREE_TO_TAIL | FREE_TO_HEAD)) == 0) toTail = mergeLikely(pfn, buddy, order);
  linkFree(zone, pfn, order, type, toTail);
  if ((flags & FREE_NO_NOTIFY) == 0 && order >= guest.reportOrder) guest.reportWanted = 1;
}

/** Gives the upper halves of a block of order `high` back, largest first, until `low` is left at `pfn`. */
export function expand(zone: Zone, pfn: u32, low: u32, high: u32, type: u32): void {
  while (high > low) {
    high--;
    linkFree(zone, pfn + (1 << high), high, type, false);
  }
}

/** The head of the smallest list that can serve the order, split down; NIL if there is none. */
export function takeSmallest(zone: Zone, order: u32, type: u32): u32 {
  const orders = orderMask(zone, type) >> order;
  if (orders == 0) return NIL;
  const found = order + ctz<u32>(orders);
  const pfn = listHead(freeList(zone, found, type));
  unlinkFree(zone, pfn, found, type);
  expand(zone, pfn, order, found, type);
  accountFree(zone, -(1 << order), type);
  accountBacked(zone, pfn, order, false);
  return pfn;
}

/** Moves a free block to another type's list (tail), counters included. The pageblock's type is the caller's. */
export function moveFree(zone: Zone, pfn: u32, order: u32, from: u32, to: u32): void {
  const list = freeList(zone, order, from);
  listRemove(list, pfn);
  if (listHead(list) == NIL) setOrderMask(zone, from, orderMask(zone, from) & ~(1 << order));
  addFreeCount(zone, order, -1);
  accountFree(zone, -(1 << order), from);
  linkFree(zone, pfn, order, to, true);
  accountFree(zone, 1 << order, to);
}

/** Frees a block of any order pageblock by pageblock, each with its own type. */
export function freeSplit(zone: Zone, pfn: u32, order: u32, flags: u32): void {
  if (order <= <u32>PAGEBLOCK_ORDER) {
    freeOne(zone, pfn, order, blockType(pfn), flags);
    return;
  }
  const end = pfn + (1 << order);
  for (let at = pfn; at < end; at += PAGEBLOCK_FRAMES) {
    freeOne(zone, at, PAGEBLOCK_ORDER, blockType(at), flags);
  }
}

/** The head of the free block that covers `pfn`, or NIL when the frame is not free in the buddy. */
export function freeBlockOf(pfn: u32): u32 {
  for (let order: u32 = 0; order <= <u32>ORDER_MAX; order++) {
    const head = pfn & ~(((<u32>1) << order) - 1);
    const state = stateOf(head);
    if ((state & 0xf0) == KIND_FREE && (state & 0xf) >= order) return head;
  }
  return NIL;
}

/** Takes 2^order frames from the start of a free block of that order or above; what is behind them stays free. */
export function takeAt(zone: Zone, pfn: u32, order: u32, type: u32): void {
  const found = orderOf(pfn);
  unlinkFree(zone, pfn, found, type);
  expand(zone, pfn, order, found, type);
  accountFree(zone, -(1 << order), type);
  accountBacked(zone, pfn, order, false);
}

/** First block of a free list, NIL: it is empty. */
@inline
export function firstFree(zone: Zone, order: u32, type: u32): u32 {
  return listHead(freeList(zone, order, type));
}

/** The block behind one on its free list, NIL at the end. */
@inline
export function nextFree(pfn: u32): u32 {
  return linkNext(pfn);
}

/** Last block of a free list, NIL: it is empty. */
@inline
export function lastFree(zone: Zone, order: u32, type: u32): u32 {
  return listTail(freeList(zone, order, type));
}

/** The block before one on its free list, NIL at the begin. */
@inline
export function previousFree(pfn: u32): u32 {
  return linkPrev(pfn);
}

/** Turns a free list until the block is its first: a walk that stops here goes on here. */
@inline
export function rotateFree(zone: Zone, pfn: u32, order: u32, type: u32): void {
  listRotateTo(freeList(zone, order, type), pfn);
}
