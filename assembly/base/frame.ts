// One frame of guest memory: its state byte and its record.
//
//   state byte   [ kind:4 | order:4 ]     order means something on the head of a block only
//   record       two words, by kind
//     FREE, PCP, ISOLATED  next          prev     (frame numbers, NIL ends a list)
//     OBJECT, KERNEL       maps:12|id:20 index    (exact reverse map)
//     BALLOON              next          prev     (the balloon's list; LIMBO in place of next once off it)
//     UNMOVABLE, MOVABLE   gfp           tag      (tag belongs to the host)
//     OFFLINE              mark          NIL      (NEVER_ONLINE or 0)
//
// Moves between kinds: HOLE/RESERVED -> FREE at boot or online; FREE <-> PCP by refill and drain;
// FREE/PCP -> UNMOVABLE/MOVABLE by a request, -> OBJECT by a touch, -> BALLOON by inflation; back by a free;
// FREE -> ISOLATED -> FREE by reporting and contiguous ranges; ISOLATED -> OFFLINE -> FREE by virtio-mem.
// Only heads carry a kind that counts. A frame inside a larger block keeps stale bytes, never FREE or PCP.

import {
  KIND_BALLOON,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_ORDER_MASK,
  KIND_TAIL,
  MAP_COUNT_MAX,
  OBJECTS_MAX,
  RECORD_BYTES,
  RECORD_OBJECT_BITS,
  RECORD_OBJECT_MASK,
} from '../../src/abi/layout';
import { NONE, ORDER_MAX } from '../../src/abi/unit';
import { recordsBase, statesBase } from './guest';

if (KIND_MASK != 240 || KIND_ORDER_MASK != 255 - KIND_MASK) ERROR('a state is a kind and an order');
if (ORDER_MAX > KIND_ORDER_MASK) ERROR('an order fits its half of the state');
if (RECORD_BYTES != 8) ERROR('a record is two words');
if (RECORD_OBJECT_MASK != (1 << RECORD_OBJECT_BITS) - 1) ERROR('ids fill the low bits of a record');
if (OBJECTS_MAX > RECORD_OBJECT_MASK) ERROR('ids fit the record');
if (MAP_COUNT_MAX != (1 << (32 - RECORD_OBJECT_BITS)) - 1) ERROR('the map count fills the rest');

export const NIL: u32 = <u32>NONE;


@inline
export function stateOf(pfn: u32): u32 {
  return load<u8>(statesBase + pfn);
}


@inline
export function setState(pfn: u32, kind: u32, order: u32): void {
  store<u8>(statesBase + pfn, kind | order);
}


@inline
export function kindOf(pfn: u32): u32 {
  return stateOf(pfn) & KIND_MASK;
}


@inline
export function orderOf(pfn: u32): u32 {
  return stateOf(pfn) & KIND_ORDER_MASK;
}


@inline
export function clearHead(pfn: u32): void {
  store<u8>(statesBase + pfn, KIND_TAIL);
}

// ---- the record on a list ----

@inline
export function linkNext(pfn: u32): u32 {
  return load<u32>(recordsBase + ((<usize>pfn) << 3));
}


@inline
export function linkPrev(pfn: u32): u32 {
  return load<u32>(recordsBase + ((<usize>pfn) << 3), 4);
}


@inline
export function setLinkNext(pfn: u32, next: u32): void {
  store<u32>(recordsBase + ((<usize>pfn) << 3), next);
}


@inline
export function setLinkPrev(pfn: u32, prev: u32): void {
  store<u32>(recordsBase + ((<usize>pfn) << 3), prev, 4);
}

// ---- the record of an object's page ----

@inline
export function ownerWord(pfn: u32): u32 {
  return load<u32>(recordsBase + ((<usize>pfn) << 3));
}


@inline
export function setOwnerWord(pfn: u32, word: u32): void {
  store<u32>(recordsBase + ((<usize>pfn) << 3), word);
}


@inline
export function pageIndex(pfn: u32): u32 {
  return load<u32>(recordsBase + ((<usize>pfn) << 3), 4);
}


@inline
export function setPageIndex(pfn: u32, index: u32): void {
  store<u32>(recordsBase + ((<usize>pfn) << 3), index, 4);
}

// ---- the record of a block that a request was given ----

@inline
export function setRequest(pfn: u32, gfp: u32, tag: u32): void {
  store<u32>(recordsBase + ((<usize>pfn) << 3), gfp);
  store<u32>(recordsBase + ((<usize>pfn) << 3), tag, 4);
}


@inline
export function copyRequest(from: u32, to: u32): void {
  store<u64>(recordsBase + ((<usize>to) << 3), load<u64>(recordsBase + ((<usize>from) << 3)));
}

// ---- the record of an offline frame: has it been online before? ----

/** It never was: it goes to the allocator as new memory does. */
export const NEVER_ONLINE: u32 = 1;


@inline
export function isNeverOnline(pfn: u32): bool {
  return load<u32>(recordsBase + ((<usize>pfn) << 3)) == NEVER_ONLINE;
}


@inline
export function setOfflineMark(pfn: u32, mark: u32): void {
  store<u32>(recordsBase + ((<usize>pfn) << 3), mark);
  store<u32>(recordsBase + ((<usize>pfn) << 3), NIL, 4);
}

// ---- the record of a balloon page off the list and not yet freed ----

/** In place of the next page. No frame has this number. */
const LIMBO: u32 = NIL - 1;


@inline
export function isInLimbo(pfn: u32): bool {
  return linkNext(pfn) == LIMBO;
}


@inline
export function setLimbo(pfn: u32): void {
  setLinkNext(pfn, LIMBO);
}

// ---- blocks ----

/** Head of the block that covers a frame, whatever its kind; the frame itself when it stands alone. */
export function headOf(pfn: u32): u32 {
  if (kindOf(pfn) != KIND_TAIL) return pfn;
  for (let order: u32 = 1; order <= <u32>ORDER_MAX; order++) {
    const head = pfn & ~(((<u32>1) << order) - 1);
    if (kindOf(head) != KIND_TAIL) return head;
  }
  return pfn;
}


@inline
export function isMovable(pfn: u32): bool {
  const kind = kindOf(pfn);
  if (kind == KIND_BALLOON) return !isInLimbo(pfn);
  return kind == KIND_OBJECT || kind == KIND_MOVABLE;
}
