// When compaction runs and when it does not: is it suitable, has it failed not long ago, how scattered is free memory
// (docs/linux-memory.md B.1). Entry points for the slow path of requests, for kcompactd and for its proactive runs.

import { KERNEL_ZONES, ZONE_FLAG_FLUSH_SKIP } from '../../src/abi/layout';
import { COSTLY_ORDER, ORDERS } from '../../src/abi/unit';
import { ALLOC_WMARK_LOW, ALLOC_WMARK_MIN } from '../../src/abi/gfp';
import { MIGRATE_MOVABLE, MIGRATE_UNMOVABLE } from '../../src/abi/migratetype';
import {
  COMPACT_ASYNC,
  COMPACT_COMPLETE,
  COMPACT_DEFERRED,
  COMPACT_PARTIAL,
  COMPACT_SUCCESS,
  COMPACT_SYNC_FULL,
  COMPACT_SYNC_LIGHT,
  KCOMPACTD_PAUSES,
  KCOMPACTD_WOKEN,
} from '../../src/abi/compact';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_MOVES_FULL,
  STATUS_PAUSED,
  STATUS_SKIPPED,
} from '../../src/abi/status';
import { guest, spanFrames } from '../base/guest';
import { blockZone } from '../base/pageblock';
import { WORK_BYTES, WORK_TURN } from '../base/work';
import { Zone, freeCount, zoneAt } from '../base/zone';
import { drainZone } from '../kernel/allocator';
import { watermarkOk, wmark } from '../kernel/watermark';
import { highestZone, requestType, zonelistAt } from '../kernel/zonelist';
import { WHOLE_ORDER, resumeCompaction, runCompaction, scatter } from './compact';
import { clearHints } from './compact-hints';

/** Below this index a failure is for lack of memory, not for fragmentation (vm.extfrag_threshold). */
const FRAGMENTATION_MIN: i32 = 500;
const DEFER_SHIFT_MAX: u32 = 6;
/** Scattered percent at which a proactive run starts and ends (vm.compaction_proactiveness 20). */
const PROACTIVE_HIGH: u32 = 90;
const PROACTIVE_LOW: i32 = 80;

/** kcompactd's turn, or a task's, when it pauses within. */
@unmanaged
class Turn {
  /** For which reason it runs; 0: no turn has paused. */
  paused: u32;
  /** The zone at hand, and how many before it have a block now. */
  zone: u32;
  served: u32;
}

if (<i32>offsetof<Turn>() > WORK_BYTES) ERROR('Turn outgrew its room');

const TURN_BACKGROUND: u32 = 1;
const TURN_PROACTIVE: u32 = 2;
/** Not kcompactd's: what a task asked for. */
const TURN_ZONE: u32 = 3;


@inline
function turn(): Turn {
  return changetype<Turn>(WORK_TURN);
}

/**
 * Why a request of the order would fail now: -1000 it would not, near 0 for lack of memory, near 1000 because free
 * memory is scattered (fragmentation_index).
 */
function fragmentationIndex(index: u32, order: u32): i32 {
  if (index >= guest.zonesUsed || order >= <u32>ORDERS) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  let frames: u64 = 0;
  let blocks: u64 = 0;
  for (let size: u32 = 0; size < <u32>ORDERS; size++) {
    const found = freeCount(zone, size);
    if (size >= order && found != 0) return -1000;
    blocks += found;
    frames += (<u64>found) << size;
  }
  if (blocks == 0) return 0;
  return 1000 - <i32>((1000 + ((frames * 1000) >> order)) / blocks);
}

/** Enough free memory to move pages around, and, for costly orders, a failure that moving can cure. */
function isSuitable(zone: Zone, index: u32, order: u32, highest: u32): bool {
  const mark =
    wmark(zone, order > <u32>COSTLY_ORDER ? ALLOC_WMARK_LOW : ALLOC_WMARK_MIN) + (2 << order);
  if (!watermarkOk(zone, 0, mark, highest, 0)) return false;
  if (order <= <u32>COSTLY_ORDER) return true;
  const fragmentation = fragmentationIndex(index, order);
  return fragmentation < 0 || fragmentation > FRAGMENTATION_MIN;
}

/** Whether to leave the zone alone for now; counts the attempt. */
function isDeferred(zone: Zone, order: u32): bool {
  if (order < zone.compactOrderFailed) return false;
  const limit = (<u32>1) << zone.compactDeferShift;
  zone.compactConsidered = min(zone.compactConsidered + 1, limit);
  return zone.compactConsidered < limit;
}

/** Compaction came to nothing: twice as many attempts are skipped next. */
function defer(zone: Zone, order: u32): void {
  zone.compactConsidered = 0;
  zone.compactDeferShift = min(zone.compactDeferShift + 1, DEFER_SHIFT_MAX);
  zone.compactOrderFailed = min(zone.compactOrderFailed, order);
}

/** Compaction made a block of the order: smaller ones are worth another try at once. */
function undefer(zone: Zone, order: u32): void {
  if (order >= zone.compactOrderFailed) zone.compactOrderFailed = order + 1;
}

/** A request got the block `pfn` of the order after compaction: nothing is put off in its zone any more. */
export function compactServed(pfn: u32, order: u32): i32 {
  if (pfn >= spanFrames || order >= <u32>ORDERS) return STATUS_BAD_ARGUMENT;
  const index = blockZone(pfn);
  if (index >= <u32>KERNEL_ZONES) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  zone.flags &= ~ZONE_FLAG_FLUSH_SKIP;
  zone.compactConsidered = 0;
  zone.compactDeferShift = 0;
  undefer(zone, order);
  return 0;
}

/** All attempts that could be skipped were: start afresh, without hints. */
function restartsAfresh(zone: Zone, order: u32): bool {
  if (order < zone.compactOrderFailed || zone.compactDeferShift < DEFER_SHIFT_MAX) return false;
  return zone.compactConsidered >= (<u32>1) << zone.compactDeferShift;
}

/** One zone for one request; COMPACT_* or a status. */
function compactFor(
  index: u32,
  order: u32,
  type: u32,
  mode: u32,
  mark: u32,
  highest: u32,
  direct: bool,
  cpu: u32,
  pauses: bool,
): i32 {
  const zone = zoneAt(index);
  if (watermarkOk(zone, order, wmark(zone, mark), highest, 0)) return COMPACT_SUCCESS;
  if (!isSuitable(zone, index, order, highest)) return STATUS_SKIPPED;
  if (restartsAfresh(zone, order)) clearHints(index);
  const isWhole = mode == COMPACT_SYNC_FULL;
  return runCompaction(index, order, type, mode, isWhole, direct, -1, cpu, pauses);
}


@inline
function cameToNothing(result: i32): bool {
  return result == COMPACT_COMPLETE || result == COMPACT_PARTIAL;
}

/**
 * Direct compaction for a request: the zones it may use, from the highest down, until one has a block. The best that
 * came of it (COMPACT_*), STATUS_SKIPPED when no zone was suitable, or STATUS_MOVES_FULL.
 */
export function compactDirect(gfp: u32, order: u32, mode: u32, cpu: u32): i32 {
  const bad = order == 0 || order >= <u32>ORDERS || mode > <u32>COMPACT_SYNC_FULL;
  if (bad || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const highest = highestZone(gfp);
  const type = requestType(gfp);
  let best: i32 = STATUS_SKIPPED;
  for (let position: u32 = 0; position < guest.zonelistCount; position++) {
    const index = zonelistAt(position);
    if (index > highest) continue;
    const zone = zoneAt(index);
    if (mode != COMPACT_SYNC_FULL && isDeferred(zone, order)) {
      if (best < 0) best = COMPACT_DEFERRED;
      continue;
    }
    const result = compactFor(index, order, type, mode, ALLOC_WMARK_MIN, highest, true, cpu, false);
    if (result == STATUS_MOVES_FULL) return result;
    if (result == COMPACT_SUCCESS) {
      undefer(zone, order);
      return result;
    }
    if (mode != COMPACT_ASYNC && cameToNothing(result)) defer(zone, order);
    if (result > 0) best = result;
  }
  return best;
}

/** Whether a turn for another reason has paused. */
function isOthers(reason: u32): bool {
  return turn().paused != 0 && turn().paused != reason;
}

/** It pauses within a zone, to go on there. */
function pause(reason: u32, zone: u32, served: u32): i32 {
  turn().paused = reason;
  turn().zone = zone;
  turn().served = served;
  return STATUS_PAUSED;
}

/** A zone of kcompactd's turn after kswapd; STATUS_SKIPPED: nothing to do there. */
function compactZoneFor(order: u32, index: u32, highest: u32, cpu: u32, pauses: bool): i32 {
  const zone = zoneAt(index);
  if (zone.present == 0 || isDeferred(zone, order)) return STATUS_SKIPPED;
  return compactFor(
    index,
    order,
    MIGRATE_UNMOVABLE,
    COMPACT_SYNC_LIGHT,
    ALLOC_WMARK_MIN,
    highest,
    false,
    cpu,
    pauses,
  );
}

/** Whether there is a zone for kcompactd to be woken for (kcompactd_node_suitable). */
function isWorthWaking(order: u32, highest: u32): bool {
  for (let index: u32 = 0; index <= highest; index++) {
    const zone = zoneAt(index);
    if (zone.present == 0) continue;
    if (watermarkOk(zone, order, wmark(zone, ALLOC_WMARK_MIN), highest, 0)) continue;
    if (isSuitable(zone, index, order, highest)) return true;
  }
  return false;
}

/**
 * kcompactd's turn: zones up to `highest` that have no block of the order at their min mark. It works for a kernel
 * request (GFP_KERNEL), so a block that UNMOVABLE may take is success. Zones that have one now, or STATUS_MOVES_FULL. `how`:
 * KCOMPACTD_WOKEN, then STATUS_SKIPPED where no zone is suitable; KCOMPACTD_PAUSES, then STATUS_PAUSED after each batch.
 */
export function compactBackground(order: u32, highest: u32, cpu: u32, how: u32): i32 {
  const bad = order >= <u32>ORDERS || highest >= <u32>KERNEL_ZONES || cpu >= guest.cpus;
  if (bad) return STATUS_BAD_ARGUMENT;
  if (isOthers(TURN_BACKGROUND)) return STATUS_BAD_STATE;
  if (order == 0) return 0;
  const pauses = (how & KCOMPACTD_PAUSES) != 0;
  let resumes = turn().paused != 0;
  const isWoken = !resumes && (how & KCOMPACTD_WOKEN) != 0;
  if (isWoken && !isWorthWaking(order, highest)) return STATUS_SKIPPED;
  let served = resumes ? turn().served : 0;
  turn().paused = 0;
  for (let index = resumes ? turn().zone : 0; index <= highest; index++) {
    const result = resumes
      ? resumeCompaction(pauses)
      : compactZoneFor(order, index, highest, cpu, pauses);
    resumes = false;
    if (result == STATUS_PAUSED) return pause(TURN_BACKGROUND, index, served);
    if (result == STATUS_MOVES_FULL) return result;
    const zone = zoneAt(index);
    if (result == COMPACT_SUCCESS) {
      undefer(zone, order);
      served++;
    } else if (cameToNothing(result)) {
      drainZone(zone);
      defer(zone, order);
    }
  }
  return served;
}

/** A zone from edge to edge, for no request, down to `percent` of scattered memory (-1: as far as it goes). */
function compactWhole(index: u32, percent: i32, cpu: u32, pauses: bool): i32 {
  return runCompaction(
    index,
    WHOLE_ORDER,
    MIGRATE_MOVABLE,
    COMPACT_SYNC_LIGHT,
    true,
    false,
    percent,
    cpu,
    pauses,
  );
}

/**
 * One zone from edge to edge (vm.compact_memory). COMPACT_* or a status; with KCOMPACTD_PAUSES STATUS_PAUSED after each batch of
 * pages, and the next call for that zone goes on.
 */
export function compactZone(index: u32, cpu: u32, how: u32): i32 {
  const bad = index >= <u32>KERNEL_ZONES || cpu >= guest.cpus;
  if (bad || zoneAt(index).present == 0) return STATUS_BAD_ARGUMENT;
  const pauses = (how & KCOMPACTD_PAUSES) != 0;
  const resumes = turn().paused == TURN_ZONE;
  if (resumes ? turn().zone != index : pauses && turn().paused != 0) return STATUS_BAD_STATE;
  if (resumes) turn().paused = 0;
  const result = resumes ? resumeCompaction(pauses) : compactWhole(index, -1, cpu, pauses);
  return result == STATUS_PAUSED ? pause(TURN_ZONE, index, 0) : result;
}

/** How scattered free memory is, in percent, zones weighted by their size. */
export function proactiveScore(): i32 {
  let present: u64 = 1;
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) present += zoneAt(index).present;
  let score: u64 = 0;
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    const zone = zoneAt(index);
    score += (<u64>zone.present * scatter(zone)) / present;
  }
  return <i32>score;
}

/**
 * kcompactd's proactive turn, every 500 ms: nothing while the score is 90 or less, else every zone down to 80.
 * The score afterwards, STATUS_SKIPPED, or STATUS_MOVES_FULL; with KCOMPACTD_PAUSES STATUS_PAUSED after each batch of pages.
 */
export function compactProactive(cpu: u32, how: u32): i32 {
  if (cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  if (isOthers(TURN_PROACTIVE)) return STATUS_BAD_STATE;
  const pauses = (how & KCOMPACTD_PAUSES) != 0;
  let resumes = turn().paused != 0;
  if (!resumes && <u32>proactiveScore() <= PROACTIVE_HIGH) return STATUS_SKIPPED;
  turn().paused = 0;
  for (let index = resumes ? turn().zone : 0; index < <u32>KERNEL_ZONES; index++) {
    if (zoneAt(index).present == 0 && !resumes) continue;
    const result = resumes
      ? resumeCompaction(pauses)
      : compactWhole(index, PROACTIVE_LOW, cpu, pauses);
    resumes = false;
    if (result == STATUS_PAUSED) return pause(TURN_PROACTIVE, index, 0);
    if (result == STATUS_MOVES_FULL) return result;
  }
  return proactiveScore();
}

/** kswapd goes to sleep: hints of zones whose scanners have met are forgotten. */
export function compactForgetHints(): void {
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    if ((zoneAt(index).flags & ZONE_FLAG_FLUSH_SKIP) != 0) clearHints(index);
  }
}
