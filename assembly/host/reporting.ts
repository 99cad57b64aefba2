// Page reporting's pass over the free lists, as steps that the host drives (docs/linux-memory.md B.3): take up to 32
// free blocks, let the device see them, put them back. Timing (2 s between passes) is the guest's (src/guest).
//
//  at SCRATCH_REPORT_OFFSET  32 slots { pfn, order }, filled from the last one down: the device sees them ascending
//  behind them               cursor { zone, order, type, budget, held, phase }

import {
  KIND_FREE,
  REPORT_SLOTS,
  SCRATCH_BYTES,
  SCRATCH_REPORT_CURSOR_OFFSET,
  SCRATCH_REPORT_OFFSET,
} from '../../src/abi/layout';
import { ORDERS, ORDER_MAX } from '../../src/abi/unit';
import { ALLOC_WMARK_LOW } from '../../src/abi/gfp';
import { MIGRATE_ISOLATE } from '../../src/abi/migratetype';
import { STAT_REPORTED_BLOCKS, STAT_REPORTED_PAGES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../src/abi/status';
import { setBit, testBit } from '../base/bitmap';
import { NIL, stateOf } from '../base/frame';
import { guest, reportedBase, spanFrames } from '../base/guest';
import { blockType, blockZone } from '../base/pageblock';
import { scratchAt } from '../base/scratch';
import { count } from '../base/stats';
import { Zone, freeCount, zoneAt } from '../base/zone';
import { firstFree, isolateFree, nextFree, putBack, rotateFree } from '../kernel/allocator';
import { watermarkOk, wmark } from '../kernel/watermark';

/** Blocks on a list for one more report a pass: 16 full arrays' worth. */
@inline
function blocksAReport(): u32 {
  return guest.reportCapacity * 16;
}

const PHASE_IDLE: u32 = 0;
/** The next list starts at the cursor. */
const PHASE_LIST: u32 = 1;
/** A full array is out; the list at the cursor goes on when it is back. */
const PHASE_FULL: u32 = 2;
/** The array is back; the list at the cursor goes on from its head. */
const PHASE_RESUME: u32 = 3;
/** The zone's last array is out. */
const PHASE_LAST: u32 = 4;
/** The zone is done: the next reportTake says so. */
const PHASE_DONE: u32 = 5;


@unmanaged
class Cursor {
  zone: u32;
  order: u32;
  type: u32;
  budget: i32;
  held: u32;
  phase: u32;
}
if (SCRATCH_REPORT_CURSOR_OFFSET + <i32>offsetof<Cursor>() > SCRATCH_BYTES) {
  ERROR('the cursor outgrew the scratch area');
}


@inline
function cursorAt(): Cursor {
  return changetype<Cursor>(scratchAt(SCRATCH_REPORT_CURSOR_OFFSET));
}


@inline
function slotAt(slot: u32): usize {
  return scratchAt(SCRATCH_REPORT_OFFSET) + ((<usize>slot) << 3);
}

/**
 * From now on free blocks of `order` or more are to be reported, up to `capacity` in one report. 0 or a status.
 */
export function reportListen(order: u32, capacity: u32): i32 {
  if (order > <u32>ORDER_MAX || capacity == 0 || capacity > <u32>REPORT_SLOTS) {
    return STATUS_BAD_ARGUMENT;
  }
  const cursor = cursorAt();
  if (cursor.held != 0) return STATUS_BAD_STATE;
  memory.fill(reportedBase, 0, spanFrames >> 3);
  cursor.phase = PHASE_IDLE;
  guest.reportOrder = order;
  guest.reportCapacity = capacity;
  guest.reportWanted = 1;
  return 0;
}

/** A zone takes part while it has plenty: an array's worth of blocks above its low watermark. */
function mayReport(zone: Zone): bool {
  const mark = wmark(zone, ALLOC_WMARK_LOW) + (guest.reportCapacity << guest.reportOrder);
  return watermarkOk(zone, 0, mark, 0, 0);
}

/** Fills the array from the list at the cursor. True when the array is full and the list has more. */
function fillFromList(zone: Zone, cursor: Cursor): bool {
  const order = cursor.order;
  const type = cursor.type;
  let pfn = firstFree(zone, order, type);
  while (pfn != NIL) {
    const next = nextFree(pfn);
    if (testBit(reportedBase, pfn)) {
      pfn = next;
      continue;
    }
    if (cursor.budget < 0) {
      guest.reportWanted = 1;
      rotateFree(zone, pfn, order, type);
      return false;
    }
    if (cursor.held == guest.reportCapacity) {
      rotateFree(zone, pfn, order, type);
      return true;
    }
    if (!isolateFree(zone, pfn, order)) {
      rotateFree(zone, pfn, order, type);
      return false;
    }
    cursor.held++;
    store<u32>(slotAt(REPORT_SLOTS - cursor.held), pfn);
    store<u32>(slotAt(REPORT_SLOTS - cursor.held), order, 4);
    // Isolating an order-8 block can move the next one to another list.
    const stays = next != NIL && stateOf(next) == (KIND_FREE | order) && blockType(next) == type;
    pfn = next == NIL || stays ? next : firstFree(zone, order, type);
  }
  return false;
}

function nextList(cursor: Cursor): void {
  cursor.type++;
  if (cursor.type < <u32>MIGRATE_ISOLATE) return;
  cursor.type = 0;
  cursor.order++;
}

/**
 * The next step of a pass over one zone: takes up to 32 blocks off its lists. How many lie in the last slots, for the
 * device to see in ascending order; 0 when the zone is done. Each answer above zero wants a reportPutBack.
 */
export function reportTake(index: u32): i32 {
  const cursor = cursorAt();
  if (index >= guest.zonesUsed || guest.reportOrder > <u32>ORDER_MAX) return STATUS_BAD_ARGUMENT;
  if (cursor.phase == PHASE_FULL || cursor.phase == PHASE_LAST) return STATUS_BAD_STATE;
  const zone = zoneAt(index);
  if (cursor.phase == PHASE_DONE && cursor.zone == index) {
    cursor.phase = PHASE_IDLE;
    return 0;
  }
  if (cursor.phase == PHASE_IDLE || cursor.zone != index) {
    cursor.phase = PHASE_IDLE;
    if (!mayReport(zone)) return 0;
    cursor.zone = index;
    cursor.order = guest.reportOrder;
    cursor.type = 0;
    cursor.held = 0;
    cursor.phase = PHASE_LIST;
  }
  while (cursor.order < <u32>ORDERS) {
    if (cursor.phase == PHASE_LIST) {
      cursor.budget = (freeCount(zone, cursor.order) + blocksAReport() - 1) / blocksAReport();
    }
    cursor.phase = PHASE_LIST;
    if (fillFromList(zone, cursor)) {
      cursor.phase = PHASE_FULL;
      return cursor.held;
    }
    nextList(cursor);
  }
  cursor.phase = cursor.held == 0 ? PHASE_IDLE : PHASE_LAST;
  return cursor.held;
}

/**
 * Puts the blocks of the last reportTake back. `reported` 0: the device failed, nothing is marked and the zone is done.
 * Blocks that merged are not marked either. How many are marked, or a status.
 */
export function reportPutBack(reported: u32): i32 {
  const cursor = cursorAt();
  if (cursor.phase != PHASE_FULL && cursor.phase != PHASE_LAST) return STATUS_BAD_STATE;
  let marked: u32 = 0;
  let frames: u32 = 0;
  for (let slot: u32 = REPORT_SLOTS - cursor.held; slot < <u32>REPORT_SLOTS; slot++) {
    const pfn = load<u32>(slotAt(slot));
    const order = load<u32>(slotAt(slot), 4);
    putBack(zoneAt(blockZone(pfn)), pfn, order);
    frames += 1 << order;
    if (reported == 0 || stateOf(pfn) != (KIND_FREE | order)) continue;
    setBit(reportedBase, pfn);
    marked++;
  }
  if (reported != 0) {
    count(STAT_REPORTED_BLOCKS, cursor.held);
    count(STAT_REPORTED_PAGES, frames);
  }
  const goesOn = cursor.phase == PHASE_FULL && reported != 0;
  cursor.held = 0;
  cursor.budget--;
  cursor.phase = goesOn ? PHASE_RESUME : PHASE_DONE;
  return marked;
}
