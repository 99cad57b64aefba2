// Frames for the pages of a CZone's owner: runs of neighbouring frames, backed ones first when that is the policy, and
// what happens when the zone is full. There are no per-cpu lists and no watermarks: see docs/decisions.
//
// A run is exactly what as many single requests would get: the smallest free block is used up from its low end before
// another is opened, so its frames come out in order.

import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { CZONE_GROW_ASK, CZONE_LIMIT_BORROW, CZONE_LIMIT_GROW } from '../../src/abi/czone';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
  STAT_CZONE_BORROWED_PAGES,
  STAT_CZONE_GROWN_ON_DEMAND,
  STAT_CZONE_LIMIT_HITS,
  STAT_CZONE_LIMIT_RAISES,
  STAT_CZONE_OOMS,
  STAT_PREFERRED_BACKED,
  STAT_REFAULTS_AVOIDED,
} from '../../src/abi/stat';
import { STATUS_NO_MEMORY, STATUS_ZONE_FULL, STATUS_ZONE_LIMIT } from '../../src/abi/status';
import { anyBit, countBits, countOrder, testBit } from '../base/bitmap';
import { NIL } from '../base/frame';
import { backedBase, guest } from '../base/guest';
import { listHead, nextOf } from '../base/list';
import { count } from '../base/stats';
import { Zone, freeList, orderMask, zoneAt, zoneIndex } from '../base/zone';
import { czoneGrow } from './zone';
import { linkFree, unlinkFree } from '../kernel/buddy';
import { allocBlock } from '../kernel/request';

/** Free blocks of one order looked at for a backed one. Those are put at the heads, so the first nearly always is. */
const WARM_DEPTH: u32 = 4;

/** Length of the last run that czoneRun gave. */
export let runFrames: u32 = 0;

/** Frames of a run that may be given out at once: the touch of a huge host page backs its neighbours. */
@inline
function capRun(pfn: u32, frames: u32): u32 {
  if (guest.backingShift == 0) return frames;
  const host: u32 = 1 << guest.backingShift;
  return min(frames, host - (pfn & (host - 1)));
}

/** Links what is left of an unlinked block behind its first `frames` frames, in the largest aligned pieces. */
function linkRest(zone: Zone, pfn: u32, frames: u32, order: u32): void {
  const end = pfn + (1 << order);
  for (let at = pfn + frames; at < end;) {
    const piece = ctz<u32>(at - pfn);
    linkFree(zone, at, piece, MIGRATE_MOVABLE, false);
    at += 1 << piece;
  }
}

/** Takes a run off an unlinked block. */
@inline
function openBlock(zone: Zone, pfn: u32, want: u32, order: u32): u32 {
  runFrames = capRun(pfn, min(want, (<u32>1) << order));
  linkRest(zone, pfn, runFrames, order);
  zone.free -= runFrames;
  if (zone.backedFree != 0) zone.backedFree -= countBits(backedBase, pfn, runFrames);
  return pfn;
}

/** A run from the smallest free block. */
function takePlain(zone: Zone, want: u32): u32 {
  const orders = orderMask(zone, MIGRATE_MOVABLE);
  if (orders == 0) return NIL;
  const order = ctz<u32>(orders);
  const pfn = listHead(freeList(zone, order, MIGRATE_MOVABLE));
  unlinkFree(zone, pfn, order, MIGRATE_MOVABLE);
  return openBlock(zone, pfn, want, order);
}

/** The smallest block with backed frames near the head of its list; NIL: none found. Its order is in `warmOrder`. */
let warmOrder: u32 = 0;
function findWarm(zone: Zone): u32 {
  let orders = orderMask(zone, MIGRATE_MOVABLE);
  while (orders != 0) {
    const order = ctz<u32>(orders);
    orders &= orders - 1;
    let pfn = listHead(freeList(zone, order, MIGRATE_MOVABLE));
    for (let depth: u32 = 0; depth < WARM_DEPTH && pfn != NIL; depth++) {
      if (anyBit(backedBase, pfn, order)) {
        warmOrder = order;
        return pfn;
      }
      pfn = nextOf(pfn);
    }
  }
  return NIL;
}

/** Splits an unlinked block down to a piece that is backed throughout; cold pieces go to the tails. */
function splitToWarm(zone: Zone, block: u32): u32 {
  let pfn = block;
  while (countOrder(backedBase, pfn, warmOrder) != (<u32>1) << warmOrder) {
    warmOrder--;
    const upper = pfn + (1 << warmOrder);
    if (anyBit(backedBase, pfn, warmOrder)) {
      linkFree(zone, upper, warmOrder, MIGRATE_MOVABLE, !anyBit(backedBase, upper, warmOrder));
    } else {
      linkFree(zone, pfn, warmOrder, MIGRATE_MOVABLE, true);
      pfn = upper;
    }
  }
  return pfn;
}

/** A run of backed frames; NIL when the search finds none. */
function takeWarm(zone: Zone, want: u32): u32 {
  const smallest = ctz<u32>(orderMask(zone, MIGRATE_MOVABLE));
  const plain = listHead(freeList(zone, smallest, MIGRATE_MOVABLE));
  const block = findWarm(zone);
  if (block == NIL) return NIL;
  const avoids = !testBit(backedBase, plain);
  unlinkFree(zone, block, warmOrder, MIGRATE_MOVABLE);
  const piece = splitToWarm(zone, block);
  const pfn = openBlock(zone, piece, want, warmOrder);
  count(STAT_PREFERRED_BACKED, runFrames);
  if (avoids) count(STAT_REFAULTS_AVOIDED, runFrames);
  return pfn;
}

/** A run of at most `want` frames of what the zone has, its length in runFrames; NIL: nothing is free. */
function takeRun(zone: Zone, want: u32): u32 {
  const mixed = zone.backedFree != 0 && zone.backedFree != zone.free;
  if (mixed && guest.czonePreferBacked != 0 && zone.free != 0) {
    const pfn = takeWarm(zone, want);
    if (pfn != NIL) return pfn;
  }
  return takePlain(zone, want);
}

/** One frame of the kernel's zones at the zone's limit. It is no block of the zone's and is freed where it came from. */
function borrow(zone: Zone, gfp: u32, cpu: u32): i32 {
  const pfn = allocBlock(gfp, 0, cpu);
  if (pfn < 0) return pfn;
  zone.borrowed++;
  runFrames = 1;
  count(STAT_CZONE_BORROWED_PAGES, 1);
  return pfn;
}

/** The zone that answered STATUS_ZONE_FULL last. */
let fullZone: u32 = NIL;
export function czoneFullZone(): i32 {
  return fullZone;
}

/** Blocks to add to a full zone by its policy. Zero: borrow. Below zero: the request's answer. */
function blocksToAdd(zone: Zone): i32 {
  const block = guest.czoneBlockFrames;
  if (zone.managed + block <= zone.limit) {
    if (zone.growBlocks != CZONE_GROW_ASK) return zone.growBlocks;
    fullZone = zoneIndex(zone);
    return STATUS_ZONE_FULL;
  }
  count(STAT_CZONE_LIMIT_HITS, 1);
  if (zone.policy == CZONE_LIMIT_BORROW) return 0;
  if (zone.policy == CZONE_LIMIT_GROW) {
    zone.limit = zone.managed + block;
    count(STAT_CZONE_LIMIT_RAISES, 1);
    return 1;
  }
  count(STAT_CZONE_OOMS, 1);
  return STATUS_ZONE_LIMIT;
}

/**
 * A run of at most `want` neighbouring frames for the zone's owner, its length in runFrames. Grows the zone when it is
 * full. First frame, or STATUS_ZONE_FULL, _ZONE_LIMIT, _NO_MEMORY (the pool is empty), or a status of the kernel's zones.
 */
export function czoneRun(index: u32, want: u32, gfp: u32, cpu: u32): i32 {
  const zone = zoneAt(index);
  let pfn = takeRun(zone, want);
  if (pfn == NIL) {
    const blocks = blocksToAdd(zone);
    if (blocks < 0) return blocks;
    if (blocks == 0) return borrow(zone, gfp, cpu);
    if (czoneGrow(index, blocks) < 1) return STATUS_NO_MEMORY;
    count(STAT_CZONE_GROWN_ON_DEMAND, 1);
    pfn = takeRun(zone, want);
  }
  zone.objectFrames += runFrames;
  count(STAT_ALLOC_CALLS, runFrames);
  count(STAT_ALLOC_PAGES, runFrames);
  return pfn;
}
