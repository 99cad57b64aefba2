// Isolation: pageblocks out of use so that nothing new is allocated from them, and single free blocks off their lists
// for a moment (docs/linux-memory.md A.19). Who needs it: contiguous ranges, offlining, compaction, page reporting.

import {
  KERNEL_ZONES,
  KIND_FREE,
  KIND_HOLE,
  KIND_ISOLATED,
  KIND_OFFLINE,
  KIND_ORDER_MASK,
  KIND_PCP,
  KIND_RESERVED,
  PAGEBLOCK_NO_ZONE,
  ZONE_MOVABLE,
} from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_ISOLATE, MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { STAT_ISOLATED_BLOCKS } from '../../src/abi/stat';
import { STATUS_BUSY } from '../../src/abi/status';
import { NIL, headOf, isMovable, kindOf, orderOf, setState, stateOf } from '../base/frame';
import { guest } from '../base/guest';
import { blockStart, blockType, blockZone, mergeable, setBlockType } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, zoneAt, zoneEnd } from '../base/zone';
import { FREE_NO_NOTIFY, FREE_TO_TAIL, freeBlockOf, freeOne, freeSplit, takeFree } from './buddy';
import { moveFreeOfBlock } from './fallback';
import { HAS_LISTS } from './llfree';
import { watermarkOk } from './watermark';

/** Whether a frame keeps its pageblock from being isolated. `offlining`: offline pages are no obstacle. */
function blocksIsolation(pfn: u32, inMovable: bool, offlining: bool): bool {
  const kind = kindOf(pfn);
  if (kind == KIND_RESERVED || kind == KIND_HOLE) return true;
  if (inMovable || kind == KIND_FREE || kind == KIND_PCP || kind == KIND_ISOLATED) return false;
  if (kind == KIND_OFFLINE) return !offlining;
  return !isMovable(pfn);
}

/** First frame of [start, end) that keeps the range from being isolated, or NIL (has_unmovable_pages). */
function findUnmovable(start: u32, end: u32, offlining: bool): u32 {
  const inMovable = blockZone(start) == ZONE_MOVABLE;
  for (let at = start; at < end;) {
    const head = headOf(at);
    if (blocksIsolation(head, inMovable, offlining)) return at;
    at = max(at + 1, head + (1 << (stateOf(head) & KIND_ORDER_MASK)));
  }
  return NIL;
}

/** The pageblock lies in its zone as a whole. CZones are made of whole blocks. */
function isWhole(pfn: u32): bool {
  const index = blockZone(pfn);
  if (index == PAGEBLOCK_NO_ZONE) return false;
  if (index >= <u32>KERNEL_ZONES) return true;
  const zone = zoneAt(index);
  return pfn >= zone.start && pfn + PAGEBLOCK_FRAMES <= zoneEnd(zone);
}

/** Retypes a pageblock and what is free in it. A larger free block around it is split into pageblocks. */
export function retype(zone: Zone, pfn: u32, type: u32): void {
  const head = freeBlockOf(pfn);
  if (head != NIL && orderOf(head) > <u32>PAGEBLOCK_ORDER) {
    const order = orderOf(head);
    takeFree(zone, head, order, blockType(head));
    setBlockType(pfn, type);
    freeSplit(zone, head, order, 0);
    return;
  }
  moveFreeOfBlock(zone, pfn, blockType(pfn), type);
  setBlockType(pfn, type);
}

/** A pageblock that is not isolated yet is, with what is free in it. Whether it may be is the caller's. */
export function setIsolated(pfn: u32): void {
  const zone = zoneAt(blockZone(pfn));
  retype(zone, pfn, MIGRATE_ISOLATE);
  zone.isolatedBlocks++;
  count(STAT_ISOLATED_BLOCKS, 1);
}

/** Isolates one pageblock; [start, end) is the range wanted. 0, or STATUS_BUSY with guest.busyPfn set. */
function isolateBlock(pfn: u32, start: u32, end: u32, offlining: bool): i32 {
  guest.busyPfn = pfn;
  if (blockType(pfn) == MIGRATE_ISOLATE || !isWhole(pfn)) return STATUS_BUSY;
  const first = max(pfn, start);
  const last = min(pfn + PAGEBLOCK_FRAMES, end);
  const obstacle = findUnmovable(first, last, offlining);
  if (obstacle != NIL) {
    guest.busyPfn = obstacle;
    return STATUS_BUSY;
  }
  setIsolated(pfn);
  guest.busyPfn = NIL;
  return 0;
}

/** Ends the isolation of a pageblock; a free block of it that can merge with its neighbour now does. */
export function unisolateBlock(pfn: u32, type: u32): void {
  if (blockType(pfn) != MIGRATE_ISOLATE) return;
  const zone = zoneAt(blockZone(pfn));
  zone.isolatedBlocks--;
  const buddy = pfn ^ PAGEBLOCK_FRAMES;
  const isFreeWhole = stateOf(pfn) == (KIND_FREE | PAGEBLOCK_ORDER);
  const mergesNow =
    isFreeWhole &&
    stateOf(buddy) == (KIND_FREE | PAGEBLOCK_ORDER) &&
    blockZone(buddy) == blockZone(pfn) &&
    blockType(buddy) != MIGRATE_ISOLATE;
  if (!mergesNow) {
    retype(zone, pfn, type);
    return;
  }
  takeFree(zone, pfn, PAGEBLOCK_ORDER, MIGRATE_ISOLATE);
  setBlockType(pfn, type);
  freeOne(zone, pfn, PAGEBLOCK_ORDER, type, FREE_TO_TAIL | FREE_NO_NOTIFY);
}

/** Ends the isolation of the pageblocks in [first, last). */
export function unisolateRange(first: u32, last: u32, type: u32): void {
  for (let at = first; at < last; at += PAGEBLOCK_FRAMES) unisolateBlock(at, type);
}

/** Isolates the pageblocks in [first, last): both ends, then the middle. All or nothing. */
export function isolateRange(
  first: u32,
  last: u32,
  start: u32,
  end: u32,
  type: u32,
  offlining: bool,
): i32 {
  if (!HAS_LISTS) return STATUS_BUSY;
  const tail = last - PAGEBLOCK_FRAMES;
  if (isolateBlock(first, start, end, offlining) < 0) return STATUS_BUSY;
  if (tail == first) return 0;
  if (isolateBlock(tail, start, end, offlining) < 0) {
    unisolateBlock(first, type);
    return STATUS_BUSY;
  }
  for (let at = first + PAGEBLOCK_FRAMES; at < tail; at += PAGEBLOCK_FRAMES) {
    if (isolateBlock(at, start, end, offlining) >= 0) continue;
    unisolateRange(first, at, type);
    unisolateBlock(tail, type);
    return STATUS_BUSY;
  }
  return 0;
}

/** Frees [from, to), parts of a free block that was taken, in the largest aligned blocks up to a pageblock. */
function giveEdge(zone: Zone, from: u32, to: u32): void {
  for (let at = from; at < to;) {
    let order = min<u32>(PAGEBLOCK_ORDER, ctz<u32>(at));
    while (at + (1 << order) > to) order--;
    freeOne(zone, at, order, blockType(at), 0);
    at += 1 << order;
  }
}

/**
 * Takes every free block that touches [start, end) off the lists and gives back what sticks out. How many frames of the
 * range were free.
 */
export function takeFreeRange(zone: Zone, start: u32, end: u32): u32 {
  let taken: u32 = 0;
  for (let at = start; at < end;) {
    const head = freeBlockOf(at);
    if (head == NIL) {
      at++;
      continue;
    }
    const order = orderOf(head);
    const stop = head + (1 << order);
    takeFree(zone, head, order, blockType(head));
    giveEdge(zone, head, max(head, start));
    giveEdge(zone, min(stop, end), stop);
    taken += min(stop, end) - max(head, start);
    at = stop;
  }
  return taken;
}

/**
 * Takes a free block off its list for a moment (KIND_ISOLATED). Not below the min watermark, ISOLATE blocks apart. From
 * order 8 on the pageblocks become MOVABLE: whoever fills the block next is likely to be.
 */
export function isolateFree(zone: Zone, pfn: u32, order: u32): bool {
  const type = blockType(pfn);
  if (type != MIGRATE_ISOLATE) {
    const mark = zone.wmarkMin + (1 << order);
    if (!watermarkOk(zone, 0, mark, 0, 0)) return false;
  }
  holdFree(zone, pfn, order);
  return true;
}

/** isolateFree without a look at the watermark. */
export function holdFree(zone: Zone, pfn: u32, order: u32): void {
  takeFree(zone, pfn, order, blockType(pfn));
  setState(pfn, KIND_ISOLATED, order);
  if (order < <u32>PAGEBLOCK_ORDER - 1) return;
  const end = pfn + (1 << order);
  for (let at = blockStart(pfn); at < end; at += PAGEBLOCK_FRAMES) {
    const held = blockType(at);
    if (!mergeable(held) || !isWhole(at)) continue;
    moveFreeOfBlock(zone, at, held, MIGRATE_MOVABLE);
    setBlockType(at, MIGRATE_MOVABLE);
  }
}

/** Gives an isolated free block back, to the tail of its list and without waking page reporting. */
export function putBack(zone: Zone, pfn: u32, order: u32): void {
  freeOne(zone, pfn, order, blockType(pfn), FREE_TO_TAIL | FREE_NO_NOTIFY);
}
