// Compaction's migrate scanner: from pageblock to pageblock upwards, past those that hints rule out; runs for a costly
// order look for a pageblock with free blocks near the start first (docs/linux-memory.md B.1). What a pageblock gives is
// its run's business: live runs look (compact), a recording shows it (recorded/compaction).

import {
  KIND_FREE,
  KIND_ISOLATED,
  KIND_MASK,
  KIND_ORDER_MASK,
  KIND_PCP,
} from '../../src/abi/layout';
import { COSTLY_ORDER, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { NIL, stateOf } from '../base/frame';
import { blockSkip, blockStart, blockType, blockZone, setBlockSkip } from '../base/pageblock';
import { Zone, zoneAt } from '../base/zone';
import { firstFree, nextFree, rotateFree } from '../kernel/allocator';
import {
  CLUSTER_FRAMES,
  Compaction,
  RUN_ASYNC,
  RUN_IGNORES_HINTS,
  RUN_IN_ORDER,
  is,
} from './compact-run';

// ---- the search of the free lists ----

/** Turns a list of MOVABLE blocks so that what was looked at, up to `pfn`, stands behind the rest. */
function turnBehind(zone: Zone, order: u32, pfn: u32): void {
  const next = nextFree(pfn);
  if (next != NIL) rotateFree(zone, next, order, MIGRATE_MOVABLE);
}

/** The first free frame of the order below `limitPfn` in a pageblock without hint; `budget` blocks may be looked at. */
function findSource(run: Compaction, zone: Zone, order: u32, limitPfn: u32): u32 {
  for (let at = firstFree(zone, order, MIGRATE_MOVABLE); at != NIL; at = nextFree(at)) {
    if (run.budget == 0) {
      turnBehind(zone, order, at);
      return NIL;
    }
    run.budget--;
    if (at >= limitPfn || blockSkip(at)) continue;
    turnBehind(zone, order, at);
    return at;
  }
  return NIL;
}

/** Whether pageblocks are taken one after another, without a search. */
function goesInOrder(run: Compaction, zone: Zone): bool {
  const inside = run.source != zone.start && run.source != blockStart(run.source);
  const linear = is(run, RUN_IN_ORDER | RUN_IGNORES_HINTS) || <i32>run.order <= COSTLY_ORDER;
  return inside || linear || run.target < run.source;
}

/** Where to go on: a pageblock near the start with free frames, or else straight on. */
function nextSource(run: Compaction, zone: Zone): u32 {
  const from = run.source;
  if (goesInOrder(run, zone)) return from;
  let distance = (run.target - from) >> 1;
  if (from != zone.start) distance >>= 2;
  const limitPfn = blockStart(from + distance);
  run.budget = (CLUSTER_FRAMES >> min<u32>(31, run.searchFails)) + 1;
  for (let order = <i32>run.order - 1; order >= COSTLY_ORDER && run.budget != 0; order--) {
    const found = findSource(run, zone, order, limitPfn);
    if (found == NIL) continue;
    if (run.jumped != NIL) run.jumped = run.jumped == 0 ? found : min(run.jumped, found);
    run.searchFails = 0;
    return max(blockStart(found), zone.start);
  }
  run.searchFails++;
  if (run.jumped == 0 || run.jumped == NIL) return from;
  const back = run.jumped;
  run.jumped = NIL;
  return back;
}

// ---- pageblock by pageblock ----

/** The next run begins behind a pageblock that is done with. */
export function cacheSource(run: Compaction, zone: Zone, end: u32): void {
  zone.compactAsync = max(zone.compactAsync, end);
  if (!is(run, RUN_ASYNC)) zone.compactSync = max(zone.compactSync, end);
}

/** Whether a page in use fills the pageblock: nothing to take from there. */
export function isHugePage(block: u32): bool {
  const state = stateOf(block);
  const kind = state & KIND_MASK;
  const inUse = kind != KIND_FREE && kind != KIND_PCP && kind != KIND_ISOLATED;
  return inUse && (state & KIND_ORDER_MASK) >= <u32>PAGEBLOCK_ORDER;
}

/** A direct asynchronous run only takes pages from pageblocks of its own type. */
function givesPages(run: Compaction, block: u32): bool {
  if (isHugePage(block)) return false;
  return !is(run, RUN_ASYNC) || run.type == NIL || blockType(block) == run.type;
}

/** The first pageblock from `from` on that may give pages, NIL: the scanners meet before. `sought`: it has no hint. */
function firstBlock(run: Compaction, zone: Zone, from: u32, sought: bool): u32 {
  let trusted = sought || is(run, RUN_IGNORES_HINTS);
  for (let block = blockStart(from); block + PAGEBLOCK_FRAMES <= run.target;) {
    const fresh = from <= block || from == zone.start;
    const hinted = fresh && !trusted && blockSkip(block);
    if (blockZone(block) == run.zone && !hinted) {
      if (givesPages(run, block)) return block;
      cacheSource(run, zone, block + PAGEBLOCK_FRAMES);
    }
    block += PAGEBLOCK_FRAMES;
    trusted = is(run, RUN_IGNORES_HINTS);
  }
  return NIL;
}

/** The pageblock to look into next, from `source` on if it is that one's; NIL: the scanners have met. */
export function nextBlock(run: Compaction): u32 {
  const zone = zoneAt(run.zone);
  const from = nextSource(run, zone);
  const block = firstBlock(run, zone, from, from != run.source && run.searchFails == 0);
  if (block == NIL) run.source = max(from, blockStart(run.target));
  else run.source = max(blockStart(from) == block ? from : block, zone.start);
  return block;
}

/** A pageblock gave pages: it is not begun again. */
export function markBegun(run: Compaction, block: u32): void {
  if (!is(run, RUN_IGNORES_HINTS)) setBlockSkip(block, true);
}

/** A pageblock gave nothing, or all that it had. */
export function passBlock(run: Compaction, block: u32): void {
  setBlockSkip(block, true);
  cacheSource(run, zoneAt(run.zone), block + PAGEBLOCK_FRAMES);
}
