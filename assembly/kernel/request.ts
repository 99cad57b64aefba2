// Page requests: the walk over the zonelist, the rights of each attempt, the per-cpu lists and the buddy behind them.
// The slow path's reclaim is the guest's business (src/guest): a request that would have to wait returns
// STATUS_NEED_RECLAIM. Giving back is free.ts.

import {
  KERNEL_ZONES,
  KIND_MOVABLE,
  KIND_UNMOVABLE,
  KSWAPD_HIGHEST_SHIFT,
  KSWAPD_ORDER_SHIFT,
  KSWAPD_WOKEN,
  ZONE_FLAG_BELOW_HIGH,
  ZONE_FLAG_BOOSTED_WATERMARK,
  ZONE_NORMAL,
} from '../../src/abi/layout';
import { ORDERS } from '../../src/abi/unit';
import {
  ALLOC_HIGHATOMIC,
  ALLOC_KSWAPD,
  ALLOC_MIN_RESERVE,
  ALLOC_NOFRAGMENT,
  ALLOC_NON_BLOCK,
  ALLOC_NO_WATERMARKS,
  ALLOC_OOM,
  ALLOC_WMARK_HIGH,
  ALLOC_WMARK_LOW,
  ALLOC_WMARK_MASK,
  ALLOC_WMARK_MIN,
  GFP_DIRECT_RECLAIM,
  GFP_HIGH,
  GFP_KSWAPD_RECLAIM,
  GFP_MOVABLE,
  GFP_NOMEMALLOC,
} from '../../src/abi/gfp';
import {
  MIGRATE_HIGHATOMIC,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_PCPTYPES,
} from '../../src/abi/migratetype';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_FAILURES,
  STAT_ALLOC_PAGES,
  STAT_KSWAPD_WAKES,
  STAT_SLOW_PATHS,
} from '../../src/abi/stat';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_NEED_INSTALL,
  STATUS_NEED_RECLAIM,
  STATUS_NO_MEMORY,
} from '../../src/abi/status';
import { NIL, linkNext, setRequest, setState } from '../base/frame';
import { guest } from '../base/guest';
import { listCutHead, listHead, listPopHead, listRun, runLast } from '../base/list';
import { blockPlace, blockZone, placeType, placeZone } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, zoneAt } from '../base/zone';
import { freeOne, freeSplit, takeSmallest } from './buddy';
import { newSearch, takeBlock } from './fallback';
import { reserveHighatomic } from './highatomic';
import { HAS_LISTS, llfreeInstalled, llfreeTake, llfreeWaiting } from './llfree';
import { Pcp, pcpAllowed, pcpAt, pcpGive, pcpList } from './percpu';
import { pcpGiveRun } from './percpu-give';
import { pcpTake, pcpTakeQuickly } from './percpu-take';
import { NO_RUN, makeRun } from './run';
import { clearBelowHigh, hasBlock, hasFrames, watermarkFast, wmark } from './watermark';
import { highestZone, requestType, zonelistAt } from './zonelist';

// A run of order-0 requests with one mask is served from one per-cpu list until it is empty: once the second request has
// passed the watermark test, neither the zone's free count nor its flags change, so the test need not be made again. Same
// frames as one by one, a third of the time. Whoever makes many requests keeps what allocBlock gave last, and opens the
// stream from it (streamPcp, streamList) when the next one comes.

/** The per-cpu lists that an order-0 block of allocBlock came from. */
@inline
export function streamPcp(pfn: u32, cpu: u32): Pcp {
  return pcpAt(cpu, blockZone(pfn));
}

/**
 * Of those, the list that the next request with this mask is served from; 0: allocBlock must be asked, because the refill
 * before took the zone below its mark.
 */
export function streamList(pcp: Pcp, pfn: u32, gfp: u32): usize {
  if (!HAS_LISTS) return 0;
  const index = blockZone(pfn);
  if (index >= <u32>KERNEL_ZONES) return 0;
  const highest = highestZone(gfp);
  if (!zoneMayServe(zoneAt(index), 0, highest, fastFlags(gfp, highest))) return 0;
  return pcpList(pcp, requestType(gfp));
}

/** The next frame of a run, NIL when allocBlock must be asked. The caller counts it (STAT_ALLOC_*). */
@inline
export function streamTake(pcp: Pcp, list: usize): u32 {
  if (list == 0) return NIL;
  const pfn = listPopHead(list);
  if (pfn == NIL) return NIL;
  pcp.count--;
  pcp.freeCount >>= 1;
  return pfn;
}

/**
 * Up to `want` frames of a run at once, as far as neighbours follow each other on the list, upwards or downwards: as many calls
 * of streamTake. A run as in kernel/run, of frames below zero when it goes down from its first; NO_RUN when allocBlock must
 * be asked. The caller counts its frames (STAT_ALLOC_*).
 */
@inline
export function streamRun(pcp: Pcp, list: usize, want: u32): u64 {
  if (list == 0) return NO_RUN;
  const first = listHead(list);
  if (first == NIL) return NO_RUN;
  const run = listRun(first, want);
  const frames = <u32>abs(run);
  listCutHead(list, linkNext(runLast(first, run)));
  pcp.count -= frames;
  pcp.freeCount >>= min<u32>(frames, 31);
  return makeRun(first, run);
}

/** A block from one zone by the right of the request: per-cpu lists, buddy, reserves. NIL: none. */
@inline
function takeFromZone(zone: Zone, index: u32, order: u32, type: u32, flags: u32, cpu: u32): u32 {
  if (!HAS_LISTS) return llfreeTake(zone, index, order, type, cpu);
  let pfn: u32 = NIL;
  if (pcpAllowed(order)) pfn = pcpTake(pcpAt(cpu, index), zone, order, type, flags);
  if (pfn == NIL) pfn = takeFromBuddy(zone, order, type, flags);
  if ((flags & ALLOC_KSWAPD) != 0 && (zone.flags & ZONE_FLAG_BOOSTED_WATERMARK) != 0) {
    zone.flags &= ~ZONE_FLAG_BOOSTED_WATERMARK;
    wakeKswapd(0, index);
  }
  return pfn;
}

function takeFromBuddy(zone: Zone, order: u32, type: u32, flags: u32): u32 {
  let pfn: u32 = NIL;
  if ((flags & ALLOC_HIGHATOMIC) != 0) pfn = takeSmallest(zone, order, MIGRATE_HIGHATOMIC);
  if (pfn == NIL) {
    pfn = takeBlock(zone, order, type, flags, newSearch(0));
  }
  if (pfn == NIL && (flags & (ALLOC_OOM | ALLOC_NON_BLOCK)) != 0) {
    pfn = takeSmallest(zone, order, MIGRATE_HIGHATOMIC);
  }
  return pfn;
}

/** Wakes kswapd; it remembers the highest zone and the largest order of all that woke it before its next run. */
function wakeKswapd(order: u32, highest: u32): void {
  const asked = guest.kswapdWake;
  const zone = max((asked >> KSWAPD_HIGHEST_SHIFT) & 0xff, highest);
  const largest = max(asked >> KSWAPD_ORDER_SHIFT, order);
  guest.kswapdWake =
    KSWAPD_WOKEN | (zone << KSWAPD_HIGHEST_SHIFT) | (largest << KSWAPD_ORDER_SHIFT);
  count(STAT_KSWAPD_WAKES, 1);
}

/** Whether the zone may serve the request now; notes that it fell below its high mark. */
@inline
function zoneMayServe(zone: Zone, order: u32, highest: u32, flags: u32): bool {
  if ((zone.flags & ZONE_FLAG_BELOW_HIGH) == 0) {
    const high = wmark(zone, ALLOC_WMARK_HIGH);
    if (order == 0 && hasFrames(zone, high, highest, flags)) return true;
    if (watermarkFast(zone, order, high, highest, flags)) return true;
    zone.flags |= ZONE_FLAG_BELOW_HIGH;
  }
  return mayServeLow(zone, order, highest, flags);
}

/** zoneMayServe below the high mark. */
function mayServeLow(zone: Zone, order: u32, highest: u32, flags: u32): bool {
  const mark = wmark(zone, flags & ALLOC_WMARK_MASK);
  if (watermarkFast(zone, order, mark, highest, flags)) return true;
  return (flags & ALLOC_NO_WATERMARKS) != 0;
}

/** get_page_from_freelist: the first zone of the zonelist that may and can serve; NIL if none. */
function takeFromZonelist(gfp: u32, highest: u32, order: u32, flags: u32, cpu: u32): u32 {
  const type = requestType(gfp);
  while (true) {
    for (let position: u32 = 0; position < guest.zonelistCount; position++) {
      const index = zonelistAt(position);
      if (index > highest) continue;
      const zone = zoneAt(index);
      if (!zoneMayServe(zone, order, highest, flags)) continue;
      const pfn = takeFromZone(zone, index, order, type, flags, cpu);
      if (pfn == NIL) continue;
      if (HAS_LISTS && order > 0 && (flags & ALLOC_HIGHATOMIC) != 0)
        reserveHighatomic(zone, pfn, order);
      return pfn;
    }
    if ((flags & ALLOC_NOFRAGMENT) == 0) return NIL;
    flags &= ~ALLOC_NOFRAGMENT;
  }
}

/** Rights of the first, fast attempt. */
@inline
export function fastFlags(gfp: u32, highest: u32): u32 {
  let flags: u32 = ALLOC_WMARK_LOW | (gfp & GFP_KSWAPD_RECLAIM);
  for (let position: u32 = 0; position < guest.zonelistCount; position++) {
    const index = zonelistAt(position);
    if (index > highest) continue;
    if (index == ZONE_NORMAL) flags |= ALLOC_NOFRAGMENT;
    break;
  }
  return flags;
}

/** Rights of the slow path (gfp_to_alloc_flags). */
function slowFlags(gfp: u32, order: u32): u32 {
  let flags: u32 = ALLOC_WMARK_MIN | (gfp & (GFP_KSWAPD_RECLAIM | GFP_HIGH));
  if ((gfp & GFP_DIRECT_RECLAIM) == 0 && (gfp & GFP_NOMEMALLOC) == 0) {
    flags |= ALLOC_NON_BLOCK;
    if (order > 0 && (flags & ALLOC_MIN_RESERVE) != 0) flags |= ALLOC_HIGHATOMIC;
  }
  return flags;
}

/** An allocation that was served is counted. */
@inline
function served(pfn: u32, order: u32): i32 {
  count(STAT_ALLOC_CALLS, 1);
  count(STAT_ALLOC_PAGES, 1 << order);
  return pfn;
}

/** What a request is answered that comes while a block waits for its host memory: that block, or a status; 0: none waits. */
function afterWait(order: u32): i32 {
  if (llfreeWaiting() == NIL) return 0;
  const pfn = llfreeInstalled(order);
  if (pfn != NIL) return served(pfn, order);
  return llfreeWaiting() == NIL ? 0 : STATUS_NEED_INSTALL;
}

/**
 * What the first attempt takes where it changes nothing but lists and counts: a block of the first zone that the mask allows,
 * when that is above its high mark and boosted by nobody; off a per-cpu list that has one, or for orders without such lists
 * off the zone's. NIL: allocFully must be asked.
 */
@inline
function takeQuickly(gfp: u32, order: u32, cpu: u32): u32 {
  if (!HAS_LISTS) return NIL;
  const highest = highestZone(gfp);
  let position: u32 = 0;
  while (position < guest.zonelistCount && zonelistAt(position) > highest) position++;
  if (position == guest.zonelistCount) return NIL;
  const index = zonelistAt(position);
  const zone = zoneAt(index);
  if ((zone.flags & (ZONE_FLAG_BELOW_HIGH | ZONE_FLAG_BOOSTED_WATERMARK)) != 0) return NIL;
  const mark = wmark(zone, ALLOC_WMARK_HIGH) + (1 << order) - 1;
  if (!hasFrames(zone, mark, highest, 0)) return NIL;
  if (order > 0 && !hasBlock(zone, order, 0)) return NIL;
  const type = requestType(gfp);
  return pcpAllowed(order)
    ? pcpTakeQuickly(pcpAt(cpu, index), order, type)
    : takeSmallest(zone, order, type);
}

/**
 * Allocates 2^order frames for the mask. Head frame, STATUS_NEED_RECLAIM when the request may reclaim and must,
 * STATUS_NO_MEMORY when it may not. On LLFree STATUS_NEED_INSTALL: the same request will get what now waits for the host.
 */
export function allocBlock(gfp: u32, order: u32, cpu: u32): i32 {
  const pfn = takeQuickly(gfp, order, cpu);
  return pfn == NIL ? allocFully(gfp, order, cpu) : served(pfn, order);
}

/** allocBlock with all of its rules. */
function allocFully(gfp: u32, order: u32, cpu: u32): i32 {
  if (!HAS_LISTS) {
    const waited = afterWait(order);
    if (waited != 0) return waited;
  }
  const highest = highestZone(gfp);
  let pfn = takeFromZonelist(gfp, highest, order, fastFlags(gfp, highest), cpu);
  if (pfn == NIL) {
    count(STAT_SLOW_PATHS, 1);
    if ((gfp & GFP_KSWAPD_RECLAIM) != 0) wakeKswapd(order, highest);
    pfn = takeFromZonelist(gfp, highest, order, slowFlags(gfp, order), cpu);
    if (pfn == NIL) {
      count(STAT_ALLOC_FAILURES, 1);
      return (gfp & GFP_DIRECT_RECLAIM) != 0 ? STATUS_NEED_RECLAIM : STATUS_NO_MEMORY;
    }
  }
  if (!HAS_LISTS && llfreeWaiting() != NIL) return STATUS_NEED_INSTALL;
  return served(pfn, order);
}

/** An attempt that comes to nothing: zones below their high mark are flagged as such. */
export function refuse(gfp: u32, order: u32): void {
  const highest = highestZone(gfp);
  for (let position: u32 = 0; position < guest.zonelistCount; position++) {
    const index = zonelistAt(position);
    if (index <= highest) zoneMayServe(zoneAt(index), order, highest, slowFlags(gfp, order));
  }
}

/** A request that was refused, again after its task has reclaimed or compacted: it stays in the slow path, at the min mark. */
export function allocAgain(gfp: u32, order: u32, cpu: u32): i32 {
  const pfn = takeFromZonelist(gfp, highestZone(gfp), order, slowFlags(gfp, order), cpu);
  return pfn == NIL ? STATUS_NEED_RECLAIM : served(pfn, order);
}

/** A request that was refused, of a task that is being killed for want of memory: half of what the min mark keeps is for it. */
export function allocVictim(gfp: u32, order: u32, cpu: u32): i32 {
  if ((gfp & GFP_NOMEMALLOC) != 0) return STATUS_NEED_RECLAIM;
  const flags = ALLOC_WMARK_MIN | ALLOC_OOM | (gfp & GFP_KSWAPD_RECLAIM);
  const pfn = takeFromZonelist(gfp, highestZone(gfp), order, flags, cpu);
  return pfn == NIL ? STATUS_NEED_RECLAIM : served(pfn, order);
}


@inline
export function markAllocated(pfn: u32, order: u32, gfp: u32, tag: u32): void {
  const movable = (gfp & GFP_MOVABLE) != 0;
  setState(pfn, movable ? KIND_MOVABLE : KIND_UNMOVABLE, order);
  setRequest(pfn, gfp, tag);
}

/** A page request from outside: allocBlock plus the frame's record. `tag` is the host's and comes back nowhere. */
export function allocPages(gfp: u32, order: u32, cpu: u32, tag: u32): i32 {
  if (order >= <u32>ORDERS || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const quick = takeQuickly(gfp, order, cpu);
  const pfn = quick == NIL ? allocFully(gfp, order, cpu) : served(quick, order);
  if (pfn >= 0) markAllocated(pfn, order, gfp, tag);
  return pfn;
}

/** Frees 2^order frames of a kernel zone: to the per-cpu lists where there are some, else to the zone. */
@inline
export function giveBack(zone: Zone, place: u32, pfn: u32, order: u32, cpu: u32): void {
  if (!HAS_LISTS || !pcpAllowed(order)) {
    freeSplit(zone, pfn, order, 0);
    return;
  }
  let type = placeType(place);
  if (type >= <u32>MIGRATE_PCPTYPES) {
    if (type == MIGRATE_ISOLATE) {
      freeOne(zone, pfn, order, type, 0);
      return;
    }
    type = MIGRATE_MOVABLE;
  }
  const pcp = pcpAt(cpu, placeZone(place));
  if (pcpGive(pcp, zone, place, pfn, order, type)) clearBelowHigh(zone);
}

/**
 * Frees single frames, a table of their numbers, first to last: as many calls of giveBack, but the per-cpu lists' sizes are
 * looked at only where they matter. All lie in kernel zones.
 */
export function giveBackAll(frames: usize, count: u32, cpu: u32): void {
  for (let at: u32 = 0; at < count;) {
    const next = frames + ((<usize>at) << 2);
    const pfn = load<u32>(next);
    const place = blockPlace(pfn);
    const index = placeZone(place);
    const type = placeType(place);
    const zone = zoneAt(index);
    let given: u32 = 0;
    if (HAS_LISTS && type < <u32>MIGRATE_PCPTYPES) {
      given = pcpGiveRun(pcpAt(cpu, index), zone, type, next, count - at);
    }
    if (given == 0) {
      giveBack(zone, place, pfn, 0, cpu);
      given = 1;
    }
    at += given;
  }
}
