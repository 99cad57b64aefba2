// Contiguous ranges: frames named by number, emptied by migration and taken off the free lists (alloc_contig_range,
// docs/linux-memory.md A.19). virtio-mem takes its blocks this way, and anybody who needs frames in one piece.

import {
  KERNEL_ZONES,
  KIND_OFFLINE,
  KIND_ORDER_MASK,
  KIND_UNMOVABLE,
  PAGEBLOCK_NO_ZONE,
} from '../../src/abi/layout';
import { ORDER_MAX, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { GFP_USER } from '../../src/abi/gfp';
import { MIGRATE_ISOLATE } from '../../src/abi/migratetype';
import { STAT_CONTIG_CALLS, STAT_CONTIG_FAILURES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_BUSY } from '../../src/abi/status';
import {
  NIL,
  headOf,
  isMovable,
  isNeverOnline,
  kindOf,
  orderOf,
  setOfflineMark,
  setRequest,
  stateOf,
} from '../base/frame';
import { guest, spanFrames, statesBase } from '../base/guest';
import { blockStart, blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, zoneAt } from '../base/zone';
import { countFrees, freeBlock } from '../free';
import {
  drainZone,
  freeBlockOf,
  isolateRange,
  takeFreeRange,
  unisolateRange,
} from '../kernel/allocator';
import { batchAdd, batchReset, batchTake, migrateBlock } from './migrate';
import { handOver } from './zone-span';

/** Whether all pageblocks of [first, last) belong to one zone. */
export function inOneZone(first: u32, last: u32): bool {
  const index = blockZone(first);
  if (index == PAGEBLOCK_NO_ZONE) return false;
  for (let at = first; at < last; at += PAGEBLOCK_FRAMES) {
    if (blockZone(at) != index) return false;
  }
  return true;
}

/**
 * Migrates every movable block that reaches into [start, end). 0 when nothing movable is left, STATUS_BUSY when a
 * block would not move (guest.busyPfn), or the status that made the rest pointless (no memory, log of moves full).
 */
export function migrateRange(start: u32, end: u32, cpu: u32): i32 {
  let result = 0;
  for (let at = start; at < end;) {
    const head = headOf(at);
    const state = stateOf(head);
    if (isMovable(head)) {
      const status = migrateBlock(head, cpu);
      if (status == STATUS_BUSY) {
        guest.busyPfn = head;
        result = status;
      } else if (status < 0) {
        guest.busyPfn = head;
        return status;
      }
    }
    at = max(at + 1, head + (1 << (state & KIND_ORDER_MASK)));
  }
  return result;
}

/** Moves the blocks of a batch; the worst that happened: STATUS_BUSY goes on, others stop. */
function moveBatch(cpu: u32): i32 {
  let result = 0;
  for (let pfn = batchTake(); pfn != NIL; pfn = batchTake()) {
    const status = migrateBlock(pfn, cpu);
    if (status == 0) continue;
    guest.busyPfn = pfn;
    result = status;
    if (status != STATUS_BUSY) break;
  }
  batchReset();
  return result;
}

/** migrateRange in the batches of a contiguous range: up to 32 frames together, the highest first. */
function migrateBatches(start: u32, end: u32, cpu: u32): i32 {
  let result = 0;
  batchReset();
  for (let at = start; at < end;) {
    const head = headOf(at);
    at = max(at + 1, head + (1 << (stateOf(head) & KIND_ORDER_MASK)));
    const full = isMovable(head) && batchAdd(head);
    if (!full && at < end) continue;
    const status = moveBatch(cpu);
    if (status < 0) result = status;
    if (status < 0 && status != STATUS_BUSY) return status;
  }
  return result;
}

/** First frame of [start, end) that is not free in the buddy, or NIL. */
function findNotFree(start: u32, end: u32): u32 {
  for (let at = start; at < end;) {
    const head = freeBlockOf(at);
    if (head == NIL) return at;
    at = head + (1 << orderOf(head));
  }
  return NIL;
}

/** Takes [start, end), all of it free, off the lists and marks each frame. */
function takeRange(zone: Zone, start: u32, end: u32, kind: u32): void {
  takeFreeRange(zone, start, end);
  memory.fill(statesBase + start, <u8>kind, end - start);
  for (let at = start; at < end; at++) {
    if (kind == KIND_OFFLINE) setOfflineMark(at, 0);
    else setRequest(at, GFP_USER, NIL);
  }
}

/** Isolates, drains, migrates, takes. Isolation has ended whatever comes out. */
function takeContiguous(
  zone: Zone,
  start: u32,
  end: u32,
  kind: u32,
  type: u32,
  tries: u32,
  cpu: u32,
): i32 {
  const first = blockStart(start);
  const last = blockStart(end + PAGEBLOCK_FRAMES - 1);
  let status = isolateRange(first, last, start, end, type, false);
  if (status < 0) return status;
  drainZone(zone);
  for (let left = max<u32>(tries, 1); left > 0; left--) {
    status = migrateBatches(start, end, cpu);
    if (status != STATUS_BUSY) break;
  }
  if (status == 0 || status == STATUS_BUSY) {
    const obstacle = findNotFree(start, end);
    status = obstacle == NIL ? 0 : STATUS_BUSY;
    guest.busyPfn = obstacle;
  }
  if (status == 0) takeRange(zone, start, end, kind);
  unisolateRange(first, last, type);
  return status;
}

/**
 * Allocates the frames [start, start + frames) themselves, of one kernel zone. They become KIND_UNMOVABLE, or
 * KIND_OFFLINE and no longer managed; their pageblocks become `type`. 0; STATUS_BUSY with the frame in the way in guest.busyPfn; or the status of
 * a request for a page's new place. After STATUS_NEED_RECLAIM and STATUS_MOVES_FULL the call can be made again: what
 * has moved stays moved.
 */
export function contigAlloc(
  start: u32,
  frames: u32,
  kind: u32,
  type: u32,
  tries: u32,
  cpu: u32,
): i32 {
  const outside = frames == 0 || start >= spanFrames || frames > spanFrames - start;
  const unknown = kind != KIND_OFFLINE && kind != KIND_UNMOVABLE;
  if (outside || unknown || type >= <u32>MIGRATE_ISOLATE || cpu >= guest.cpus) {
    return STATUS_BAD_ARGUMENT;
  }
  const index = blockZone(start);
  if (index >= <u32>KERNEL_ZONES || !inOneZone(blockStart(start), start + frames)) {
    return STATUS_BAD_ARGUMENT;
  }
  const zone = zoneAt(index);
  count(STAT_CONTIG_CALLS, 1);
  const status = takeContiguous(zone, start, start + frames, kind, type, tries, cpu);
  if (status < 0) {
    count(STAT_CONTIG_FAILURES, 1);
    return status;
  }
  if (kind == KIND_OFFLINE) zone.managed -= frames;
  return 0;
}

/** Whether each frame of the range is of the kind, as a frame of its own. */
function isAll(start: u32, frames: u32, kind: u32): bool {
  for (let at = start; at < start + frames; at++) {
    if (stateOf(at) != kind) return false;
  }
  return true;
}

/** The largest order that the range is made of, as virtio-mem hands memory over. */
function chunkOrder(start: u32, frames: u32): u32 {
  const order = ctz<u32>(start | frames);
  return min<u32>(order, ORDER_MAX);
}

/**
 * Gives a range back: frame by frame through the per-cpu lists, or whole to the tails of the lists where it has never
 * been online. Offline frames count as managed again. 0 or a status.
 */
export function contigFree(start: u32, frames: u32, cpu: u32): i32 {
  const outside = frames == 0 || start >= spanFrames || frames > spanFrames - start;
  if (outside || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const kind = kindOf(start);
  if (kind != KIND_OFFLINE && kind != KIND_UNMOVABLE) return STATUS_BAD_STATE;
  if (!isAll(start, frames, kind)) return STATUS_BAD_STATE;
  if (!inOneZone(blockStart(start), start + frames)) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(blockZone(start));
  const order = chunkOrder(start, frames);
  for (let at = start; at < start + frames; at += 1 << order) {
    if (kind == KIND_OFFLINE && isNeverOnline(at)) {
      handOver(zone, at, order);
      continue;
    }
    if (kind == KIND_OFFLINE) zone.managed += 1 << order;
    for (let page = at; page < at + (1 << order); page++) freeBlock(page, 0, cpu);
    countFrees(1 << order, 1 << order);
  }
  return 0;
}
