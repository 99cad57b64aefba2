// Migration of one block of frames to another place: contents, reverse map, backing, and a note for whoever holds the
// block by number. What moves: pages of user objects, MOVABLE blocks, balloon pages. CZone pages stay in their zone.
//
//  move  [ from:32 | to:32 ]   in the scratch area from SCRATCH_MOVES_OFFSET on, guest.moves of them

import {
  KERNEL_ZONES,
  KIND_BALLOON,
  KIND_OBJECT,
  MOVES_MAX,
  SCRATCH_MOVES_OFFSET,
  SCRATCH_REPORT_OFFSET,
  SCRATCH_WORK_OFFSET,
  ZONE_MOVABLE,
} from '../../src/abi/layout';
import { THP_ORDER } from '../../src/abi/unit';
import {
  GFP_DIRECT_RECLAIM,
  GFP_HIGHMEM,
  GFP_KSWAPD_RECLAIM,
  GFP_MOVABLE,
  GFP_RETRY_MAYFAIL,
  GFP_TRANSHUGE,
  GFP_USER,
} from '../../src/abi/gfp';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
  STAT_MIGRATED_PAGES,
  STAT_MIGRATE_FAILURES,
  STAT_TEMPLATE_MOVES,
} from '../../src/abi/stat';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_BUSY,
  STATUS_MOVES_FULL,
  STATUS_NO_MEMORY,
} from '../../src/abi/status';
import { NIL, copyRequest, isMovable, kindOf, orderOf, setState } from '../base/frame';
import { guest, spanFrames } from '../base/guest';
import { listPushHead, listRemove } from '../base/list';
import { blockZone } from '../base/pageblock';
import { scratchAt, scratchPair } from '../base/scratch';
import { count } from '../base/stats';
import { zoneAt } from '../base/zone';
import { countFrees, freeBlock } from '../free';
import { isTemplate, touchNew, touchRead } from '../host/backing';
import { allocBlock, takeSmallest } from '../kernel/allocator';
import { balloonList, balloonManage } from './balloon';
import { remapFrame } from '../object/share';


@inline
function isLogged(kind: u32): bool {
  return kind != KIND_OBJECT;
}

function logMove(from: u32, to: u32): void {
  const at = scratchPair(guest.moves);
  store<u32>(at, from, SCRATCH_MOVES_OFFSET);
  store<u32>(at, to, SCRATCH_MOVES_OFFSET + 4);
  guest.moves++;
}

/** Whether one more block of this kind can be moved before the host reads the log. */
export function hasMoveRoom(pfn: u32): bool {
  return !isLogged(kindOf(pfn)) || guest.moves < <u32>MOVES_MAX;
}


@inline
function copyContents(from: u32, to: u32, order: u32): void {
  for (let at: u32 = 0; at < (<u32>1) << order; at++) {
    if (isTemplate(from + at)) count(STAT_TEMPLATE_MOVES, 1);
    touchRead(from + at);
    touchNew(to + at);
  }
}

/** Moves a movable block to a block of the same order that belongs to nobody. The source is nobody's afterwards. */
export function moveBlock(from: u32, to: u32): void {
  const kind = kindOf(from);
  const order = orderOf(from);
  setState(to, kind, order);
  if (kind == KIND_BALLOON) {
    const list = balloonList();
    listRemove(list, from);
    listPushHead(list, to);
    balloonManage(from, 1 << order);
    balloonManage(to, -(1 << order));
  } else {
    copyContents(from, to, order);
    if (kind == KIND_OBJECT) {
      remapFrame(from, to);
    } else {
      copyRequest(from, to);
    }
  }
  if (isLogged(kind)) logMove(from, to);
  count(STAT_MIGRATED_PAGES, 1 << order);
}

/** A place for a page that must leave where it is: alloc_migration_target, or the page's own CZone. */
function allocTarget(from: u32, order: u32, cpu: u32): i32 {
  const index = blockZone(from);
  if (index >= <u32>KERNEL_ZONES) {
    const pfn = takeSmallest(zoneAt(index), order, MIGRATE_MOVABLE);
    if (pfn == NIL) return STATUS_NO_MEMORY;
    count(STAT_ALLOC_CALLS, 1);
    count(STAT_ALLOC_PAGES, 1 << order);
    return pfn;
  }
  let gfp: u32 = GFP_USER | GFP_MOVABLE | GFP_RETRY_MAYFAIL;
  if (order == THP_ORDER) {
    gfp = ((gfp & ~(GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM)) | GFP_TRANSHUGE) & ~GFP_HIGHMEM;
  }
  if (index == ZONE_MOVABLE) gfp |= GFP_HIGHMEM;
  return allocBlock(gfp, order, cpu);
}

// Up to 32 pages are looked for before they are moved together, the one found last first.
const BATCH_FRAMES = 32;

/** What is in the batch; its slots, a frame number each, lie behind it. */
@unmanaged
class Batch {
  blocks: u32;
  frames: u32;
}
const BATCH_OFFSET = SCRATCH_WORK_OFFSET;
if (BATCH_OFFSET + <i32>offsetof<Batch>() + 4 * BATCH_FRAMES > SCRATCH_REPORT_OFFSET) {
  ERROR('the batch reaches into the report');
}


@inline
function batch(): Batch {
  return changetype<Batch>(scratchAt(BATCH_OFFSET));
}


@inline
function batchSlot(position: u32): usize {
  return scratchAt(BATCH_OFFSET + offsetof<Batch>()) + ((<usize>position) << 2);
}

/** Forgets what was collected. */
@inline
export function batchReset(): void {
  batch().blocks = 0;
  batch().frames = 0;
}

/** Adds a block to the batch; true when the batch is full. */
export function batchAdd(pfn: u32): bool {
  store<u32>(batchSlot(batch().blocks), pfn);
  batch().blocks++;
  batch().frames += 1 << orderOf(pfn);
  return batch().frames >= <u32>BATCH_FRAMES;
}

/** The block of the batch to move next, NIL when there is none. */
export function batchTake(): u32 {
  if (batch().blocks == 0) return NIL;
  batch().blocks--;
  return load<u32>(batchSlot(batch().blocks));
}

/**
 * Moves the block at `from` elsewhere and frees its place. 0; STATUS_BUSY when it cannot move; STATUS_MOVES_FULL; or
 * the status of the request for a new place.
 */
export function migrateBlock(from: u32, cpu: u32): i32 {
  if (from >= spanFrames || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  if (!isMovable(from)) {
    count(STAT_MIGRATE_FAILURES, 1);
    return STATUS_BUSY;
  }
  if (!hasMoveRoom(from)) return STATUS_MOVES_FULL;
  const order = orderOf(from);
  const to = allocTarget(from, order, cpu);
  if (to < 0) {
    count(STAT_MIGRATE_FAILURES, 1 << order);
    return to;
  }
  moveBlock(from, to);
  freeBlock(from, order, cpu);
  countFrees(1, 1 << order);
  return 0;
}

/** Empties the log of moves, which the host has read. */
export function movesClear(): void {
  guest.moves = 0;
}
