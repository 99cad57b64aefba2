// Compaction of one zone: a scanner moves up and collects movable pages, another moves down and collects free frames for
// them, until they meet or the goal is reached (docs/linux-memory.md B.1). Linear scanners only: Linux's fast searches
// through the free lists are left out. When to compact at all is compact-when's.
//
//  at SCRATCH_WORK_OFFSET  free blocks taken as targets: 11 lists {head, tail} by order, then the batch of sources

import {
  KIND_FREE,
  KIND_ISOLATED,
  KIND_MASK,
  KIND_ORDER_MASK,
  LIST_BYTES,
  SCRATCH_WORK_OFFSET,
  ZONE_FLAG_FLUSH_SKIP,
} from '../../src/abi/layout';
import { NONE, ORDERS, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import {
  COMPACT_ASYNC,
  COMPACT_COMPLETE,
  COMPACT_CONTENDED,
  COMPACT_PARTIAL,
  COMPACT_SUCCESS,
  COMPACT_SYNC_FULL,
} from '../../src/abi/compact';
import {
  STAT_COMPACT_FREE_SCANNED,
  STAT_COMPACT_RUNS,
  STAT_COMPACT_SCANNED,
  STAT_MIGRATE_FAILURES,
} from '../../src/abi/stat';
import { STATUS_MOVES_FULL } from '../../src/abi/status';
import { NIL, headOf, isMovable, orderOf, setState, stateOf } from '../base/frame';
import { guest } from '../base/guest';
import { listHead, listPopHead, listPushHead, listPushTail, listReset } from '../base/list';
import { blockSkip, blockType, blockZone, setBlockSkip } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, freeCount, freeList, zoneAt, zoneEnd } from '../base/zone';
import { countFrees, freeBlock } from '../free';
import { hasClaimable } from '../kernel/fallback';
import { isolateFree } from '../kernel/isolate';
import { drain, pcpAt } from '../kernel/percpu';
import { batchAdd, batchReset, batchTake, hasMoveRoom, moveBlock } from './migrate';

/** No order is asked for: compact as far as it goes. */
export const WHOLE_ORDER: i32 = NONE;
const CONTINUE: i32 = 0;

// The run at hand.
let zone: Zone = changetype<Zone>(0);
let zoneNumber: u32 = 0;
let order: i32 = 0;
let type: u32 = 0;
let mode: u32 = 0;
let whole: bool = false;
let direct: bool = false;
let goal: i32 = NONE;
let cpu: u32 = 0;
let source: u32 = 0;
let target: u32 = 0;
/** Start of the last pageblock from which pages moved and whose places may still be on per-cpu lists. */
let lastMoved: u32 = 0;
let wanted: u32 = 0;


@inline
function targetList(size: u32): usize {
  return <usize>guest.scratch + SCRATCH_WORK_OFFSET + <usize>size * LIST_BYTES;
}


@inline
function blockStart(pfn: u32): u32 {
  return pfn & ~(PAGEBLOCK_FRAMES - 1);
}


@inline
function ignoresHints(): bool {
  return whole || mode == COMPACT_SYNC_FULL;
}

/** Scanners from the edges next time. */
export function resetPositions(area: Zone): void {
  const first = blockStart(area.start);
  area.compactAsync = first;
  area.compactSync = first;
  area.compactFree = area.spanned == 0 ? first : blockStart(zoneEnd(area) - 1);
}

/** Forgets every hint of a zone. */
export function clearSkips(index: u32): void {
  const area = zoneAt(index);
  for (let at = blockStart(area.start); at < zoneEnd(area); at += PAGEBLOCK_FRAMES) {
    if (blockZone(at) == index) setBlockSkip(at, false);
  }
  area.flags &= ~ZONE_FLAG_FLUSH_SKIP;
  resetPositions(area);
}

// ---- free scanner ----

/** Pages go to MOVABLE pageblocks that are not free as a whole. */
function takesPages(block: u32): bool {
  const state = stateOf(block);
  const large: u32 = order > 0 ? order : PAGEBLOCK_ORDER;
  if ((state & KIND_MASK) == KIND_FREE && (state & KIND_ORDER_MASK) >= large) return false;
  return mode == COMPACT_SYNC_FULL || blockType(block) == MIGRATE_MOVABLE;
}

/** Takes free blocks of [from, end) until `wanted` frames are held; where it stopped. */
function collectTargets(from: u32, end: u32): u32 {
  let at = from;
  while (at < end) {
    const state = stateOf(at);
    count(STAT_COMPACT_FREE_SCANNED, 1);
    if ((state & KIND_MASK) != KIND_FREE) {
      at++;
      continue;
    }
    const size = state & KIND_ORDER_MASK;
    if (!isolateFree(zone, at, size)) return at;
    listPushTail(targetList(size), at);
    const frames: u32 = 1 << size;
    at += frames;
    if (frames >= wanted) {
      wanted = 0;
      return at;
    }
    wanted -= frames;
  }
  return at;
}

/** Moves the free scanner down until it holds as many frames as the batch wants, or meets the other scanner. */
function scanForTargets(): void {
  const limit = blockStart(source) + PAGEBLOCK_FRAMES;
  let from = max(target, zone.start);
  let block = blockStart(target);
  while (block >= limit && wanted != 0) {
    const end = min(block + PAGEBLOCK_FRAMES, zoneEnd(zone));
    const fits = blockZone(block) == zoneNumber && takesPages(block);
    if (fits && (ignoresHints() || !blockSkip(block))) {
      from = collectTargets(max(from, block), end);
      if (from < end) break;
      setBlockSkip(block, true);
    }
    block -= PAGEBLOCK_FRAMES;
    from = block;
  }
  target = from;
}

/** A place of the order: the smallest held block that serves, split down. NIL: there is none. */
function takeTarget(size: u32): u32 {
  for (let found = size; found < <u32>ORDERS; found++) {
    const pfn = listPopHead(targetList(found));
    if (pfn == NIL) continue;
    for (let half = found; half > size;) {
      half--;
      setState(pfn + (1 << half), KIND_ISOLATED, half);
      listPushHead(targetList(half), pfn + (1 << half));
    }
    setState(pfn, KIND_ISOLATED, size);
    return pfn;
  }
  return NIL;
}

/** Frees the places that no page came to; the free scanner must see them again. */
function releaseTargets(): void {
  let highest: u32 = 0;
  for (let size: u32 = 0; size < <u32>ORDERS; size++) {
    const list = targetList(size);
    for (let pfn = listPopHead(list); pfn != NIL; pfn = listPopHead(list)) {
      highest = max(highest, pfn);
      freeBlock(pfn, size, cpu);
    }
  }
  const cached = blockStart(highest);
  if (highest != 0 && cached > zone.compactFree) zone.compactFree = cached;
}

// ---- migrate scanner ----

/** Pages leave any pageblock, but a direct asynchronous run only touches those of its own type. */
function givesPages(block: u32): bool {
  if ((stateOf(block) & KIND_ORDER_MASK) >= <u32>PAGEBLOCK_ORDER) return false;
  return mode != COMPACT_ASYNC || !direct || blockType(block) == type;
}


@inline
function isSource(pfn: u32): bool {
  const size = orderOf(pfn);
  const large: u32 = order > 0 ? order : PAGEBLOCK_ORDER;
  return size < large && isMovable(pfn);
}

/** Collects movable blocks of [from, end) until the batch is full; where it stopped. */
function collectSources(from: u32, end: u32): u32 {
  for (let at = from; at < end;) {
    const head = headOf(at);
    const next = max(at + 1, head + (1 << (stateOf(head) & KIND_ORDER_MASK)));
    count(STAT_COMPACT_SCANNED, 1);
    wanted += isSource(head) ? 1 << orderOf(head) : 0;
    if (isSource(head) && batchAdd(head)) return min(next, end);
    at = next;
  }
  return end;
}


@inline
function cachePosition(pfn: u32): void {
  if (pfn > zone.compactAsync) zone.compactAsync = pfn;
  if (mode != COMPACT_ASYNC && pfn > zone.compactSync) zone.compactSync = pfn;
}

/** Moves the migrate scanner up to the next pageblock with something to move. False: nothing was collected. */
function scanForSources(): bool {
  batchReset();
  wanted = 0;
  while (blockStart(source) + PAGEBLOCK_FRAMES <= target) {
    const block = blockStart(source);
    const end = block + PAGEBLOCK_FRAMES;
    const fresh = source == block || source == zone.start;
    const hinted = fresh && !ignoresHints() && blockSkip(block);
    if (blockZone(block) != zoneNumber || hinted || !givesPages(block)) {
      if (!hinted) cachePosition(end);
      source = end;
      continue;
    }
    source = collectSources(max(source, zone.start), end);
    if (wanted == 0 && fresh) setBlockSkip(block, true);
    if (wanted == 0) cachePosition(end);
    return wanted != 0;
  }
  source = target;
  return false;
}

/** Moves the batch to frames of the free scanner. 0, or why it stopped. */
function moveCollected(): i32 {
  let result = CONTINUE;
  for (let from = batchTake(); from != NIL; from = batchTake()) {
    if (!hasMoveRoom(from)) {
      result = STATUS_MOVES_FULL;
      break;
    }
    const size = orderOf(from);
    let to = takeTarget(size);
    if (to == NIL) {
      wanted = 32;
      scanForTargets();
      to = takeTarget(size);
    }
    if (to == NIL) {
      count(STAT_MIGRATE_FAILURES, 1 << size);
      if (size != 0) continue;
      result = COMPACT_CONTENDED;
      break;
    }
    moveBlock(from, to);
    freeBlock(from, size, cpu);
    countFrees(1, 1 << size);
  }
  batchReset();
  return result;
}

// ---- the run ----

/** Whether a request of the order could be served now: its own lists, or a pageblock that it may claim. */
function hasBlock(): bool {
  for (let size: u32 = order; size < <u32>ORDERS; size++) {
    if (listHead(freeList(zone, size, type)) != NIL) return true;
    if (hasClaimable(zone, size, type)) return true;
  }
  return false;
}

/** Share of the zone's free frames, in percent, that lie outside free 2 MiB blocks. */
export function scatter(area: Zone): u32 {
  let free: u64 = 0;
  let suitable: u64 = 0;
  for (let size: u32 = 0; size < <u32>ORDERS; size++) {
    const frames = (<u64>freeCount(area, size)) << size;
    free += frames;
    if (size >= <u32>PAGEBLOCK_ORDER) suitable += frames;
  }
  return free == 0 ? 0 : <u32>(((free - suitable) * 100) / free);
}

function finished(startedWhole: bool): i32 {
  if (blockStart(target) <= blockStart(source)) {
    resetPositions(zone);
    if (direct) zone.flags |= ZONE_FLAG_FLUSH_SKIP;
    return startedWhole ? COMPACT_COMPLETE : COMPACT_PARTIAL;
  }
  if (goal != NONE) return <i32>scatter(zone) <= goal ? COMPACT_SUCCESS : CONTINUE;
  if (order == WHOLE_ORDER) return CONTINUE;
  if ((source & (PAGEBLOCK_FRAMES - 1)) != 0 && source != zone.start) return CONTINUE;
  return hasBlock() ? COMPACT_SUCCESS : CONTINUE;
}

/** Puts the scanners where the last run left them, or at the edges. Whether that is the whole zone. */
function placeScanners(): bool {
  const first = zone.start;
  const last = blockStart(zoneEnd(zone) - 1);
  source = mode == COMPACT_ASYNC ? zone.compactAsync : zone.compactSync;
  target = zone.compactFree;
  if (ignoresHints() || target < first || target >= zoneEnd(zone)) target = last;
  if (ignoresHints() || source < first || source >= zoneEnd(zone)) source = first;
  lastMoved = NIL;
  return blockStart(source) == blockStart(first);
}

/** Places left behind by pages are free in the zone only when the per-cpu lists are drained. */
function drainBehind(): void {
  if (order <= 0 || lastMoved == NIL) return;
  const mask = ((<u32>1) << order) - 1;
  if (lastMoved >= (source & ~mask)) return;
  const pcp = pcpAt(cpu, zoneNumber);
  drain(pcp, zone, pcp.count, 0);
  lastMoved = NIL;
}

function scan(startedWhole: bool): i32 {
  while (true) {
    const state = finished(startedWhole);
    if (state != CONTINUE) return state;
    const before = source;
    if (scanForSources()) {
      scanForTargets();
      if (lastMoved == NIL) lastMoved = before;
      const result = moveCollected();
      if (result == STATUS_MOVES_FULL) return result;
      const met = blockStart(target) <= blockStart(source);
      if (result == COMPACT_CONTENDED && !met) return result;
    }
    drainBehind();
  }
}

/**
 * Compacts a zone until a request of the order and type can be served, or `percent` of scattered free memory is reached
 * (NONE: no such goal), or the scanners meet. `forWhole`: from edge to edge, hints ignored. COMPACT_*, or
 * STATUS_MOVES_FULL: then the call can be made again. Suitability and deferral are the caller's.
 */
export function runCompaction(
  index: u32,
  forOrder: i32,
  forType: u32,
  forMode: u32,
  forWhole: bool,
  forDirect: bool,
  percent: i32,
  onCpu: u32,
): i32 {
  zoneNumber = index;
  zone = zoneAt(index);
  order = forOrder;
  type = forType;
  mode = forMode;
  whole = forWhole;
  direct = forDirect;
  goal = percent;
  cpu = onCpu;
  count(STAT_COMPACT_RUNS, 1);
  for (let size: u32 = 0; size < <u32>ORDERS; size++) listReset(targetList(size));
  const startedWhole = placeScanners();
  const result = scan(startedWhole);
  const met = result == COMPACT_COMPLETE || result == COMPACT_PARTIAL;
  if (!met && !ignoresHints()) zone.compactFree = max(blockStart(target), blockStart(zone.start));
  releaseTargets();
  return result;
}
