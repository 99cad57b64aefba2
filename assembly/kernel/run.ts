// Runs of neighbouring frames from a zone's free blocks, backed ones first when that is the policy (CZones).
//
// A run is exactly what as many single requests would get: the smallest free block is used up from its low end before
// another is opened, so its frames come out in order.
//
//  run, as a result  [ frames:32 | first frame:32 ]

import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { STAT_PREFERRED_BACKED, STAT_REFAULTS_AVOIDED } from '../../src/abi/stat';
import { anyBit, countBits, countOrder, testBit } from '../base/bitmap';
import { NIL, linkNext, orderOf } from '../base/frame';
import { backedBase, guest } from '../base/guest';
import { listHead } from '../base/list';
import { count } from '../base/stats';
import { Zone, freeList, orderMask } from '../base/zone';
import { accountFree, linkFree, unlinkFree } from './buddy';

/** Nothing is free: a run of no frames from NIL on. */
export const NO_RUN: u64 = 0xffffffff;
/** Free blocks of one order looked at first for a backed one. Those are put at the heads, so the first nearly always is. */
const WARM_DEPTH: u32 = 4;


@inline
export function makeRun(pfn: u32, frames: u32): u64 {
  return ((<u64>frames) << 32) | pfn;
}


@inline
export function runStart(run: u64): u32 {
  return <u32>run;
}


@inline
export function runFrames(run: u64): u32 {
  return <u32>(run >> 32);
}

/** Frames of a run that may be given out at once: the touch of a huge host page backs its neighbours. */
@inline
function capRun(pfn: u32, frames: u32): u32 {
  if (guest.backingShift == 0) return frames;
  const host: u32 = 1 << guest.backingShift;
  return min(frames, host - (pfn & (host - 1)));
}

/** Links what is left of an unlinked block behind its first `frames` frames, in the largest aligned pieces. */
function linkRest(zone: Zone, pfn: u32, frames: u32, order: u32, type: u32): void {
  const end = pfn + (1 << order);
  for (let at = pfn + frames; at < end;) {
    const piece = ctz<u32>(at - pfn);
    linkFree(zone, at, piece, type, false);
    at += 1 << piece;
  }
}

/** Takes a run off an unlinked block. */
@inline
function openBlock(zone: Zone, pfn: u32, want: u32, order: u32): u64 {
  const frames = capRun(pfn, min(want, (<u32>1) << order));
  linkRest(zone, pfn, frames, order, MIGRATE_MOVABLE);
  zone.free -= frames;
  if (zone.backedFree != 0) zone.backedFree -= countBits(backedBase, pfn, frames);
  return makeRun(pfn, frames);
}

/**
 * A run of up to `want` blocks of one order from the smallest free block that serves; NO_RUN: nothing is free. For kernel
 * zones, which have no backed frames to count.
 */
export function takeBlocks(zone: Zone, order: u32, type: u32, want: u32): u64 {
  const orders = orderMask(zone, type) >> order;
  if (orders == 0) return NO_RUN;
  const found = order + ctz<u32>(orders);
  const pfn = listHead(freeList(zone, found, type));
  const frames = min(want, (<u32>1) << (found - order)) << order;
  unlinkFree(zone, pfn, found, type);
  linkRest(zone, pfn, frames, found, type);
  accountFree(zone, -frames, type);
  return makeRun(pfn, frames);
}

/** A run from the smallest free block. */
function takePlain(zone: Zone, want: u32): u64 {
  const orders = orderMask(zone, MIGRATE_MOVABLE);
  if (orders == 0) return NO_RUN;
  const order = ctz<u32>(orders);
  const pfn = listHead(freeList(zone, order, MIGRATE_MOVABLE));
  unlinkFree(zone, pfn, order, MIGRATE_MOVABLE);
  return openBlock(zone, pfn, want, order);
}

/** The smallest block with backed frames among the first `depth` of each order; NIL: none there. */
function findWarm(zone: Zone, depth: u32): u32 {
  let orders = orderMask(zone, MIGRATE_MOVABLE);
  while (orders != 0) {
    const order = ctz<u32>(orders);
    orders &= orders - 1;
    let pfn = listHead(freeList(zone, order, MIGRATE_MOVABLE));
    for (let seen: u32 = 0; seen < depth && pfn != NIL; seen++) {
      if (anyBit(backedBase, pfn, order)) return pfn;
      pfn = linkNext(pfn);
    }
  }
  return NIL;
}

/** Links one half, of this order, of an unlinked block; the half that is left has backed frames. Cold halves go to the tails. */
function keepWarmHalf(zone: Zone, pfn: u32, order: u32): u32 {
  const upper = pfn + (1 << order);
  if (anyBit(backedBase, pfn, order)) {
    linkFree(zone, upper, order, MIGRATE_MOVABLE, !anyBit(backedBase, upper, order));
    return pfn;
  }
  linkFree(zone, pfn, order, MIGRATE_MOVABLE, true);
  return upper;
}

/** A run of backed frames of a zone that has some free: where the heads are cold, the lists are walked to their ends. */
function takeWarm(zone: Zone, want: u32): u64 {
  const smallest = ctz<u32>(orderMask(zone, MIGRATE_MOVABLE));
  const plain = listHead(freeList(zone, smallest, MIGRATE_MOVABLE));
  let pfn = findWarm(zone, WARM_DEPTH);
  if (pfn == NIL) pfn = findWarm(zone, U32.MAX_VALUE);
  let order = orderOf(pfn);
  const avoids = !testBit(backedBase, plain);
  unlinkFree(zone, pfn, order, MIGRATE_MOVABLE);
  while (countOrder(backedBase, pfn, order) != (<u32>1) << order) {
    order--;
    pfn = keepWarmHalf(zone, pfn, order);
  }
  const run = openBlock(zone, pfn, want, order);
  count(STAT_PREFERRED_BACKED, runFrames(run));
  if (avoids) count(STAT_REFAULTS_AVOIDED, runFrames(run));
  return run;
}

/** A run of at most `want` frames of what the zone has; NO_RUN: nothing is free. */
export function takeRun(zone: Zone, want: u32): u64 {
  const mixed = zone.backedFree != 0 && zone.backedFree != zone.free;
  if (mixed && guest.czonePreferBacked != 0 && zone.free != 0) {
    const run = takeWarm(zone, want);
    if (run != NO_RUN) return run;
  }
  return takePlain(zone, want);
}
