// The buddy allocator of one zone: split and merge, head or tail. No policy: who asks and with what right is decided above.
// Invariants between calls: a free block's list is that of its pageblock's type; no two buddies of the same order
// below ORDER_MAX are both free unless one side's type does not merge; counters equal what a walk finds.

import { KIND_FREE, KIND_TAIL } from '../../src/abi/layout';
import { ORDER_MAX, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import {
  MIGRATE_HIGHATOMIC,
  MIGRATE_ISOLATE,
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
} from '../../src/abi/migratetype';
import { clearBit, countOrder } from '../base/bitmap';
import {
  NIL,
  clearHead,
  linkNext,
  linkPrev,
  orderOf,
  setLinkPrev,
  setState,
  stateOf,
} from '../base/frame';
import { backedBase, guest, recordsBase, reportedBase, statesBase } from '../base/guest';
import {
  listHead,
  listLinkHead,
  listLinkTail,
  listPushHead,
  listPushTail,
  listRotateTo,
  listTail,
  listUnlink,
} from '../base/list';
import { blockType, blockZone, mergeable, setBlockRangeType } from '../base/pageblock';
import { noteTouched } from '../base/touched';
import {
  COUNTER_BYTES,
  ORDER_BYTES,
  Zone,
  addFreeCount,
  freeCounter,
  freeList,
  orderMask,
  setOrderMask,
} from '../base/zone';
import { gather } from './lag';
import { HAS_LISTS, llfreeGive } from './llfree';
import { COUNTS_LAG } from './version';

/** The record of a list's only member: nobody before it, nobody behind it. */
const NO_LINKS: u64 = ((<u64>NIL) << 32) | NIL;

if (MIGRATE_HIGHATOMIC != MIGRATE_PCPTYPES || MIGRATE_TYPES != MIGRATE_ISOLATE + 1) {
  ERROR('two types are not those of requests: HIGHATOMIC, ISOLATE');
}

/** freeOne: put the block at the tail whatever the neighbours (hand-over, onlining, put-back). */
export const FREE_TO_TAIL: u32 = 1;
/** freeOne: do not wake page reporting. */
export const FREE_NO_NOTIFY: u32 = 2;
/** freeOne: put the block at the head even if a merge is likely (CZones: what is backed is found at the heads). */
export const FREE_TO_HEAD: u32 = 4;

/** Adds to the free counters; ISOLATE pages count nowhere. */
@inline
export function accountFree(zone: Zone, frames: i32, type: u32): void {
  if (type >= <u32>MIGRATE_PCPTYPES) {
    if (type == MIGRATE_ISOLATE) return;
    zone.freeHighatomic += frames;
  }
  zone.free += frames;
  if (COUNTS_LAG) gather(zone, frames);
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
  attachFree(zone, pfn, order, type, toTail);
}


@inline
function attachFree(zone: Zone, pfn: u32, order: u32, type: u32, toTail: bool): void {
  const list = freeList(zone, order, type);
  setState(pfn, KIND_FREE, order);
  if (toTail) listPushTail(list, pfn);
  else listPushHead(list, pfn);
  setOrderMask(zone, type, orderMask(zone, type) | (1 << order));
  addFreeCount(zone, order, 1);
}

/** Takes a block off list [order][type]; it is no longer free nor reported. Counters of pages are the caller's. */
export function unlinkFree(zone: Zone, pfn: u32, order: u32, type: u32): void {
  detach(zone, pfn, order, type);
}


@inline
function detach(zone: Zone, pfn: u32, order: u32, type: u32): void {
  const isLast = listUnlink(recordsBase, freeList(zone, order, type), pfn);
  clearHead(pfn);
  if (order >= <u32>PAGEBLOCK_ORDER) noteTouched(pfn, 1 << order);
  if (order >= guest.reportOrder) clearBit(reportedBase, pfn);
  if (isLast) setOrderMask(zone, type, orderMask(zone, type) & ~(1 << order));
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
function isFreeAt(states: usize, pfn: u32, order: u32): bool {
  return load<u8>(states + pfn) == (KIND_FREE | order);
}

/**
 * Whether a block just freed at `order`, below pageblock order, will probably merge soon: the buddy of its parent is free
 * already. Inside a pageblock the zone is the same.
 */
@inline
function mergeLikely(states: usize, pfn: u32, order: u32): bool {
  const parent = pfn & ~(1 << order);
  const other = parent ^ (2 << order);
  if (!isFreeAt(states, other, order + 1)) return false;
  return order + 1 < <u32>PAGEBLOCK_ORDER || blockZone(other) == blockZone(pfn);
}

/** Whether a free block of whole pageblocks may merge with its buddy: same zone, types that mix. */
@inline
function mayMerge(pfn: u32, buddy: u32, type: u32): bool {
  if (blockZone(buddy) != blockZone(pfn)) return false;
  const other = blockType(buddy);
  return other == type || (mergeable(type) && mergeable(other));
}

/**
 * Frees one block to its zone, merging as far as types allow. `type` is the type of its pageblock. Below pageblock order
 * a buddy is of the same zone and type, and the list of the next order lies a stride behind.
 */
export function freeOne(zone: Zone, pfn: u32, order: u32, type: u32, flags: u32): void {
  if (!HAS_LISTS) {
    llfreeGive(zone, pfn, order);
    return;
  }
  accountFree(zone, 1 << order, type);
  accountBacked(zone, pfn, order, true);
  const freed = pfn;
  if (order < <u32>PAGEBLOCK_ORDER) {
    const states = statesBase;
    const records = recordsBase;
    let mask = orderMask(zone, type);
    let list = freeList(zone, order, type);
    let counter = freeCounter(zone, order);
    while (true) {
      const buddy = pfn ^ (1 << order);
      if (!isFreeAt(states, buddy, order)) {
        if (pfn != freed) store<u8>(states + freed, KIND_TAIL);
        store<u8>(states + pfn, KIND_FREE | order);
        if (goesToTail(states, pfn, order, flags)) listLinkTail(records, list, pfn);
        else listLinkHead(records, list, pfn);
        setOrderMask(zone, type, mask | (1 << order));
        store<u32>(counter, load<u32>(counter) + 1);
        notify(order, flags);
        return;
      }
      if (listUnlink(records, list, buddy)) mask &= ~(1 << order);
      store<u8>(states + buddy, KIND_TAIL);
      if (order >= guest.reportOrder) clearBit(reportedBase, buddy);
      store<u32>(counter, load<u32>(counter) - 1);
      pfn &= buddy;
      if (++order == PAGEBLOCK_ORDER) break;
      list += ORDER_BYTES;
      counter += COUNTER_BYTES;
    }
    setOrderMask(zone, type, mask);
  }
  freeWhole(zone, freed, pfn, order, type, flags);
}

/**
 * Frees the frames of an aligned block below pageblock order, in ascending order, to a kernel zone: what as many freeOnes
 * do, which merge inside the block until its last frame is free. Their records end up as those would leave them too: an
 * even frame was last put on the list of the order that its number is even to, behind that list's tail, because the block
 * before it is free; an odd one was on none.
 */
export function freeOneByOne(zone: Zone, pfn: u32, order: u32, type: u32): void {
  const records = recordsBase + ((<usize>pfn) << 3);
  for (let odd: u32 = 1; odd < (<u32>1) << order; odd += 2)
    store<u32>(records + ((<usize>odd) << 3), NIL);
  for (let even: u32 = 1; even < order; even++) {
    const links = ((<u64>lastFree(zone, even - 1, type)) << 32) | NIL;
    const step: u32 = 2 << even;
    for (let at: u32 = 1 << even; at < (<u32>1) << order; at += step) {
      store<u64>(records + ((<usize>at) << 3), links);
    }
  }
  if (order == 0) store<u32>(records, NIL);
  else store<u64>(records, ((<u64>lastFree(zone, order - 1, type)) << 32) | NIL);
  memory.fill(statesBase + pfn, <u8>KIND_TAIL, (<usize>1) << order);
  freeOne(zone, pfn, order, type, 0);
}

/** The end of freeOne from pageblock order on: types must mix, and no block is likely to merge soon. */
function freeWhole(zone: Zone, freed: u32, pfn: u32, order: u32, type: u32, flags: u32): void {
  const states = statesBase;
  while (order < <u32>ORDER_MAX) {
    const buddy = pfn ^ (1 << order);
    if (!isFreeAt(states, buddy, order) || !mayMerge(pfn, buddy, type)) break;
    const other = blockType(buddy);
    detach(zone, buddy, order, other);
    if (other != type) setBlockRangeType(buddy, order, type);
    pfn &= buddy;
    order++;
  }
  if (pfn != freed) store<u8>(states + freed, KIND_TAIL);
  attachFree(zone, pfn, order, type, (flags & FREE_TO_TAIL) != 0);
  notify(order, flags);
}


@inline
function goesToTail(states: usize, pfn: u32, order: u32, flags: u32): bool {
  if ((flags & (FREE_TO_TAIL | FREE_TO_HEAD)) != 0) return (flags & FREE_TO_TAIL) != 0;
  return mergeLikely(states, pfn, order);
}

/** Page reporting wants to know of large blocks. */
@inline
function notify(order: u32, flags: u32): void {
  if (order >= guest.reportOrder && (flags & FREE_NO_NOTIFY) == 0) guest.reportWanted = 1;
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
  const mask = orderMask(zone, type);
  const orders = mask >> order;
  if (orders == 0) return NIL;
  const found = order + ctz<u32>(orders);
  const list = freeList(zone, found, type);
  const pfn = listHead(list);
  const next = linkNext(pfn);
  store<u32>(list, next);
  if (next == NIL) store<u32>(list, NIL, 4);
  else setLinkPrev(next, NIL);
  if (found >= <u32>PAGEBLOCK_ORDER) noteTouched(pfn, 1 << found);
  store<u8>(statesBase + pfn, KIND_TAIL);
  if (found >= guest.reportOrder) clearBit(reportedBase, pfn);
  addFreeCount(zone, found, -1);
  if (next == NIL || found != order) {
    const rest = next == NIL ? mask & ~(1 << found) : mask;
    setOrderMask(zone, type, rest | ((1 << found) - (1 << order)));
  }
  splitEmpty(zone, pfn, order, found, type);
  accountFree(zone, -(1 << order), type);
  accountBacked(zone, pfn, order, false);
  return pfn;
}

/** Takes a free block, of which the first 2^order frames are wanted: its other parts stay free. */
export function takePart(zone: Zone, pfn: u32, order: u32, found: u32, type: u32): void {
  unlinkFree(zone, pfn, found, type);
  expand(zone, pfn, order, found, type);
  accountFree(zone, -(1 << order), type);
  accountBacked(zone, pfn, order, false);
}

/** expand where the lists of the halves are known to be empty, their bits in the mask set already. */
@inline
function splitEmpty(zone: Zone, pfn: u32, low: u32, high: u32, type: u32): void {
  const states = statesBase;
  const records = recordsBase;
  let list = freeList(zone, high, type);
  let counter = freeCounter(zone, high);
  while (high > low) {
    high--;
    list -= ORDER_BYTES;
    counter -= COUNTER_BYTES;
    const upper = pfn + (1 << high);
    store<u64>(list, ((<u64>upper) << 32) | upper);
    store<u64>(records + ((<usize>upper) << 3), NO_LINKS);
    store<u8>(states + upper, KIND_FREE | high);
    store<u32>(counter, load<u32>(counter) + 1);
  }
}

/** Moves a free block to another type's list (tail), counters included. The pageblock's type is the caller's. */
export function moveFree(zone: Zone, pfn: u32, order: u32, from: u32, to: u32): void {
  if (listUnlink(recordsBase, freeList(zone, order, from), pfn)) {
    setOrderMask(zone, from, orderMask(zone, from) & ~(1 << order));
  }
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
