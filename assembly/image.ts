// What a copy of a guest needs: how long its bytes are, where they are not zero, which pageblocks are in use; their hash.
// Most of a guest's tables is zero: a copy holds the rest.

import { GUEST_BASE, NODE_BYTES, PAGEBLOCK_NO_ZONE } from '../src/abi/layout';
import { PAGEBLOCK_ORDER } from '../src/abi/unit';
import { NIL, orderOf } from './base/frame';
import { guest } from './base/guest';
import { blockZone } from './base/pageblock';
import { HAS_LISTS, freeBlockOf, llfreeIsWhole } from './kernel/allocator';

/** Zeros are looked for by so many bytes; a run ends before GAP_LINES of them. */
const LINE_BYTES: usize = 64;
const GAP_LINES: u32 = 4;

/** One past the last byte of the guest: its last table node ever used. */
function end(): usize {
  return <usize>guest.nodes + <usize>guest.nodesHigh * NODE_BYTES;
}

/** Bytes from the start of memory that a copy of this guest needs. */
export function snapshotBytes(): f64 {
  return <f64>end();
}


@inline
function isZeroLine(at: usize): bool {
  const left = load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24);
  const right = load<u64>(at, 32) | load<u64>(at, 40) | load<u64>(at, 48) | load<u64>(at, 56);
  return (left | right) == 0;
}

/** First line of [at, end) that is not zero; `end` if there is none. Both are multiples of a line. */
export function nonZeroStart(at: usize, end: usize): usize {
  while (at < end && isZeroLine(at)) at += LINE_BYTES;
  return at;
}

/** The end of the run that begins at `at`. */
export function nonZeroEnd(at: usize, end: usize): usize {
  let zeros: u32 = 0;
  while (at < end && zeros < GAP_LINES) {
    zeros = isZeroLine(at) ? zeros + 1 : 0;
    at += LINE_BYTES;
  }
  return at - <usize>zeros * LINE_BYTES;
}

/** Whether a pageblock is anything but a hole or part of a free block that is at least as large. */
export function blockInUse(block: u32): i32 {
  const pfn = block << (<u32>PAGEBLOCK_ORDER);
  if (blockZone(pfn) == PAGEBLOCK_NO_ZONE) return 0;
  if (!HAS_LISTS) return llfreeIsWhole(pfn) ? 0 : 1;
  const head = freeBlockOf(pfn);
  return head == NIL || orderOf(head) < <u32>PAGEBLOCK_ORDER ? 1 : 0;
}


@inline
function stir(lane: u64, word: u64): u64 {
  const mixed = (lane ^ word) * 0x9e3779b97f4a7c15;
  return mixed ^ (mixed >> 29);
}

/**
 * 32-bit hash of the guest's bytes, header to last table node: equal states have equal hashes on any machine. Four lanes,
 * so that the processor has work while it multiplies, over the lines that are not zero and where they lie.
 */
export function stateHash(): u32 {
  let a: u64 = 0xcbf29ce484222325;
  let b = a;
  let c = a;
  let d = a;
  const stop = end();
  for (let at: usize = GUEST_BASE; at < stop; at += LINE_BYTES) {
    if (isZeroLine(at)) continue;
    a = stir(stir(a, load<u64>(at) ^ at), load<u64>(at, 32));
    b = stir(stir(b, load<u64>(at, 8) ^ at), load<u64>(at, 40));
    c = stir(stir(c, load<u64>(at, 16) ^ at), load<u64>(at, 48));
    d = stir(stir(d, load<u64>(at, 24) ^ at), load<u64>(at, 56));
  }
  const hash = stir(stir(stir(a, b), c), d);
  return <u32>(hash ^ (hash >> 32));
}
