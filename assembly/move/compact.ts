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
import { listPopHead, listPushHead, listPushTail, listReset } from '../base/list';
import { blockSkip, blockStart, blockType, blockZone, setBlockSkip } from '../base/pageblock';
import { scratchAt } from '../base/scratch';
import { count } from '../base/stats';
import { WORK_BYTES, WORK_COMPACTION } from '../base/work';
import { Zone, freeCount, resetScanners, zoneAt, zoneEnd } from '../base/zone';
import { countFrees, freeBlock } from '../free';
import { drainCpu, firstFree, hasClaimable, isolateFree } from '../kernel/allocator';
import { batchAdd, batchReset, batchTake, hasMoveRoom, moveBlock } from './migrate';

/** No order is asked for: compact as far as it goes. */
export const WHOLE_ORDER: i32 = NONE;
const CONTINUE: i32 = 0;

/** The run at hand. */
@unmanaged
class Compaction {
  zone: Zone;
  zoneNumber: u32;
  /** Order that is asked for, or WHOLE_ORDER. */
  order: i32;
  type: u32;
  mode: u32;
  /** Scattered percent to reach, NONE: no such goal. */
  goal: i32;
  cpu: u32;
  /** Where the migrate scanner stands. */
  source: u32;
  /** Where the free scanner stands. */
  target: u32;
  /** Start of the last pageblock from which pages moved and whose places may still be on per-cpu lists. */
  lastMoved: u32;
  /** Frames of the batch: collected by one scanner, then still without a place from the other. */
  wanted: u32;
  whole: bool;
  direct: bool;
}
if (<i32>offsetof<Compaction>() > WORK_BYTES) ERROR('Compaction outgrew its room');


@inline
function targetList(size: u32): usize {
  return scratchAt(SCRATCH_WORK_OFFSET) + <usize>size * LIST_BYTES;
}


@inline
function ignoresHints(run: Compaction): bool {
  return run.whole || run.mode == COMPACT_SYNC_FULL;
}

/** Forgets every hint of a zone. */
export function clearSkips(index: u32): void {
  const area = zoneAt(index);
  for (let at = blockStart(area.start); at < zoneEnd(area); at += PAGEBLOCK_FRAMES) {
    if (blockZone(at) == index) setBlockSkip(at, false);
  }
  area.flags &= ~ZONE_FLAG_FLUSH_SKIP;
  resetScanners(area);
}

// ---- free scanner ----

/** Pages go to MOVABLE pageblocks that are not free as a whole. */
function takesPages(run: Compaction, block: u32): bool {
  const state = stateOf(block);
  const large: u32 = run.order > 0 ? run.order : PAGEBLOCK_ORDER;
  if ((state & KIND_MASK) == KIND_FREE && (state & KIND_ORDER_MASK) >= large) return false;
  return run.mode == COMPACT_SYNC_FULL || blockType(block) == MIGRATE_MOVABLE;
}

/** Takes free blocks of [from, end) until `wanted` frames are held; where it stopped. */
function collectTargets(run: Compaction, from: u32, end: u32): u32 {
  let at = from;
  while (at < end) {
    const state = stateOf(at);
    count(STAT_COMPACT_FREE_SCANNED, 1);
    if ((state & KIND_MASK) != KIND_FREE) {
      at++;
      continue;
    }
    const size = state & KIND_ORDER_MASK;
    if (!isolateFree(run.zone, at, size)) return at;
    listPushTail(targetList(size), at);
    const frames: u32 = 1 << size;
    at += frames;
    if (frames >= run.wanted) {
      run.wanted = 0;
      return at;
    }
    run.wanted -= frames;
  }
  return at;
}

/** Moves the free scanner down until it holds as many frames as the batch wants, or meets the other scanner. */
function scanForTargets(run: Compaction): void {
  const limit = blockStart(run.source) + PAGEBLOCK_FRAMES;
  let from = max(run.target, run.zone.start);
  let block = blockStart(run.target);
  while (block >= limit && run.wanted != 0) {
    const end = min(block + PAGEBLOCK_FRAMES, zoneEnd(run.zone));
    const fits = blockZone(block) == run.zoneNumber && takesPages(run, block);
    if (fits && (ignoresHints(run) || !blockSkip(block))) {
      from = collectTargets(run, max(from, block), end);
      if (from < end) break;
      setBlockSkip(block, true);
    }
    block -= PAGEBLOCK_FRAMES;
    from = block;
  }
  run.target = from;
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
function releaseTargets(run: Compaction): void {
  let highest: u32 = 0;
  for (let size: u32 = 0; size < <u32>ORDERS; size++) {
    const list = targetList(size);
    for (let pfn = listPopHead(list); pfn != NIL; pfn = listPopHead(list)) {
      highest = max(highest, pfn);
      freeBlock(pfn, size, run.cpu);
    }
  }
  const cached = blockStart(highest);
  if (highest != 0 && cached > run.zone.compactFree) run.zone.compactFree = cached;
}

// ---- migrate scanner ----

/** Pages leave any pageblock, but a direct asynchronous run only touches those of its own type. */
function givesPages(run: Compaction, block: u32): bool {
  if ((stateOf(block) & KIND_ORDER_MASK) >= <u32>PAGEBLOCK_ORDER) return false;
  return run.mode != COMPACT_ASYNC || !run.direct || blockType(block) == run.type;
}


@inline
function isSource(run: Compaction, pfn: u32): bool {
  const size = orderOf(pfn);
  const large: u32 = run.order > 0 ? run.order : PAGEBLOCK_ORDER;
  return size < large && isMovable(pfn);
}

/** Collects movable blocks of [from, end) until the batch is full; where it stopped. */
function collectSources(run: Compaction, from: u32, end: u32): u32 {
  for (let at = from; at < end;) {
    const head = headOf(at);
    const next = max(at + 1, head + (1 << (stateOf(head) & KIND_ORDER_MASK)));
    count(STAT_COMPACT_SCANNED, 1);
    run.wanted += isSource(run, head) ? 1 << orderOf(head) : 0;
    if (isSource(run, head) && batchAdd(head)) return min(next, end);
    at = next;
  }
  return end;
}


@inline
function cachePosition(run: Compaction, pfn: u32): void {
  if (pfn > run.zone.compactAsync) run.zone.compactAsync = pfn;
  if (run.mode != COMPACT_ASYNC && pfn > run.zone.compactSync) run.zone.compactSync = pfn;
}

/** Moves the migrate scanner up to the next pageblock with something to move. False: nothing was collected. */
function scanForSources(run: Compaction): bool {
  batchReset();
  run.wanted = 0;
  while (blockStart(run.source) + PAGEBLOCK_FRAMES <= run.target) {
    const block = blockStart(run.source);
    const end = block + PAGEBLOCK_FRAMES;
    const fresh = run.source == block || run.source == run.zone.start;
    const hinted = fresh && !ignoresHints(run) && blockSkip(block);
    if (blockZone(block) != run.zoneNumber || hinted || !givesPages(run, block)) {
      if (!hinted) cachePosition(run, end);
      run.source = end;
      continue;
    }
    run.source = collectSources(run, max(run.source, run.zone.start), end);
    if (run.wanted == 0 && fresh) setBlockSkip(block, true);
    if (run.wanted == 0) cachePosition(run, end);
    return run.wanted != 0;
  }
  run.source = run.target;
  return false;
}

/** Moves the batch to frames of the free scanner. 0, or why it stopped. */
function moveCollected(run: Compaction): i32 {
  let result = CONTINUE;
  for (let from = batchTake(); from != NIL; from = batchTake()) {
    if (!hasMoveRoom(from)) {
      result = STATUS_MOVES_FULL;
      break;
    }
    const size = orderOf(from);
    let to = takeTarget(size);
    if (to == NIL) {
      run.wanted = 32;
      scanForTargets(run);
      to = takeTarget(size);
    }
    if (to == NIL) {
      count(STAT_MIGRATE_FAILURES, 1 << size);
      if (size != 0) continue;
      result = COMPACT_CONTENDED;
      break;
    }
    moveBlock(from, to);
    freeBlock(from, size, run.cpu);
    countFrees(1, 1 << size);
  }
  batchReset();
  return result;
}

// ---- the run ----

/** Whether a request of the order could be served now: its own lists, or a pageblock that it may claim. */
function hasBlock(run: Compaction): bool {
  for (let size: u32 = run.order; size < <u32>ORDERS; size++) {
    if (firstFree(run.zone, size, run.type) != NIL) return true;
    if (hasClaimable(run.zone, size, run.type)) return true;
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

function finished(run: Compaction, startedWhole: bool): i32 {
  if (blockStart(run.target) <= blockStart(run.source)) {
    resetScanners(run.zone);
    if (run.direct) run.zone.flags |= ZONE_FLAG_FLUSH_SKIP;
    return startedWhole ? COMPACT_COMPLETE : COMPACT_PARTIAL;
  }
  if (run.goal != NONE) return <i32>scatter(run.zone) <= run.goal ? COMPACT_SUCCESS : CONTINUE;
  if (run.order == WHOLE_ORDER) return CONTINUE;
  if ((run.source & (PAGEBLOCK_FRAMES - 1)) != 0 && run.source != run.zone.start) return CONTINUE;
  return hasBlock(run) ? COMPACT_SUCCESS : CONTINUE;
}

/** Puts the scanners where the last run left them, or at the edges. Whether that is the whole zone. */
function placeScanners(run: Compaction): bool {
  const first = run.zone.start;
  const last = blockStart(zoneEnd(run.zone) - 1);
  run.source = run.mode == COMPACT_ASYNC ? run.zone.compactAsync : run.zone.compactSync;
  run.target = run.zone.compactFree;
  if (ignoresHints(run) || run.target < first || run.target >= zoneEnd(run.zone)) run.target = last;
  if (ignoresHints(run) || run.source < first || run.source >= zoneEnd(run.zone))
    run.source = first;
  run.lastMoved = NIL;
  return blockStart(run.source) == blockStart(first);
}

/** Places left behind by pages are free in the zone only when the per-cpu lists are drained. */
function drainBehind(run: Compaction): void {
  if (run.order <= 0 || run.lastMoved == NIL) return;
  const mask = ((<u32>1) << run.order) - 1;
  if (run.lastMoved >= (run.source & ~mask)) return;
  drainCpu(run.zone, run.zoneNumber, run.cpu);
  run.lastMoved = NIL;
}

function scan(run: Compaction, startedWhole: bool): i32 {
  while (true) {
    const state = finished(run, startedWhole);
    if (state != CONTINUE) return state;
    const before = run.source;
    if (scanForSources(run)) {
      scanForTargets(run);
      if (run.lastMoved == NIL) run.lastMoved = before;
      const result = moveCollected(run);
      if (result == STATUS_MOVES_FULL) return result;
      const met = blockStart(run.target) <= blockStart(run.source);
      if (result == COMPACT_CONTENDED && !met) return result;
    }
    drainBehind(run);
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
  const run = changetype<Compaction>(WORK_COMPACTION);
  run.zoneNumber = index;
  run.zone = zoneAt(index);
  run.order = forOrder;
  run.type = forType;
  run.mode = forMode;
  run.whole = forWhole;
  run.direct = forDirect;
  run.goal = percent;
  run.cpu = onCpu;
  count(STAT_COMPACT_RUNS, 1);
  for (let size: u32 = 0; size < <u32>ORDERS; size++) listReset(targetList(size));
  const startedWhole = placeScanners(run);
  const result = scan(run, startedWhole);
  const met = result == COMPACT_COMPLETE || result == COMPACT_PARTIAL;
  if (!met && !ignoresHints(run))
    run.zone.compactFree = max(blockStart(run.target), blockStart(run.zone.start));
  releaseTargets(run);
  return result;
}
