// Compaction's free scanner: from pageblock to pageblock downwards, up inside each, it takes free blocks whole and holds
// them for pages that move (docs/linux-memory.md B.1). It runs only when a page needs a place and none is held. Runs for an
// order search the free lists first.

import {
  KIND_FREE,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_ORDER_MASK,
  KIND_UNMOVABLE,
} from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { STAT_COMPACT_FREE_SCANNED } from '../../src/abi/stat';
import { NIL, stateOf } from '../base/frame';
import { listPushTail } from '../base/list';
import { blockSkip, blockStart, blockType, blockZone, setBlockSkip } from '../base/pageblock';
import { spanFrames } from '../base/guest';
import { count } from '../base/stats';
import { Zone, freeCount, zoneAt, zoneEnd } from '../base/zone';
import { isolateFree, lastFree, previousFree, rotateFree } from '../kernel/allocator';
import {
  CLUSTER_FRAMES,
  Compaction,
  RUN_ANY_TARGET,
  RUN_ASYNC,
  RUN_DIRECT,
  RUN_IGNORES_HINTS,
  heldList,
  is,
  largeOrder,
  takeHeld,
} from './compact-run';

/** Pages go to MOVABLE pageblocks that are not free as a whole. */
export function takesPages(run: Compaction, block: u32): bool {
  const state = stateOf(block);
  const isFree = (state & KIND_MASK) == KIND_FREE;
  if (isFree && (state & KIND_ORDER_MASK) >= largeOrder(run)) return false;
  if (!is(run, RUN_ANY_TARGET) && blockType(block) != MIGRATE_MOVABLE) return false;
  return is(run, RUN_IGNORES_HINTS) || !blockSkip(block);
}

/** Frames of the block in use whose head is here, 1 for a single frame. */
@inline
function usedFrames(state: u32): u32 {
  const kind = state & KIND_MASK;
  const isBlock = kind == KIND_MOVABLE || kind == KIND_UNMOVABLE;
  return isBlock ? 1 << (state & KIND_ORDER_MASK) : 1;
}

/** Takes a free block off its list and holds it. False: the zone cannot spare it. */
function hold(run: Compaction, zone: Zone, pfn: u32, order: u32): bool {
  if (!isolateFree(zone, pfn, order)) return false;
  listPushTail(heldList(run, order), pfn);
  run.held += 1 << order;
  return true;
}

/** Takes free blocks of [from, end), looking at every stride-th frame, until the batch is served; where it stopped. */
function collect(run: Compaction, zone: Zone, from: u32, end: u32, stride: u32): u32 {
  let at = from;
  while (at < end) {
    const state = stateOf(at);
    count(STAT_COMPACT_FREE_SCANNED, 1);
    if ((state & KIND_MASK) != KIND_FREE) {
      const frames = usedFrames(state);
      at += (at + frames <= end ? frames - 1 : 0) + stride;
      continue;
    }
    const order = state & KIND_ORDER_MASK;
    if (!hold(run, zone, at, order)) return at;
    at += 1 << order;
    if (run.wanted <= run.held) return min(at, end);
    at += stride - 1;
  }
  return end;
}

// ---- the search of the free lists ----

/** Looks at one list from its tail for a frame at or above `wanted`, or, as a second best, `lowest`. */
function searchList(run: Compaction, zone: Zone, order: u32, wanted: u32, lowest: u32): u32 {
  let looked: u32 = 0;
  run.second = NIL;
  let at = lastFree(zone, order, MIGRATE_MOVABLE);
  for (; at != NIL; at = previousFree(at)) {
    looked++;
    run.highest = max(run.highest, max(blockStart(at), zone.start));
    if (at >= wanted) break;
    if (at >= lowest && (run.second == NIL || at > run.second)) {
      run.second = at;
      run.limit >>= 1;
    }
    if (looked >= run.limit) break;
  }
  const found = at != NIL && at >= wanted ? at : run.second;
  // What was looked at stands behind the rest next time.
  const turnTo = found != NIL ? found : at;
  if (turnTo != NIL) rotateFree(zone, turnTo, order, MIGRATE_MOVABLE);
  if (looked >= run.limit) run.limit = max<u32>(1, run.limit >> 1);
  if (at != NIL && at >= wanted) {
    run.searchFails = 0;
    run.searchOrder = order;
  }
  return found;
}

/** The next order to look at, -1 after the last: then the next search begins one lower than this one. */
function nextOrder(run: Compaction, order: i32): i32 {
  const top = <i32>run.order - 1;
  const next = order == 0 ? top : order - 1;
  if (next != run.searchOrder) return next;
  run.searchOrder = run.searchOrder == 0 ? top : run.searchOrder - 1;
  return -1;
}

/** The search found nothing: the free scanner goes on where free blocks were seen, or half way down. NIL: it stays. */
function fallBack(run: Compaction, lowest: u32): u32 {
  if (run.highest >= lowest && run.highest != 0) run.target = run.highest;
  else if (is(run, RUN_DIRECT) && lowest < spanFrames) run.target = lowest;
  else return NIL;
  return blockZone(run.target) == run.zone ? run.target : NIL;
}

/**
 * Takes one block from the upper part of what is left to scan; NIL: there is none. With the scanners past each other the
 * distance wraps, as Linux's does: the marks lie above all memory and nothing is found.
 */
function searchLists(run: Compaction, zone: Zone): u32 {
  const distance = run.target - run.source;
  const wanted = blockStart(run.target - (distance >> 2));
  const lowest = blockStart(run.target - (distance >> 1));
  // Above where the scanner began since hints were cleared a search looks deeper.
  const atStart = run.target >= zone.compactInitFree;
  const shallow = ((CLUSTER_FRAMES >> min<u32>(31, run.searchFails)) + 1) >> 1;
  run.highest = 0;
  run.limit = atStart ? (<u32>PAGEBLOCK_FRAMES) >> 1 : max<u32>(1, shallow);
  run.searchOrder = min<i32>(<i32>run.order - 1, run.searchOrder);
  let found = NIL;
  for (let order = run.searchOrder; order >= 0; order = nextOrder(run, order)) {
    if (freeCount(zone, order) == 0) continue;
    const pfn = searchList(run, zone, order, wanted, lowest);
    if (pfn == NIL) continue;
    if (hold(run, zone, pfn, order)) found = pfn;
    else nextOrder(run, run.searchOrder + 1);
    break;
  }
  if (found == NIL) {
    run.searchFails++;
    if (atStart) found = fallBack(run, lowest);
  }
  if (run.highest != 0 && run.highest >= zone.compactFree) {
    zone.compactFree = max(run.highest, PAGEBLOCK_FRAMES) - PAGEBLOCK_FRAMES;
  }
  return found;
}

/** A first search through the free lists, and through the pageblock of what it found. */
function fastSearch(run: Compaction): void {
  const zone = zoneAt(run.zone);
  const found = searchLists(run, zone);
  if (found == NIL || run.held >= run.wanted || is(run, RUN_ASYNC)) return;
  const end = min(blockStart(found) + PAGEBLOCK_FRAMES, zoneEnd(zone));
  const stopped = collect(run, zone, max(blockStart(found), zone.start), end, 1);
  if (stopped == end) setBlockSkip(found, true);
}

// ---- the linear search ----

/** The free scanner has seen the whole pageblock: it does not come back, nor does the next run begin above it. */
export function passTarget(zone: Zone, block: u32): void {
  setBlockSkip(block, true);
  const below = max(block, PAGEBLOCK_FRAMES) - PAGEBLOCK_FRAMES;
  zone.compactFree = min(zone.compactFree, below);
}

/** Down block by block until the batch is served, the scanners meet, or a block may not be taken. */
export function search(run: Compaction): void {
  if (run.order > 0) fastSearch(run);
  if (run.held > 0) return;
  const zone = zoneAt(run.zone);
  const lowest = blockStart(run.source) + PAGEBLOCK_FRAMES;
  let stride: u32 = is(run, RUN_ASYNC) ? CLUSTER_FRAMES : 1;
  let from = run.target;
  let block = blockStart(from);
  while (block >= lowest) {
    const end = min(block + PAGEBLOCK_FRAMES, zoneEnd(zone));
    if (blockZone(block) == run.zone && takesPages(run, block)) {
      const before = run.held;
      from = collect(run, zone, from, end, stride);
      const isDone = from == end;
      if (isDone) passTarget(zone, block);
      if (run.held >= run.wanted || !isDone) {
        if (isDone) from = block - PAGEBLOCK_FRAMES;
        break;
      }
      stride = run.held > before ? 1 : min(CLUSTER_FRAMES, stride << 1);
    }
    block -= PAGEBLOCK_FRAMES;
    from = block;
  }
  run.target = from;
}

/** A place for a block of the order, isolated; NIL: the scanners met before one was found. */
export function takePlace(run: Compaction, order: u32): u32 {
  const pfn = takeHeld(run, order);
  if (pfn != NIL) return pfn;
  search(run);
  return takeHeld(run, order);
}
