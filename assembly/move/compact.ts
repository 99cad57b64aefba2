// Compaction of one zone: a scanner moves up and collects movable pages (migrate-scanner), another moves down and finds
// free frames for them (free-scanner), until they meet or the goal is reached (docs/linux-memory.md B.1). This file decides
// what a live run takes and moves; what a recorded one did its trace tells (recorded/compaction). When to compact at all is
// compact-when's.
//
//  at WORK_COMPACTION  [ Compaction, held[11] | LiveRun | sources: a bit for each frame of the pageblock at hand ]

import { KIND_ORDER_MASK, ZONE_FLAG_FLUSH_SKIP } from '../../src/abi/layout';
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
import { STAT_COMPACT_RUNS, STAT_COMPACT_SCANNED, STAT_MIGRATE_FAILURES } from '../../src/abi/stat';
import { STATUS_MOVES_FULL, STATUS_PAUSED, STATUS_SKIPPED } from '../../src/abi/status';
import { NIL, headOf, isMovable, orderOf, stateOf } from '../base/frame';
import { listPopHead } from '../base/list';
import { blockStart } from '../base/pageblock';
import { count } from '../base/stats';
import {
  WORK_COMPACTION,
  WORK_COMPACTION_BYTES,
  WORK_PAUSED,
  WORK_PAUSED_BYTES,
} from '../base/work';
import { Zone, freeCount, resetScanners, zoneAt, zoneEnd } from '../base/zone';
import { countFrees, freeBlock } from '../free';
import { HAS_LISTS, drainCpu, firstFree, hasClaimable } from '../kernel/allocator';
import {
  CLUSTER_FRAMES,
  COMPACTION_BYTES,
  Compaction,
  RUN_ANY_TARGET,
  RUN_ASYNC,
  RUN_DIRECT,
  RUN_IGNORES_HINTS,
  RUN_IN_ORDER,
  heldList,
  is,
  largeOrder,
  startBatch,
  startRun,
} from './compact-run';
import { takePlace } from './free-scanner';
import { hasMoveRoom, moveBlock } from './migrate';
import { markBegun, nextBlock, passBlock } from './migrate-scanner';

/** No order is asked for: compact as far as it goes. */
export const WHOLE_ORDER: u32 = 0;
const CONTINUE: i32 = 0;

/** What a live run knows beside its scanners. */
@unmanaged
class LiveRun {
  zone: Zone;
  /** Scattered percent to reach, NONE: no such goal. */
  goal: i32;
  cpu: u32;
  /** Pageblock from which pages moved last and whose places may still be on per-cpu lists; NIL: none. */
  lastMoved: u32;
  /** The pageblock of the batch at hand. */
  block: u32;
  /** Whether the scanners began at the zone's edges. */
  whole: bool;
  /** An asynchronous run that has moved nothing yet takes the others' migrate scanner along. */
  leads: bool;
}

const LIVE_OFFSET = WORK_COMPACTION + COMPACTION_BYTES;
const LIVE_BYTES = 24;
const SOURCES_OFFSET = LIVE_OFFSET + LIVE_BYTES;
const SOURCES_BYTES: i32 = PAGEBLOCK_FRAMES / 8;
if (<i32>offsetof<LiveRun>() > SOURCES_OFFSET - LIVE_OFFSET) ERROR('LiveRun outgrew its room');
if (SOURCES_OFFSET + SOURCES_BYTES > WORK_COMPACTION + WORK_COMPACTION_BYTES) {
  ERROR('a run of compaction outgrew its room');
}
/** What a run is between two batches. */
const PAUSED_BYTES = COMPACTION_BYTES + LIVE_BYTES;
if (PAUSED_BYTES > WORK_PAUSED_BYTES) ERROR('a run that pauses outgrew its room');

// ---- sources: heads of the blocks to move, all of one pageblock ----

/** The word that holds a frame's bit. */
@inline
function sourceWord(offset: u32): usize {
  return <usize>SOURCES_OFFSET + (((<usize>offset) >> 6) << 3);
}

function addSource(offset: u32): void {
  const at = sourceWord(offset);
  store<u64>(at, load<u64>(at) | ((<u64>1) << (offset & 63)));
}

function dropSource(offset: u32): void {
  const at = sourceWord(offset);
  store<u64>(at, load<u64>(at) & ~((<u64>1) << (offset & 63)));
}

/** The last source before the frame `end` of the pageblock; NIL: there is none. */
function sourceBefore(end: u32): u32 {
  for (let last = end; last > 0;) {
    const first = (last - 1) & ~63;
    const below = ~(<u64>0) >> (64 - (last - first));
    const bits = load<u64>(sourceWord(first)) & below;
    if (bits != 0) return first + 63 - <u32>clz<u64>(bits);
    last = first;
  }
  return NIL;
}

// ---- what leaves a pageblock ----

@inline
function isSource(run: Compaction, pfn: u32): bool {
  return orderOf(pfn) < largeOrder(run) && isMovable(pfn);
}

/**
 * Collects movable blocks of the pageblock where the migrate scanner stands: 32 frames, or all that is left of it where the
 * last batch came from it too. Frames collected.
 */
function collectSources(run: Compaction, live: LiveRun, block: u32): u32 {
  const end = block + PAGEBLOCK_FRAMES;
  const isRest = blockStart(live.lastMoved) == block;
  const isFresh = run.source == block || run.source == live.zone.start;
  memory.fill(SOURCES_OFFSET, 0, SOURCES_BYTES);
  live.block = block;
  let frames: u32 = 0;
  let at = run.source;
  while (at < end && (isRest || frames < CLUSTER_FRAMES)) {
    const head = headOf(at);
    if (isSource(run, head)) {
      addSource(head - block);
      frames += 1 << orderOf(head);
    }
    const next = max(at + 1, head + (1 << (stateOf(head) & KIND_ORDER_MASK)));
    count(STAT_COMPACT_SCANNED, 1);
    at = next;
  }
  run.source = min(at, end);
  if (at < end || (frames != 0 && !isRest)) {
    if (isFresh) markBegun(run, block);
  } else passBlock(run, block);
  return frames;
}

/** Moves the sources, the last one first; those that stay are sources no more. 0, or why it stopped. */
function moveSources(run: Compaction, live: LiveRun): i32 {
  let result = CONTINUE;
  let at = sourceBefore(PAGEBLOCK_FRAMES);
  for (; at != NIL && result == CONTINUE; at = sourceBefore(at)) {
    const from = live.block + at;
    const size = orderOf(from);
    const hasRoom = hasMoveRoom(from);
    const to = hasRoom ? takePlace(run, size) : NIL;
    if (to != NIL) {
      moveBlock(from, to);
      continue;
    }
    dropSource(at);
    if (!hasRoom) result = STATUS_MOVES_FULL;
    else {
      count(STAT_MIGRATE_FAILURES, 1 << size);
      if (size == 0) result = COMPACT_CONTENDED;
    }
  }
  for (; at != NIL; at = sourceBefore(at)) dropSource(at);
  return result;
}

/** Frees where the sources were, once all of them have moved. */
function freeSources(live: LiveRun): void {
  for (let at = sourceBefore(PAGEBLOCK_FRAMES); at != NIL; at = sourceBefore(at)) {
    const size = orderOf(live.block + at);
    freeBlock(live.block + at, size, live.cpu);
    countFrees(1, 1 << size);
  }
}

/** Frees the places that no page came to; the next run's free scanner must see them again. */
function releaseHeld(run: Compaction, live: LiveRun): void {
  let highest: u32 = 0;
  for (let size: u32 = 0; size < <u32>ORDERS; size++) {
    const list = heldList(run, size);
    for (let pfn = listPopHead(list); pfn != NIL; pfn = listPopHead(list)) {
      highest = max(highest, pfn);
      freeBlock(pfn, size, live.cpu);
    }
  }
  if (highest != 0) live.zone.compactFree = max(live.zone.compactFree, blockStart(highest));
}

// ---- the run ----

/** Whether a request of the order could be served now: its own lists, or a pageblock that it may claim. */
function hasBlock(run: Compaction, zone: Zone): bool {
  for (let size = run.order; size < <u32>ORDERS; size++) {
    if (firstFree(zone, size, run.type) != NIL) return true;
    if (hasClaimable(zone, size, run.type)) return true;
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

function finished(run: Compaction, live: LiveRun): i32 {
  if (blockStart(run.target) <= blockStart(run.source)) {
    resetScanners(live.zone);
    if (is(run, RUN_DIRECT)) live.zone.flags |= ZONE_FLAG_FLUSH_SKIP;
    return live.whole ? COMPACT_COMPLETE : COMPACT_PARTIAL;
  }
  if (live.goal != NONE) return <i32>scatter(live.zone) <= live.goal ? COMPACT_SUCCESS : CONTINUE;
  if (run.order == WHOLE_ORDER) return CONTINUE;
  if ((run.source & (PAGEBLOCK_FRAMES - 1)) != 0) return CONTINUE;
  return hasBlock(run, live.zone) ? COMPACT_SUCCESS : CONTINUE;
}

/** Places left behind by pages are free in the zone only when the per-cpu lists are drained. */
function drainBehind(run: Compaction, live: LiveRun): void {
  if (run.order == WHOLE_ORDER || live.lastMoved == NIL) return;
  const mask = ((<u32>1) << run.order) - 1;
  if (live.lastMoved >= (run.source & ~mask)) return;
  drainCpu(live.zone, run.zone, live.cpu);
  live.lastMoved = NIL;
}

/** Collects from one pageblock and moves what it gave. 0, or why the run ends. */
function step(run: Compaction, live: LiveRun): i32 {
  const block = nextBlock(run);
  const frames = block == NIL ? 0 : collectSources(run, live, block);
  if (frames == 0) {
    if (live.leads) live.zone.compactSync = live.zone.compactAsync;
    return CONTINUE;
  }
  live.leads = false;
  live.lastMoved = max(live.zone.start, block);
  startBatch(run, frames);
  const result = moveSources(run, live);
  freeSources(live);
  const met = blockStart(run.target) <= blockStart(run.source);
  return result == COMPACT_CONTENDED && met ? CONTINUE : result;
}

function scan(run: Compaction, live: LiveRun, pauses: bool): i32 {
  while (true) {
    const state = finished(run, live);
    if (state != CONTINUE) return state;
    run.handed = 0;
    const result = step(run, live);
    if (result != CONTINUE) return result;
    drainBehind(run, live);
    if (pauses && run.handed > 0) return STATUS_PAUSED;
  }
}

/** To the run's end, or, if it `pauses`, to the end of a batch that moved pages: then it is put aside (STATUS_PAUSED). */
function proceed(run: Compaction, live: LiveRun, pauses: bool): i32 {
  const result = scan(run, live, pauses);
  if (result == STATUS_PAUSED) memory.copy(WORK_PAUSED, WORK_COMPACTION, PAUSED_BYTES);
  else releaseHeld(run, live);
  return result;
}

/** The run that was put aside goes on. */
export function resumeCompaction(pauses: bool): i32 {
  memory.copy(WORK_COMPACTION, WORK_PAUSED, PAUSED_BYTES);
  return proceed(changetype<Compaction>(WORK_COMPACTION), changetype<LiveRun>(LIVE_OFFSET), pauses);
}

/** The run begins where the last one left the scanners, or at the edges. */
function begin(
  run: Compaction,
  live: LiveRun,
  index: u32,
  order: u32,
  type: u32,
  flags: u32,
  fromEdges: bool,
): void {
  const zone = live.zone;
  const last = blockStart(zoneEnd(zone) - 1);
  let source = (flags & RUN_ASYNC) != 0 ? zone.compactAsync : zone.compactSync;
  let target = zone.compactFree;
  if (fromEdges || target < zone.start || target >= zoneEnd(zone)) target = last;
  if (fromEdges || source < zone.start || source >= zoneEnd(zone)) source = zone.start;
  live.whole = source <= max(zone.start, zone.compactInitSource);
  live.leads = (flags & RUN_ASYNC) != 0 && zone.compactAsync == zone.compactSync;
  live.lastMoved = NIL;
  startRun(run, index, order, type, flags, target, source);
}

function flagsOf(type: u32, mode: u32, isWhole: bool, isDirect: bool): u32 {
  let flags: u32 = mode == COMPACT_ASYNC ? RUN_ASYNC : 0;
  if (isDirect) flags |= RUN_DIRECT;
  if (isDirect && type != MIGRATE_MOVABLE) flags |= RUN_IN_ORDER;
  if (isWhole || mode == COMPACT_SYNC_FULL) flags |= RUN_IGNORES_HINTS;
  if (mode == COMPACT_SYNC_FULL) flags |= RUN_ANY_TARGET;
  return flags;
}

/**
 * Compacts a zone until a request of the order and type can be served, or `percent` of scattered free memory is reached
 * (NONE: no such goal), or the scanners meet. `forWhole`: from edge to edge, hints ignored. COMPACT_*, or
 * STATUS_MOVES_FULL: then the call can be made again. STATUS_PAUSED: see proceed. Suitability and deferral are the caller's.
 */
export function runCompaction(
  index: u32,
  forOrder: u32,
  forType: u32,
  forMode: u32,
  forWhole: bool,
  forDirect: bool,
  percent: i32,
  onCpu: u32,
  pauses: bool,
): i32 {
  if (!HAS_LISTS) return STATUS_SKIPPED;
  const run = changetype<Compaction>(WORK_COMPACTION);
  const live = changetype<LiveRun>(LIVE_OFFSET);
  live.zone = zoneAt(index);
  live.goal = percent;
  live.cpu = onCpu;
  count(STAT_COMPACT_RUNS, 1);
  const flags = flagsOf(forType, forMode, forWhole, forDirect);
  begin(run, live, index, forOrder, forType, flags, (flags & RUN_IGNORES_HINTS) != 0);
  return proceed(run, live, pauses);
}
