// One frame of guest memory: its state byte and its record.
//
//   state byte   [ kind:4 | order:4 ]     order means something on the head of a block only
//   record       [ word0:32 | word1:32 ]
//     FREE, PCP       next            prev             (frame numbers, NIL ends a list)
//     OBJECT          maps:12|id:20   index            (exact reverse map)
//     BALLOON         next            prev             (the balloon's list; LIMBO in word 0 once off it)
//     UNMOVABLE/MOVABLE  gfp          tag              (tag belongs to the host)
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
} from '../../src/abi/layout';
import { NONE, ORDER_MAX } from '../../src/abi/unit';
import { recordsBase, statesBase } from './guest';

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


@inline
export function word0(pfn: u32): u32 {
  return load<u32>(recordsBase + ((<usize>pfn) << 3));
}


@inline
export function word1(pfn: u32): u32 {
  return load<u32>(recordsBase + ((<usize>pfn) << 3), 4);
}


@inline
export function setWord0(pfn: u32, value: u32): void {
  store<u32>(recordsBase + ((<usize>pfn) << 3), value);
}


@inline
export function setWord1(pfn: u32, value: u32): void {
  store<u32>(recordsBase + ((<usize>pfn) << 3), value, 4);
}

/** Word 0 of a balloon page off the list and not yet freed. No frame has this number. */
export const LIMBO: u32 = NIL - 1;

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
  if (kind == KIND_BALLOON) return word0(pfn) != LIMBO;
  return kind == KIND_OBJECT || kind == KIND_MOVABLE;
}
