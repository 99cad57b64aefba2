// What a request may do when its own lists are empty: claim a whole pageblock of another type, or steal one block.
// Linux 6.12's rules (docs/linux-memory.md A.6 to A.9, A.13): list type and pageblock type always agree afterwards.

import {
  KIND_BALLOON,
  KIND_FREE,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_ORDER_MASK,
  ZONE_FLAG_BOOSTED_WATERMARK,
} from '../../src/abi/layout';
import { ORDER_MAX, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { ALLOC_KSWAPD, ALLOC_NOFRAGMENT } from '../../src/abi/gfp';
import { MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE } from '../../src/abi/migratetype';
import { HINT_CLAIM, HINT_ORDER_SHIFT } from '../../src/abi/program';
import { STAT_CLAIMS, STAT_CLAIM_FAILURES, STAT_STEALS } from '../../src/abi/stat';
import { NIL, stateOf } from '../base/frame';
import { guest } from '../base/guest';
import { listHead } from '../base/list';
import { blockStart, setBlockRangeType, setBlockType } from '../base/pageblock';
import { count } from '../base/stats';
import { WORK_BYTES, WORK_SEARCH } from '../base/work';
import { Zone, freeList, orderMask, zoneEnd } from '../base/zone';
import { accountFree, expand, moveFree, takeFree, takePart, takeSmallest } from './buddy';

/** From this order on a MOVABLE request may claim foreign pageblocks (pageblock_order / 2). */
const CLAIM_ORDER_MIN: u32 = 4;
/** A pageblock is claimed when at least half of it is free or of the requester's kind. */
const CLAIM_FRAMES_MIN: u32 = PAGEBLOCK_FRAMES / 2;

// Where a search found its last block: a refill of many blocks starts the next one there (enum rmqueue_mode).
const MODE_NORMAL: u32 = 0;
const MODE_CLAIM: u32 = 1;
const MODE_STEAL: u32 = 2;

/** One request's search for blocks, or one refill's for many. */
@unmanaged
export class Search {
  mode: u32;
  /** Recordings: what the kernel's half-pageblock test said (HINT_*), 0: count for ourselves. */
  hint: u32;
}
if (<i32>offsetof<Search>() > WORK_BYTES) ERROR('Search outgrew its room');


@inline
export function newSearch(hint: u32): Search {
  const search = changetype<Search>(WORK_SEARCH);
  search.mode = MODE_NORMAL;
  search.hint = hint;
  return search;
}

/** Whether the search takes from the requester's own lists first; where they are empty, all of takeBlock is needed. */
@inline
export function searchesPlain(search: Search): bool {
  return search.mode == MODE_NORMAL;
}

/** The half-pageblock test: enough of the block is free or of the requester's kind. */
function mostlyOurs(search: Search, found: u32, ours: u32): bool {
  const hint = search.hint;
  if (hint == 0) return ours >= CLAIM_FRAMES_MIN || guest.mobilityOff != 0;
  return (hint & 15) == HINT_CLAIM && hint >> HINT_ORDER_SHIFT == found;
}

/** The two types to fall back to, in order. */
@inline
function fallbackType(type: u32, choice: u32): u32 {
  if (type == MIGRATE_UNMOVABLE) return choice == 0 ? MIGRATE_RECLAIMABLE : MIGRATE_MOVABLE;
  if (type == MIGRATE_MOVABLE) return choice == 0 ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;
  return choice == 0 ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
}

/** First fallback type with a free block of exactly this order, or NIL. */
function findFallback(zone: Zone, order: u32, type: u32): u32 {
  for (let choice: u32 = 0; choice < 2; choice++) {
    const other = fallbackType(type, choice);
    if ((orderMask(zone, other) >> order) & 1) return other;
  }
  return NIL;
}


@inline
function mayClaim(order: u32, type: u32): bool {
  return order >= CLAIM_ORDER_MIN || type != MIGRATE_MOVABLE || guest.mobilityOff != 0;
}

/** Whether a block of exactly this order of another type could be claimed for the type. */
export function hasClaimable(zone: Zone, order: u32, type: u32): bool {
  return mayClaim(order, type) && findFallback(zone, order, type) != NIL;
}

/** Free frames of the pageblock, plus, shifted up, those that could be migrated. NIL if the zone ends inside it. */
function surveyBlock(zone: Zone, pfn: u32): u32 {
  const start = blockStart(pfn);
  const end = start + PAGEBLOCK_FRAMES;
  if (start < zone.start || end > zoneEnd(zone)) return NIL;
  let free: u32 = 0;
  let movable: u32 = 0;
  for (let at = start; at < end;) {
    const state = stateOf(at);
    const kind = state & KIND_MASK;
    const frames: u32 = 1 << (state & KIND_ORDER_MASK);
    if (kind == KIND_FREE) {
      free += frames;
      at += frames;
    } else if (kind == KIND_MOVABLE || kind == KIND_OBJECT || kind == KIND_BALLOON) {
      movable += min(frames, end - at);
      at += frames;
    } else {
      at++;
    }
  }
  return free | (movable << MOVABLE_SHIFT);
}

/** Where surveyBlock puts the movable frames: a pageblock's frames fit below. */
const MOVABLE_SHIFT: u32 = 16;
if (PAGEBLOCK_FRAMES >= 65536) ERROR('the counts of a pageblock share a word');

/** Moves every free block of the pageblock to another type's lists. The pageblock's type is the caller's. */
export function moveFreeOfBlock(zone: Zone, pfn: u32, from: u32, to: u32): u32 {
  let moved: u32 = 0;
  const start = blockStart(pfn);
  for (let at = start; at < start + PAGEBLOCK_FRAMES;) {
    const state = stateOf(at);
    if ((state & KIND_MASK) != KIND_FREE) {
      at++;
      continue;
    }
    const order = state & KIND_ORDER_MASK;
    moveFree(zone, at, order, from, to);
    moved += 1 << order;
    at += 1 << order;
  }
  return moved;
}

/** Raises the watermarks for a while after mixing types in a pageblock, so that kswapd makes room. */
function boostWatermark(zone: Zone): bool {
  if (guest.boostFactor == 0 || zone.managed < 4 * PAGEBLOCK_FRAMES) return false;
  let limit = <u32>((<u64>zone.wmarkHigh * guest.boostFactor) / 10000);
  if (limit == 0) return false;
  limit = max<u32>(PAGEBLOCK_FRAMES, limit);
  zone.boost = min<u32>(zone.boost + PAGEBLOCK_FRAMES, limit);
  return true;
}

/** Tries to take over the pageblock of a free block; NIL when too little of it is free or alike. */
function claimBlock(
  zone: Zone,
  pfn: u32,
  found: u32,
  order: u32,
  type: u32,
  other: u32,
  flags: u32,
  search: Search,
): u32 {
  if (found >= <u32>PAGEBLOCK_ORDER) {
    takeFree(zone, pfn, found, other);
    setBlockRangeType(pfn, found, type);
    expand(zone, pfn, order, found, type);
    accountFree(zone, (1 << found) - (1 << order), type);
    return pfn;
  }
  if (boostWatermark(zone) && (flags & ALLOC_KSWAPD) != 0) {
    zone.flags |= ZONE_FLAG_BOOSTED_WATERMARK;
  }
  const survey = surveyBlock(zone, pfn);
  if (survey == NIL) return NIL;
  const free = survey & ((1 << MOVABLE_SHIFT) - 1);
  const movable = survey >> MOVABLE_SHIFT;
  let alike: u32 = 0;
  if (type == MIGRATE_MOVABLE) alike = movable;
  else if (other == MIGRATE_MOVABLE) alike = PAGEBLOCK_FRAMES - (free + movable);
  if (!mostlyOurs(search, found, free + alike)) {
    count(STAT_CLAIM_FAILURES, 1);
    return NIL;
  }
  moveFreeOfBlock(zone, pfn, other, type);
  setBlockType(pfn, type);
  return takeSmallest(zone, order, type);
}

/** Claims a foreign pageblock, the largest free block first (to pollute as few as possible). */
function claim(zone: Zone, order: u32, type: u32, flags: u32, search: Search): u32 {
  let lowest: i32 = order;
  if (order < <u32>PAGEBLOCK_ORDER && (flags & ALLOC_NOFRAGMENT) != 0) lowest = PAGEBLOCK_ORDER;
  for (let found: i32 = ORDER_MAX; found >= lowest; found--) {
    const other = findFallback(zone, found, type);
    if (other == NIL) continue;
    if (!mayClaim(found, type)) break;
    const head = listHead(freeList(zone, found, other));
    const pfn = claimBlock(zone, head, found, order, type, other, flags, search);
    if (pfn != NIL) {
      count(STAT_CLAIMS, 1);
      return pfn;
    }
  }
  return NIL;
}

/** Steals one block, the smallest that serves; its pageblock keeps its type and gets the remainders. */
function steal(zone: Zone, order: u32, type: u32): u32 {
  for (let found = order; found <= <u32>ORDER_MAX; found++) {
    const other = findFallback(zone, found, type);
    if (other == NIL) continue;
    const pfn = listHead(freeList(zone, found, other));
    takePart(zone, pfn, order, found, other);
    count(STAT_STEALS, 1);
    return pfn;
  }
  return NIL;
}

/**
 * One block of the order for the type: own lists, then claim, then steal. NIL if the zone cannot serve it. While a search
 * goes on, modes that failed before are not tried again.
 */
export function takeBlock(zone: Zone, order: u32, type: u32, flags: u32, search: Search): u32 {
  const mode = search.mode;
  let pfn: u32 = NIL;
  if (mode == MODE_NORMAL) pfn = takeSmallest(zone, order, type);
  if (pfn != NIL || type > <u32>MIGRATE_RECLAIMABLE) return pfn;
  if (mode <= MODE_CLAIM) {
    pfn = claim(zone, order, type, flags, search);
    if (pfn != NIL) {
      search.mode = MODE_NORMAL;
      return pfn;
    }
  }
  if ((flags & ALLOC_NOFRAGMENT) != 0) return NIL;
  pfn = steal(zone, order, type);
  if (pfn != NIL) search.mode = MODE_STEAL;
  return pfn;
}
