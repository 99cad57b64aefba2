// Compaction in a compiled recording: the scanners are those of a live guest (move/free-scanner, move/migrate-scanner), the
// trace decides. It shows where a run begins, which pageblock a batch came from, how many pages moved, which places came
// back, and what a run released. Several runs may be open at once (kcompactd and direct compaction), each in its slot.

import {
  KIND_FREE,
  KIND_ISOLATED,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_ORDER_MASK,
} from '../../src/abi/layout';
import { ORDERS, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import {
  SCAN_ASYNC,
  SCAN_BLOCK_DONE,
  SCAN_IN_ORDER,
  SCAN_PAGES_MASK,
  SCAN_SLOTS,
} from '../../src/abi/program';
import { NIL, linkNext, setState, stateOf } from '../base/frame';
import { listFirst, listHead, listPopHead, listPushTail, listRemove } from '../base/list';
import { blockStart, blockZone } from '../base/pageblock';
import { zoneAt } from '../base/zone';
import { freeSplit } from '../kernel/buddy';
import {
  Compaction,
  RUN_ASYNC,
  RUN_DIRECT,
  RUN_IGNORES_HINTS,
  RUN_IN_ORDER,
  giveHeld,
  heldList,
  startBatch,
  startRun,
} from '../move/compact-run';
import { passTarget, search, takePlace, takesPages } from '../move/free-scanner';
import { markBegun, nextBlock, passBlock } from '../move/migrate-scanner';
import { scanAt } from './scan-state';

if (SCAN_ASYNC != RUN_ASYNC) ERROR('an asynchronous run has one bit');
if (SCAN_IN_ORDER != RUN_IN_ORDER) ERROR('a run in order has one bit');

/** What a run holds and nobody saw released is in use somewhere. */
function leaveHeld(run: Compaction): void {
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    const list = heldList(run, order);
    for (let pfn = listPopHead(list); pfn != NIL; pfn = listPopHead(list)) {
      setState(pfn, KIND_MOVABLE, order);
    }
  }
  run.held = 0;
}

/**
 * A run begins: its scanners stand at `target` and `source`. Without an order it goes from edge to edge. What the trace's
 * flags tell only direct runs have. One in the same slot whose end the trace lacks is over.
 */
export function scanBegin(
  run: Compaction,
  zone: u32,
  order: u32,
  flags: u32,
  target: u32,
  source: u32,
): void {
  if (run.held != 0) leaveHeld(run);
  const type = (flags & SCAN_IN_ORDER) != 0 ? NIL : <u32>MIGRATE_MOVABLE;
  let how = flags == 0 ? 0 : flags | RUN_DIRECT;
  if (order == 0) how |= RUN_IGNORES_HINTS;
  startRun(run, zone, order, type, how, target, source);
}

/** Moves the migrate scanner on to the pageblock from which the trace shows pages moving: others gave it nothing. */
function walkTo(run: Compaction, block: u32): void {
  const blocks = zoneAt(run.zone).spanned >> PAGEBLOCK_ORDER;
  for (let tried: u32 = 0; tried <= blocks; tried++) {
    const at = nextBlock(run);
    if (at == block || at == NIL) break;
    passBlock(run, at);
    run.source = at + PAGEBLOCK_FRAMES;
  }
  if (block != NIL) markBegun(run, block);
}

/** A batch was collected from the pageblock of `source`. */
export function scanBatch(run: Compaction, source: u32, operand: u32): void {
  const block = blockStart(source);
  if (blockZone(block) == run.zone && block != blockStart(run.source - 1)) walkTo(run, block);
  run.source = (operand & SCAN_BLOCK_DONE) != 0 ? block + PAGEBLOCK_FRAMES : max(source, block + 1);
  startBatch(run, operand & SCAN_PAGES_MASK);
}

/** One page of the batch gets a place; NIL: there is none left. */
function handOut(run: Compaction, order: u32): u32 {
  const pfn = takePlace(run, order);
  if (pfn != NIL) setState(pfn, KIND_MOVABLE, order);
  return pfn;
}

/** Pages of the order get places until `frames` frames of the batch have them. The last place; NIL: there was none. */
export function scanTake(run: Compaction, order: u32, frames: i32): u32 {
  let last: u32 = NIL;
  while (run.handed < frames) {
    last = handOut(run, order);
    if (last == NIL) break;
  }
  return last;
}

/** A page needs a place: the scanner looks for more where none is held. */
export function scanSearch(run: Compaction): void {
  if (run.held == 0) search(run);
}

/** The kernel's search found this block, which is on no list: it is held, and handed out after those found before. */
export function scanHold(run: Compaction, pfn: u32, order: u32): void {
  listPushTail(heldList(run, order), pfn);
  setState(pfn, KIND_ISOLATED, order);
  run.held += 1 << order;
}

/** Whether a run has this block on its list: another run, or page reporting, may have isolated it. */
function holds(run: Compaction, pfn: u32, order: u32): bool {
  if (stateOf(pfn) != (KIND_ISOLATED | order)) return false;
  return listFirst(pfn) == listHead(heldList(run, order));
}

/** Takes a block that our search found off what the run holds; false: it did not find it. */
export function scanFound(run: Compaction, pfn: u32, order: u32): bool {
  if (!holds(run, pfn, order)) return false;
  listRemove(heldList(run, order), pfn);
  run.held -= 1 << order;
  return true;
}

/** What our search found first and the kernel's did not goes back, until `kept` blocks of the order are held. */
export function scanSettle(run: Compaction, order: u32, kept: u32): void {
  const list = heldList(run, order);
  let held: u32 = 0;
  for (let pfn = listHead(list); pfn != NIL; pfn = linkNext(pfn)) held++;
  for (; held > kept; held--) {
    const pfn = listPopHead(list);
    run.held -= 1 << order;
    freeSplit(zoneAt(blockZone(pfn)), pfn, order, 0);
  }
}

/** A move failed and gave its place back. Hands places out until this one is; false: it never was. */
export function scanReturn(run: Compaction, pfn: u32, order: u32): bool {
  const isFree = (stateOf(pfn) & KIND_MASK) == KIND_FREE;
  let found = !isFree && stateOf(pfn) == (KIND_MOVABLE | order);
  while (!found && run.wanted > 0) {
    const place = handOut(run, order);
    if (place == NIL) break;
    found = place == pfn;
  }
  if (!found) return false;
  giveHeld(run, pfn, order);
  return true;
}

/** Whether the run holds this block; it then holds it no more. */
export function scanLeave(run: Compaction, pfn: u32, order: u32): bool {
  if (!holds(run, pfn, order)) return false;
  listRemove(heldList(run, order), pfn);
  setState(pfn, KIND_MOVABLE, order);
  run.held -= 1 << order;
  return true;
}

/** A frame that some run holds turns up elsewhere: its block leaves the run, as in use. */
export function scanForget(pfn: u32): void {
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    const head = pfn & ~(((<u32>1) << order) - 1);
    const state = stateOf(head);
    if ((state & KIND_MASK) != KIND_ISOLATED || (state & KIND_ORDER_MASK) < order) continue;
    const size = state & KIND_ORDER_MASK;
    const first = listFirst(head);
    for (let slot: u32 = 0; slot < <u32>SCAN_SLOTS; slot++) {
      const run = scanAt(slot);
      if (listHead(heldList(run, size)) != first) continue;
      listRemove(heldList(run, size), head);
      run.held -= 1 << size;
    }
    setState(head, KIND_MOVABLE, size);
    return;
  }
}

/** The free scanner went down to `target` and found nothing on the way. */
function passTo(run: Compaction, target: u32): void {
  const zone = zoneAt(run.zone);
  let block = blockStart(run.target);
  while (block > blockStart(target)) {
    if (blockZone(block) == run.zone && takesPages(run, block)) passTarget(zone, block);
    block -= PAGEBLOCK_FRAMES;
  }
  run.target = min(run.target, target);
}

/** The run is over, `met`: because its scanners met. */
export function scanEnd(run: Compaction, target: u32, met: bool): void {
  if (met) {
    passTo(run, target);
    // A run looks whether its scanners have met before its migrate scanner goes on.
    if (blockStart(run.target) > blockStart(run.source)) walkTo(run, NIL);
  }
  leaveHeld(run);
}
