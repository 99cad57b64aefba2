// A run of compaction in one zone: where its two scanners stand, and the free blocks that one of them holds for pages that
// the other finds (docs/linux-memory.md B.1). A live run lies below the guest (compact), those of a recording in their
// slots (recorded/scan-state): the scanners are the same.
//
//  run  [ Compaction | held[11] {head, tail}: free blocks by order, next one first ]

import { KIND_ISOLATED, LIST_BYTES } from '../../src/abi/layout';
import { ORDERS, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { NIL, setState } from '../base/frame';
import { listHead, listPopHead, listPushHead, listReset } from '../base/list';

/** Asynchronous, which direct runs alone are. */
export const RUN_ASYNC: u32 = 1;
/** Sources are looked for in order only: a direct run for pages that do not move. */
export const RUN_IN_ORDER: u32 = 2;
/** Made by the task that wants the block. */
export const RUN_DIRECT: u32 = 4;
export const RUN_IGNORES_HINTS: u32 = 8;
/** Pages may go to pageblocks of any type. */
export const RUN_ANY_TARGET: u32 = 16;

/** Frames that a batch holds at least before it is moved, and that a stride grows to: the unit in which Linux compacts. */
export const CLUSTER_FRAMES: u32 = 32;


@unmanaged
export class Compaction {
  zone: u32;
  /** Order that the run is for, 0: none, it compacts as far as it goes. */
  order: u32;
  flags: u32;
  /** Where the free scanner stands. */
  target: u32;
  /** Where the migrate scanner stands: the free scanner stops above its pageblock. */
  source: u32;
  /** Frames of the batch that still need a place. */
  wanted: i32;
  /** Frames held, none of them handed out. */
  held: i32;
  /** Frames of the batch that have a place. */
  handed: i32;
  /** Order at which the next search of the free lists begins. */
  searchOrder: i32;
  /** Searches of the free lists in a row that found nothing. */
  searchFails: u32;
  /** Lowest pageblock that a search for sources jumped to; 0: none yet, NIL: the run has been back there. */
  jumped: u32;
  /** Blocks that the search for sources at hand may still look at. */
  budget: u32;
  /** Blocks that the search of the free lists at hand may look at in one. */
  limit: u32;
  /** Its second best: a frame not as high as wanted, but in the upper half. */
  second: u32;
  /** Start of the highest pageblock it has seen. */
  highest: u32;
  /** Migratetype that is asked for; NIL: not known. */
  type: u32;
}

const HELD_OFFSET = 64;
export const COMPACTION_BYTES = HELD_OFFSET + ORDERS * LIST_BYTES;
if (<i32>offsetof<Compaction>() != HELD_OFFSET) ERROR('Compaction and its lists drifted apart');

/** Blocks of an order that the run holds. */
@inline
export function heldList(run: Compaction, order: u32): usize {
  return changetype<usize>(run) + HELD_OFFSET + <usize>order * LIST_BYTES;
}


@inline
export function is(run: Compaction, flag: u32): bool {
  return (run.flags & flag) != 0;
}

/** Blocks of this order are as large as what the run is to make: they stay as they are. */
@inline
export function largeOrder(run: Compaction): u32 {
  return run.order > 0 ? run.order : PAGEBLOCK_ORDER;
}

/** A run begins, its scanners at `target` and `source`. */
export function startRun(
  run: Compaction,
  zone: u32,
  order: u32,
  type: u32,
  flags: u32,
  target: u32,
  source: u32,
): void {
  run.zone = zone;
  run.order = order;
  run.type = type;
  run.flags = flags;
  run.target = target;
  run.source = source;
  run.wanted = 0;
  run.held = 0;
  run.handed = 0;
  run.searchOrder = order;
  run.searchFails = 0;
  run.jumped = 0;
  for (let size: u32 = 0; size < <u32>ORDERS; size++) listReset(heldList(run, size));
}

/** A batch of so many frames is to be moved. */
@inline
export function startBatch(run: Compaction, frames: u32): void {
  run.wanted = frames;
  run.handed = 0;
}

/** The smallest held block that serves the order, split down; NIL: there is none. */
export function takeHeld(run: Compaction, order: u32): u32 {
  for (let size = order; size < <u32>ORDERS; size++) {
    const pfn = listPopHead(heldList(run, size));
    if (pfn == NIL) continue;
    for (let half = size; half > order;) {
      half--;
      setState(pfn + (1 << half), KIND_ISOLATED, half);
      listPushHead(heldList(run, half), pfn + (1 << half));
    }
    setState(pfn, KIND_ISOLATED, order);
    const frames: i32 = 1 << order;
    run.held -= frames;
    run.wanted -= frames;
    run.handed += frames;
    return pfn;
  }
  return NIL;
}

/** A place that nobody came to is held again, and handed out next. */
export function giveHeld(run: Compaction, pfn: u32, order: u32): void {
  const frames: i32 = 1 << order;
  setState(pfn, KIND_ISOLATED, order);
  listPushHead(heldList(run, order), pfn);
  run.held += frames;
  run.wanted += frames;
  run.handed -= frames;
}

/** What the run releases next, lowest order first; NIL if it holds nothing. */
export function nextHeld(run: Compaction): u32 {
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    const pfn = listHead(heldList(run, order));
    if (pfn != NIL) return pfn;
  }
  return NIL;
}
