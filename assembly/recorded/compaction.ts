// Compaction in a compiled recording: the trace shows where a run begins and how many pages moved, the core's free scanner
// says to which frames. Several runs may be open at once (kcompactd and direct compaction), each in its slot.
//
// The scanner goes from pageblock to pageblock downwards and up inside each, takes free blocks whole, and hands frames out
// lowest order first. It runs only when a page needs a place and none is held. Frames that a failed move gives back are
// handed out next.

import {
  KIND_FREE,
  KIND_ISOLATED,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_ORDER_MASK,
  KIND_UNMOVABLE,
} from '../../src/abi/layout';
import { COSTLY_ORDER, ORDERS, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import {
  SCAN_ASYNC,
  SCAN_BLOCK_DONE,
  SCAN_IN_ORDER,
  SCAN_PAGES_MASK,
  SCAN_SLOTS,
} from '../../src/abi/program';
import { NIL, linkNext, linkPrev, setState, stateOf } from '../base/frame';
import {
  listHead,
  listPopHead,
  listPushHead,
  listPushTail,
  listRemove,
  listReset,
  listRotateTo,
  listTail,
} from '../base/list';
import { blockSkip, blockStart, blockType, blockZone, setBlockSkip } from '../base/pageblock';
import { Zone, freeCount, freeList, zoneAt, zoneEnd } from '../base/zone';
import { isolateFree } from '../kernel/isolate';
import { Scan, heldList, scanAt } from './scan-state';

/** Frames a stride grows to: the unit in which Linux compacts. */
const STRIDE_MAX: u32 = 32;

/** A run begins: its scanners stand at `target` and `source`. */
export function scanBegin(
  scan: Scan,
  zone: u32,
  order: u32,
  flags: u32,
  target: u32,
  source: u32,
): void {
  scan.zone = zone;
  scan.order = order;
  scan.flags = flags;
  scan.target = target;
  scan.source = source;
  scan.wanted = 0;
  scan.held = 0;
  scan.handed = 0;
  scan.searchOrder = order;
  scan.searchFails = 0;
  scan.jumped = 0;
  for (let size: u32 = 0; size < <u32>ORDERS; size++) listReset(heldList(scan, size));
}

// ---- the migrate scanner: where it passes, and what it does to the lists on the way ----

/** Turns a list so that what was looked at, up to `pfn`, stands behind the rest. */
function turnBehind(list: usize, pfn: u32): void {
  const next = linkNext(pfn);
  if (next != NIL) listRotateTo(list, next);
}

/** The first free frame of the list below `limitPfn` in a pageblock without hint; `budget` blocks may be looked at. */
function findSource(scan: Scan, list: usize, limitPfn: u32): u32 {
  for (let at = listHead(list); at != NIL; at = linkNext(at)) {
    if (scan.budget == 0) {
      turnBehind(list, at);
      return NIL;
    }
    scan.budget--;
    if (at >= limitPfn || blockSkip(at)) continue;
    turnBehind(list, at);
    return at;
  }
  return NIL;
}

/** Where to go on: a pageblock near the start with free frames, or else straight on. */
function nextSource(scan: Scan, zone: Zone): u32 {
  const from = scan.source;
  const inside = from != zone.start && from != blockStart(from);
  const inOrder = (scan.flags & SCAN_IN_ORDER) != 0 || <i32>scan.order <= COSTLY_ORDER;
  if (inside || inOrder || scan.target < from) return from;
  let distance = (scan.target - from) >> 1;
  if (from != zone.start) distance >>= 2;
  const limitPfn = blockStart(from + distance);
  scan.budget = (STRIDE_MAX >> min<u32>(31, scan.searchFails)) + 1;
  for (let order = <i32>scan.order - 1; order >= COSTLY_ORDER && scan.budget != 0; order--) {
    const found = findSource(scan, freeList(zone, order, MIGRATE_MOVABLE), limitPfn);
    if (found == NIL) continue;
    if (scan.jumped != NIL) scan.jumped = scan.jumped == 0 ? found : min(scan.jumped, found);
    scan.searchFails = 0;
    return max(blockStart(found), zone.start);
  }
  scan.searchFails++;
  if (scan.jumped == 0 || scan.jumped == NIL) return from;
  const back = scan.jumped;
  scan.jumped = NIL;
  return back;
}

/** The next pageblock that is looked into, from `from` on; 0: the scanners meet before. */
function nextBlock(scan: Scan, zone: Zone, from: u32, jumped: bool): u32 {
  let block = blockStart(from);
  let trusted = jumped;
  while (block + PAGEBLOCK_FRAMES <= scan.target) {
    const fresh = from <= block || from == zone.start;
    const hinted = fresh && !trusted && scan.order > 0 && blockSkip(block);
    if (blockZone(block) == scan.zone && !hinted) return block;
    block += PAGEBLOCK_FRAMES;
    trusted = false;
  }
  return 0;
}

/** Moves the migrate scanner on until it is in the pageblock from which the trace shows pages moving. */
function walkTo(scan: Scan, zone: Zone, block: u32): void {
  const blocks = zone.spanned >> PAGEBLOCK_ORDER;
  for (let tried: u32 = 0; tried <= blocks; tried++) {
    const from = nextSource(scan, zone);
    const at = nextBlock(scan, zone, from, from != scan.source && scan.searchFails == 0);
    if (at == block || (at == 0 && blockStart(zone.start) != 0)) break;
    setBlockSkip(at, true);
    scan.source = at + PAGEBLOCK_FRAMES;
  }
  if (scan.order > 0 && block != NIL) setBlockSkip(block, true);
}

/** A batch was collected from the pageblock of `source`. */
export function scanBatch(scan: Scan, source: u32, operand: u32): void {
  const block = blockStart(source);
  if (blockZone(block) == scan.zone && block != blockStart(scan.source - 1)) {
    walkTo(scan, zoneAt(scan.zone), block);
  }
  scan.source =
    (operand & SCAN_BLOCK_DONE) != 0 ? block + PAGEBLOCK_FRAMES : max(source, block + 1);
  scan.wanted = operand & SCAN_PAGES_MASK;
  scan.handed = 0;
}

// ---- the free scanner ----

/** Pages go to MOVABLE pageblocks that are not free as a whole. */
function takesPages(scan: Scan, block: u32): bool {
  const state = stateOf(block);
  const large = scan.order > 0 ? scan.order : <u32>PAGEBLOCK_ORDER;
  if ((state & KIND_MASK) == KIND_FREE && (state & KIND_ORDER_MASK) >= large) return false;
  if (blockType(block) != MIGRATE_MOVABLE) return false;
  return scan.order == 0 || !blockSkip(block);
}

/** Frames of the block in use whose head is here, 1 for a single frame. */
@inline
function usedFrames(state: u32): u32 {
  const kind = state & KIND_MASK;
  const isBlock = kind == KIND_MOVABLE || kind == KIND_UNMOVABLE;
  return isBlock ? 1 << (state & KIND_ORDER_MASK) : 1;
}

/** Takes free blocks of [from, end), looking at every stride-th frame, until the batch is served; where it stopped. */
function collect(scan: Scan, zone: Zone, from: u32, end: u32, stride: u32): u32 {
  let at = from;
  while (at < end) {
    const state = stateOf(at);
    if ((state & KIND_MASK) != KIND_FREE) {
      const frames = usedFrames(state);
      at += (at + frames <= end ? frames - 1 : 0) + stride;
      continue;
    }
    const order = state & KIND_ORDER_MASK;
    if (!isolateFree(zone, at, order)) return at;
    listPushTail(heldList(scan, order), at);
    scan.held += 1 << order;
    at += 1 << order;
    if (scan.wanted <= scan.held) return min(at, end);
    at += stride - 1;
  }
  return end;
}

/** Looks at one list from its tail for a frame at or above `wanted`, or, as a second best, `lowest`. */
function searchList(scan: Scan, zone: Zone, order: u32, wanted: u32, lowest: u32): u32 {
  const list = freeList(zone, order, MIGRATE_MOVABLE);
  let looked: u32 = 0;
  scan.second = NIL;
  let at = listTail(list);
  for (; at != NIL; at = linkPrev(at)) {
    looked++;
    scan.highest = max(scan.highest, max(blockStart(at), zone.start));
    if (at >= wanted) break;
    if (at >= lowest && (scan.second == NIL || at > scan.second)) {
      scan.second = at;
      scan.limit >>= 1;
    }
    if (looked >= scan.limit) break;
  }
  const found = at != NIL && at >= wanted ? at : scan.second;
  // What was looked at stands behind the rest next time.
  const turnTo = found != NIL ? found : at;
  if (turnTo != NIL) listRotateTo(list, turnTo);
  if (looked >= scan.limit) scan.limit = max<u32>(1, scan.limit >> 1);
  if (at != NIL && at >= wanted) {
    scan.searchFails = 0;
    scan.searchOrder = order;
  }
  return found;
}

/** The next order to look at, -1 after the last. */
function nextOrder(scan: Scan, order: i32): i32 {
  const top = <i32>scan.order - 1;
  const next = order == 0 ? top : order - 1;
  if (next != scan.searchOrder) return next;
  scan.searchOrder = scan.searchOrder == 0 ? top : scan.searchOrder - 1;
  return -1;
}

/** Takes one block from the upper part of what is left to scan; NIL: there is none. */
function searchLists(scan: Scan, zone: Zone): u32 {
  const distance = scan.target - scan.source;
  const wanted = blockStart(scan.target - (distance >> 2));
  const lowest = blockStart(scan.target - (distance >> 1));
  scan.highest = 0;
  scan.limit = (<u32>PAGEBLOCK_FRAMES) >> 1;
  scan.searchOrder = min<i32>(<i32>scan.order - 1, scan.searchOrder);
  for (let order = scan.searchOrder; order >= 0; order = nextOrder(scan, order)) {
    if (freeCount(zone, order) == 0) continue;
    const pfn = searchList(scan, zone, order, wanted, lowest);
    if (pfn == NIL) continue;
    if (!isolateFree(zone, pfn, order)) {
      nextOrder(scan, scan.searchOrder + 1);
      break;
    }
    listPushTail(heldList(scan, order), pfn);
    scan.held += 1 << order;
    return pfn;
  }
  scan.searchFails++;
  if (scan.highest >= lowest && scan.highest != 0) {
    scan.target = scan.highest;
    return scan.highest;
  }
  return NIL;
}

/** A first search through the free lists, and through the pageblock of what it found. */
function fastSearch(scan: Scan): void {
  const zone = zoneAt(scan.zone);
  const found = searchLists(scan, zone);
  if (found == NIL || scan.held >= scan.wanted || (scan.flags & SCAN_ASYNC) != 0) return;
  const end = min(blockStart(found) + PAGEBLOCK_FRAMES, zoneEnd(zone));
  const stopped = collect(scan, zone, max(blockStart(found), zone.start), end, 1);
  if (stopped == end) setBlockSkip(found, true);
}

// ---- the linear search ----

/** Down block by block until the batch is served, the scanners meet, or a block may not be taken. */
function search(scan: Scan): void {
  if (scan.order > 0) fastSearch(scan);
  if (scan.held > 0) return;
  const zone = zoneAt(scan.zone);
  const lowest = blockStart(scan.source) + PAGEBLOCK_FRAMES;
  let stride: u32 = (scan.flags & SCAN_ASYNC) != 0 ? STRIDE_MAX : 1;
  let from = scan.target;
  let block = blockStart(from);
  while (block >= lowest) {
    const end = min(block + PAGEBLOCK_FRAMES, zoneEnd(zone));
    if (blockZone(block) == scan.zone && takesPages(scan, block)) {
      const before = scan.held;
      from = collect(scan, zone, from, end, stride);
      const isDone = from == end;
      if (isDone) setBlockSkip(block, true);
      if (scan.held >= scan.wanted || !isDone) {
        if (isDone) from = block - PAGEBLOCK_FRAMES;
        break;
      }
      stride = scan.held > before ? 1 : min(STRIDE_MAX, stride << 1);
    }
    block -= PAGEBLOCK_FRAMES;
    from = block;
  }
  scan.target = from;
}

/** The smallest held block that serves the order, split down; NIL: there is none. */
function takeHeld(scan: Scan, order: u32): u32 {
  for (let size = order; size < <u32>ORDERS; size++) {
    const pfn = listPopHead(heldList(scan, size));
    if (pfn == NIL) continue;
    for (let half = size; half > order;) {
      half--;
      setState(pfn + (1 << half), KIND_ISOLATED, half);
      listPushHead(heldList(scan, half), pfn + (1 << half));
    }
    return pfn;
  }
  return NIL;
}

/** One page of the batch gets a place; NIL: there is none left. */
function handOut(scan: Scan, order: u32): u32 {
  let pfn = takeHeld(scan, order);
  if (pfn == NIL) {
    search(scan);
    pfn = takeHeld(scan, order);
  }
  if (pfn == NIL) return NIL;
  setState(pfn, KIND_MOVABLE, order);
  const frames: i32 = 1 << order;
  scan.held -= frames;
  scan.wanted -= frames;
  scan.handed += frames;
  return pfn;
}

/** Pages of the order get places until `frames` frames of the batch have them. False: the scanners met before. */
export function scanTake(scan: Scan, order: u32, frames: i32): bool {
  while (scan.handed < frames) {
    if (handOut(scan, order) == NIL) return false;
  }
  return true;
}


@inline
function isHeld(pfn: u32, order: u32): bool {
  return stateOf(pfn) == (KIND_ISOLATED | order);
}

/** A move failed and gave its place back. Hands places out until this one is; false: it never was. */
export function scanReturn(scan: Scan, pfn: u32, order: u32): bool {
  const isFree = (stateOf(pfn) & KIND_MASK) == KIND_FREE;
  let found = !isFree && stateOf(pfn) == (KIND_MOVABLE | order);
  while (!found && scan.wanted > 0) {
    const place = handOut(scan, order);
    if (place == NIL) break;
    found = place == pfn;
  }
  if (!found) return false;
  scanGive(scan, pfn, order);
  return true;
}

/** Puts a frame into what is held. */
export function scanGive(scan: Scan, pfn: u32, order: u32): void {
  const frames: i32 = 1 << order;
  setState(pfn, KIND_ISOLATED, order);
  listPushHead(heldList(scan, order), pfn);
  scan.held += frames;
  scan.wanted += frames;
  scan.handed -= frames;
}

/** What the run releases next, NIL if it holds nothing. */
export function scanNext(scan: Scan): u32 {
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    const pfn = listHead(heldList(scan, order));
    if (pfn != NIL) return pfn;
  }
  return NIL;
}

/** Whether the run holds this block; it then holds it no more. */
export function scanLeave(scan: Scan, pfn: u32, order: u32): bool {
  if (!isHeld(pfn, order)) return false;
  listRemove(heldList(scan, order), pfn);
  setState(pfn, KIND_MOVABLE, order);
  scan.held -= 1 << order;
  return true;
}

/** A frame that some run holds turns up elsewhere: its block leaves the run, as in use. */
export function scanForget(pfn: u32): void {
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    const head = pfn & ~(((<u32>1) << order) - 1);
    const state = stateOf(head);
    if ((state & KIND_MASK) != KIND_ISOLATED || (state & KIND_ORDER_MASK) < order) continue;
    const size = state & KIND_ORDER_MASK;
    let first = head;
    while (linkPrev(first) != NIL) first = linkPrev(first);
    for (let slot: u32 = 0; slot < <u32>SCAN_SLOTS; slot++) {
      const scan = scanAt(slot);
      if (listHead(heldList(scan, size)) != first) continue;
      listRemove(heldList(scan, size), head);
      scan.held -= 1 << size;
    }
    setState(head, KIND_MOVABLE, size);
    return;
  }
}

/** The free scanner went down to `target` and found nothing on the way. */
function passTo(scan: Scan, target: u32): void {
  let block = blockStart(scan.target);
  while (block > blockStart(target)) {
    if (blockZone(block) == scan.zone && takesPages(scan, block)) setBlockSkip(block, true);
    block -= PAGEBLOCK_FRAMES;
  }
  scan.target = min(scan.target, target);
}

/** The run is over, `met`: because its scanners met. What it holds and nobody saw released is in use somewhere. */
export function scanEnd(scan: Scan, target: u32, met: bool): void {
  if (met) {
    passTo(scan, target);
    walkTo(scan, zoneAt(scan.zone), NIL);
  }
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    const list = heldList(scan, order);
    for (let pfn = listPopHead(list); pfn != NIL; pfn = listPopHead(list)) {
      setState(pfn, KIND_MOVABLE, order);
    }
  }
  scan.held = 0;
}
