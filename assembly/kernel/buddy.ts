// The buddy allocator of one zone: split and merge, head or tail. No policy: who asks and with what right is decided above.
// Invariants between calls: a free block's list is that of its pageblock's type; no two buddies of the same order
// below ORDER_MAX are both free unless one side's type does not merge; counters equal what a walk finds.

import { KIND_FREE, KIND_TAIL, RECORD_BYTES } from '../../src/abi/layout';
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
import {
  blockPlace,
  blockType,
  blockZone,
  mergeable,
  placeType,
  placeZone,
  setBlockType,
} from '../base/pageblock';
import { noteTouchedBlock } from '../base/touched';
import { Zone, addFreeCount, freeList, orderMask, setOrderMask } from '../base/zone';
import { gather } from './lag';
import { HAS_LISTS, llfreeGive } from './llfree';
import { COUNTS_LAG } from './version';

/** The record of a list's only member: nobody before it, nobody behind it. */
const NO_LINKS: u64 = ((<u64>NIL) << 32) | NIL;

if (MIGRATE_HIGHATOMIC != MIGRATE_PCPTYPES || MIGRATE_TYPES != MIGRATE_ISOLATE + 1) {
  ERROR('two types are not those of requests: HIGHATOMIC, ISOLATE');
}
if (PAGEBLOCK_ORDER != 9 || ORDER_MAX != PAGEBLOCK_ORDER + 1) {
  ERROR('merges and splits have a line for each order');
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
  if (zone.state != 0) addBacked(zone, pfn, order, freed);
}

function addBacked(zone: Zone, pfn: u32, order: u32, freed: bool): void {
  const backed = countOrder(backedBase, pfn, order);
  zone.backedFree += freed ? backed : -backed;
}

/** accountBacked of a block that was taken; the block. As the last thing a take does it costs kernel zones no register. */
@inline
function takenBacked(zone: Zone, pfn: u32, order: u32): u32 {
  return zone.state == 0 ? pfn : addTaken(zone, pfn, order);
}

function addTaken(zone: Zone, pfn: u32, order: u32): u32 {
  addBacked(zone, pfn, order, false);
  return pfn;
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
  if (order >= <u32>PAGEBLOCK_ORDER) noteTouchedBlock(pfn, order);
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
export function isFreeAt(states: usize, pfn: u32, order: u32): bool {
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

/** Whether a free pageblock may merge with its buddy, of which `place` tells: same zone, types that mix. */
@inline
function mayMerge(pfn: u32, place: u32, type: u32): bool {
  if (placeZone(place) != blockZone(pfn)) return false;
  const other = placeType(place);
  return other == type || (mergeable(type) && mergeable(other));
}

/**
 * Takes a buddy below pageblock order off its list to merge with it; the mask is the caller's. True when the list is empty
 * now: the block was all of it, and its record is not looked at.
 */
@inline
function leaveForMerge(zone: Zone, pfn: u32, order: u32, type: u32): bool {
  const list = freeList(zone, order, type);
  const isAll = listHead(list) == listTail(list);
  if (isAll) store<u64>(list, NO_LINKS);
  else listUnlink(recordsBase, list, pfn);
  clearHead(pfn);
  if (order >= guest.reportOrder) clearBit(reportedBase, pfn);
  addFreeCount(zone, order, -1);
  return isAll;
}

/**
 * Frees one block to its zone, merging as far as types allow. `type` is the type of its pageblock. Below pageblock order
 * a buddy is of the same zone and type. Each order has its lines, so that lists, bits and states are constants: a loop
 * takes twice as many instructions (docs/decisions/0071-a-line-for-each-order).
 */
export function freeOne(zone: Zone, pfn: u32, order: u32, type: u32, flags: u32): void {
  if (!HAS_LISTS) {
    llfreeGive(zone, pfn, order);
    return;
  }
  accountBacked(zone, pfn, order, true);
  accountFree(zone, 1 << order, type);
  const freed = pfn;
  const states = statesBase;
  let mask = orderMask(zone, type);
  switch (order) {
    case 0:
      if (!isFreeAt(states, pfn ^ 1, 0)) break;
      if (leaveForMerge(zone, pfn ^ 1, 0, type)) mask &= ~1;
      pfn &= ~1;
      order = 1;
    case 1:
      if (!isFreeAt(states, pfn ^ 2, 1)) break;
      if (leaveForMerge(zone, pfn ^ 2, 1, type)) mask &= ~2;
      pfn &= ~2;
      order = 2;
    case 2:
      if (!isFreeAt(states, pfn ^ 4, 2)) break;
      if (leaveForMerge(zone, pfn ^ 4, 2, type)) mask &= ~4;
      pfn &= ~4;
      order = 3;
    case 3:
      if (!isFreeAt(states, pfn ^ 8, 3)) break;
      if (leaveForMerge(zone, pfn ^ 8, 3, type)) mask &= ~8;
      pfn &= ~8;
      order = 4;
    case 4:
      if (!isFreeAt(states, pfn ^ 16, 4)) break;
      if (leaveForMerge(zone, pfn ^ 16, 4, type)) mask &= ~16;
      pfn &= ~16;
      order = 5;
    case 5:
      if (!isFreeAt(states, pfn ^ 32, 5)) break;
      if (leaveForMerge(zone, pfn ^ 32, 5, type)) mask &= ~32;
      pfn &= ~32;
      order = 6;
    case 6:
      if (!isFreeAt(states, pfn ^ 64, 6)) break;
      if (leaveForMerge(zone, pfn ^ 64, 6, type)) mask &= ~64;
      pfn &= ~64;
      order = 7;
    case 7:
      if (!isFreeAt(states, pfn ^ 128, 7)) break;
      if (leaveForMerge(zone, pfn ^ 128, 7, type)) mask &= ~128;
      pfn &= ~128;
      order = 8;
    case 8:
      if (!isFreeAt(states, pfn ^ 256, 8)) break;
      if (leaveForMerge(zone, pfn ^ 256, 8, type)) mask &= ~256;
      pfn &= ~256;
      order = 9;
  }
  if (pfn != freed) store<u8>(states + freed, KIND_TAIL);
  if (order < <u32>PAGEBLOCK_ORDER) {
    putSmall(zone, pfn, order, type, mask, flags);
  } else {
    setOrderMask(zone, type, mask);
    freeWhole(zone, pfn, order, type, flags);
  }
}

/** The end of freeOne below pageblock order: the block has merged as far as it can. */
@inline
function putSmall(zone: Zone, pfn: u32, order: u32, type: u32, mask: u32, flags: u32): void {
  const list = freeList(zone, order, type);
  setState(pfn, KIND_FREE, order);
  if (goesToTail(statesBase, pfn, order, flags)) listLinkTail(recordsBase, list, pfn);
  else listLinkHead(recordsBase, list, pfn);
  setOrderMask(zone, type, mask | (1 << order));
  addFreeCount(zone, order, 1);
  notify(order, flags);
}

/** The end of freeOne from pageblock order on: types must mix, and no block is likely to merge soon. */
function freeWhole(zone: Zone, pfn: u32, order: u32, type: u32, flags: u32): void {
  if (order == ORDER_MAX) {
    putWhole(zone, pfn, ORDER_MAX, type, flags);
    return;
  }
  const buddy = pfn ^ PAGEBLOCK_FRAMES;
  const place = blockPlace(buddy);
  if (!isFreeAt(statesBase, buddy, PAGEBLOCK_ORDER) || !mayMerge(pfn, place, type)) {
    putWhole(zone, pfn, PAGEBLOCK_ORDER, type, flags);
    return;
  }
  detach(zone, buddy, PAGEBLOCK_ORDER, placeType(place));
  if (placeType(place) != type) setBlockType(buddy, type);
  clearHead(pfn);
  putWhole(zone, pfn & buddy, ORDER_MAX, type, flags);
}


@inline
function putWhole(zone: Zone, pfn: u32, order: u32, type: u32, flags: u32): void {
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
  let mask = orderMask(zone, type);
  const orders = mask >> order;
  if (orders == 0) return NIL;
  const found = order + ctz<u32>(orders);
  const list = freeList(zone, found, type);
  const pfn = listHead(list);
  const next = linkNext(pfn);
  store<u32>(list, next);
  if (next == NIL) {
    store<u32>(list, NIL, 4);
    mask &= ~(1 << found);
  } else setLinkPrev(next, NIL);
  if (found >= <u32>PAGEBLOCK_ORDER) noteTouchedBlock(pfn, found);
  clearHead(pfn);
  if (found >= guest.reportOrder) clearBit(reportedBase, pfn);
  addFreeCount(zone, found, -1);
  setOrderMask(zone, type, mask | ((1 << found) - (1 << order)));
  if (found != order) splitEmpty(zone, pfn, order, found, type);
  accountFree(zone, -(1 << order), type);
  return takenBacked(zone, pfn, order);
}

/** Takes a free block, of which the first 2^order frames are wanted: its other parts stay free. */
export function takePart(zone: Zone, pfn: u32, order: u32, found: u32, type: u32): void {
  unlinkFree(zone, pfn, found, type);
  expand(zone, pfn, order, found, type);
  accountFree(zone, -(1 << order), type);
  accountBacked(zone, pfn, order, false);
}

/**
 * expand where the lists of the halves are known to be empty, their bits in the mask set already: in whatever order, so from
 * the smallest up. Lines for each order, as in freeOne.
 */
@inline
function splitEmpty(zone: Zone, pfn: u32, low: u32, high: u32, type: u32): void {
  const state = statesBase + pfn;
  const record = recordsBase + ((<usize>pfn) << 3);
  switch (low) {
    case 0:
      putUpper(zone, state, record, pfn, 0, type);
      if (high == 1) return;
    case 1:
      putUpper(zone, state, record, pfn, 1, type);
      if (high == 2) return;
    case 2:
      putUpper(zone, state, record, pfn, 2, type);
      if (high == 3) return;
    case 3:
      putUpper(zone, state, record, pfn, 3, type);
      if (high == 4) return;
    case 4:
      putUpper(zone, state, record, pfn, 4, type);
      if (high == 5) return;
    case 5:
      putUpper(zone, state, record, pfn, 5, type);
      if (high == 6) return;
    case 6:
      putUpper(zone, state, record, pfn, 6, type);
      if (high == 7) return;
    case 7:
      putUpper(zone, state, record, pfn, 7, type);
      if (high == 8) return;
    case 8:
      putUpper(zone, state, record, pfn, 8, type);
      if (high == 9) return;
    case 9:
      putUpper(zone, state, record, pfn, 9, type);
  }
}

/** Puts the upper half of a block of twice the order on its empty list. State and record are the block's. */
@inline
function putUpper(zone: Zone, state: usize, record: usize, pfn: u32, order: u32, type: u32): void {
  const upper = pfn + (1 << order);
  store<u64>(freeList(zone, order, type), ((<u64>upper) << 32) | upper);
  store<u64>(record + (RECORD_BYTES << order), NO_LINKS);
  store<u8>(state + (1 << order), KIND_FREE | order);
  addFreeCount(zone, order, 1);
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
  const second = pfn + PAGEBLOCK_FRAMES;
  const place = blockPlace(pfn);
  if (blockPlace(second) == place) {
    // the second of two alike merges with the first at once
    if (HAS_LISTS) clearHead(second);
    freeOne(zone, pfn, ORDER_MAX, placeType(place), flags);
    return;
  }
  freeOne(zone, pfn, PAGEBLOCK_ORDER, placeType(place), flags);
  freeOne(zone, second, PAGEBLOCK_ORDER, blockType(second), flags);
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
