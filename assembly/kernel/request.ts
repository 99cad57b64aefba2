// Page requests: gfp mask to zone and type, the walk over the zonelist, and giving back. The slow path's reclaim is
// the guest's business (src/guest): a request that would have to wait returns STATUS_NEED_RECLAIM.

import {
  KERNEL_ZONES,
  KIND_MOVABLE,
  KIND_UNMOVABLE,
  PAGEBLOCK_NO_ZONE,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_FLAG_BELOW_HIGH,
  ZONE_FLAG_BOOSTED_WATERMARK,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../../src/abi/layout';
import { ORDERS, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
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
  GFP_DMA,
  GFP_DMA32,
  GFP_HIGH,
  GFP_HIGHMEM,
  GFP_KSWAPD_RECLAIM,
  GFP_MOVABLE,
  GFP_NOMEMALLOC,
  GFP_RECLAIMABLE,
} from '../../src/abi/gfp';
import {
  MIGRATE_HIGHATOMIC,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_PCPTYPES,
  MIGRATE_UNMOVABLE,
} from '../../src/abi/migratetype';
import { CZONE_DYING } from '../../src/abi/czone';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_FAILURES,
  STAT_ALLOC_PAGES,
  STAT_FREE_CALLS,
  STAT_FREE_PAGES,
  STAT_HIGHATOMIC_BLOCKS,
  STAT_KSWAPD_WAKES,
  STAT_SLOW_PATHS,
} from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_NEED_RECLAIM, STATUS_NO_MEMORY } from '../../src/abi/status';
import { NIL, kindOf, orderOf, setState, setWord0, setWord1 } from '../base/frame';
import { Guest, guest, spanFrames } from '../base/guest';
import { listHead, listPopHead } from '../base/list';
import {
  blockType,
  blockZone,
  mergeable,
  setBlockRangeType,
  setBlockType,
} from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, freeList, orderMask, zoneAt, zoneIndex } from '../base/zone';
import { FREE_TO_HEAD, freeOne, freeSplit, moveFree, takeSmallest } from './buddy';
import { moveFreeOfBlock, resetMode, takeBlock } from './fallback';
import { Pcp, pcpAllowed, pcpAt, pcpGive, pcpList, pcpTake } from './percpu';
import { clearBelowHigh, watermarkFast, wmark } from './watermark';
import { settleDying } from '../object/czone-exit';

/** gfp_zone: the highest zone a request may use. */
export function highestZone(gfp: u32): u32 {
  if ((gfp & GFP_DMA) != 0) return ZONE_DMA;
  if ((gfp & GFP_DMA32) != 0) return ZONE_DMA32;
  const highmem = (gfp & GFP_HIGHMEM) != 0;
  return highmem && (gfp & GFP_MOVABLE) != 0 ? ZONE_MOVABLE : ZONE_NORMAL;
}

/** gfp_migratetype: the list a request is served from. */
@inline
export function requestType(gfp: u32): u32 {
  if (guest.mobilityOff != 0) return MIGRATE_UNMOVABLE;
  return (gfp & (GFP_MOVABLE | GFP_RECLAIMABLE)) >> 3;
}


@inline
export function zonelistAt(position: u32): u32 {
  return load<u32>(
    changetype<usize>(guest) + ((<usize>position) << 2),
    offsetof<Guest>('zonelist0'),
  );
}

/** Populated kernel zones from the highest down. Rebuilt when a zone becomes populated or empty. */
export function buildZonelist(): void {
  let length: u32 = 0;
  for (let index: i32 = KERNEL_ZONES - 1; index >= 0; index--) {
    if (zoneAt(index).present == 0) continue;
    const at = changetype<usize>(guest) + ((<usize>length) << 2);
    store<u32>(at, index, offsetof<Guest>('zonelist0'));
    length++;
  }
  guest.zonelistCount = length;
}

// A run of order-0 requests with one mask is served from one per-cpu list until it is empty: in between neither the zone's
// free count nor its flags change, so the watermark tests need not be made again. Same frames, a third of the time.
let streamPcp: usize = 0;
let streamList: usize = 0;


@inline
function streamFrom(pcp: Pcp, type: u32): void {
  streamPcp = changetype<usize>(pcp);
  streamList = pcpList(pcp, type);
}

/** Starts a run: the next frame comes from allocBlock. */
@inline
export function streamReset(): void {
  streamList = 0;
}

/** The next frame of a run, NIL when allocBlock must be asked. The caller counts it (STAT_ALLOC_*). */
@inline
export function streamTake(): u32 {
  if (streamList == 0) return NIL;
  const pfn = listPopHead(streamList);
  if (pfn == NIL) {
    streamList = 0;
    return NIL;
  }
  const pcp = changetype<Pcp>(streamPcp);
  pcp.count--;
  pcp.freeCount >>= 1;
  return pfn;
}

/** A block from one zone by the right of the request: per-cpu lists, buddy, reserves. NIL: none. */
function takeFromZone(zone: Zone, order: u32, type: u32, flags: u32, cpu: u32): u32 {
  let pfn: u32 = NIL;
  const index = zoneIndex(zone);
  if (pcpAllowed(order) && index < <u32>KERNEL_ZONES) {
    const pcp = pcpAt(cpu, index);
    pfn = pcpTake(pcp, zone, order, type, flags);
    if (order == 0) streamFrom(pcp, type);
  }
  if (pfn == NIL) pfn = takeFromBuddy(zone, order, type, flags);
  if ((flags & ALLOC_KSWAPD) != 0 && (zone.flags & ZONE_FLAG_BOOSTED_WATERMARK) != 0) {
    zone.flags &= ~ZONE_FLAG_BOOSTED_WATERMARK;
    wakeKswapd();
  }
  return pfn;
}

function takeFromBuddy(zone: Zone, order: u32, type: u32, flags: u32): u32 {
  let pfn: u32 = NIL;
  if ((flags & ALLOC_HIGHATOMIC) != 0) pfn = takeSmallest(zone, order, MIGRATE_HIGHATOMIC);
  if (pfn == NIL) {
    resetMode();
    pfn = takeBlock(zone, order, type, flags);
  }
  if (pfn == NIL && (flags & (ALLOC_OOM | ALLOC_NON_BLOCK)) != 0) {
    pfn = takeSmallest(zone, order, MIGRATE_HIGHATOMIC);
  }
  return pfn;
}


@inline
function wakeKswapd(): void {
  guest.kswapdWake = 1;
  count(STAT_KSWAPD_WAKES, 1);
}

/** Whether the zone may serve the request now; notes that it fell below its high mark. */
function zoneMayServe(zone: Zone, order: u32, highest: u32, flags: u32): bool {
  if ((zone.flags & ZONE_FLAG_BELOW_HIGH) == 0) {
    if (watermarkFast(zone, order, wmark(zone, ALLOC_WMARK_HIGH), highest, flags)) return true;
    zone.flags |= ZONE_FLAG_BELOW_HIGH;
  }
  const mark = wmark(zone, flags & ALLOC_WMARK_MASK);
  if (watermarkFast(zone, order, mark, highest, flags)) return true;
  return (flags & ALLOC_NO_WATERMARKS) != 0;
}

/** After a high-order atomic request succeeded: keep the rest of its pageblock for the next ones. */
function reserveHighatomic(zone: Zone, pfn: u32, order: u32): void {
  const share = zone.managed / 100;
  if (share < <u32>PAGEBLOCK_FRAMES) return;
  const limit = (share + PAGEBLOCK_FRAMES - 1) & ~(PAGEBLOCK_FRAMES - 1);
  if (zone.reservedHighatomic >= limit) return;
  const type = blockType(pfn);
  if (!mergeable(type)) return;
  if (order < <u32>PAGEBLOCK_ORDER) {
    moveFreeOfBlock(zone, pfn, type, MIGRATE_HIGHATOMIC);
    setBlockType(pfn, MIGRATE_HIGHATOMIC);
    zone.reservedHighatomic += PAGEBLOCK_FRAMES;
  } else {
    setBlockRangeType(pfn, order, MIGRATE_HIGHATOMIC);
    zone.reservedHighatomic += 1 << order;
  }
  count(STAT_HIGHATOMIC_BLOCKS, 1);
}

/** Gives one reserved pageblock per call back to `type`, the smallest free block's first. Frames moved. */
export function releaseHighatomic(type: u32, force: bool): u32 {
  for (let position: u32 = 0; position < guest.zonelistCount; position++) {
    const zone = zoneAt(zonelistAt(position));
    if (!force && zone.reservedHighatomic <= <u32>PAGEBLOCK_FRAMES) continue;
    const orders = orderMask(zone, MIGRATE_HIGHATOMIC);
    if (orders == 0) continue;
    const order = ctz<u32>(orders);
    const pfn = listHead(freeList(zone, order, MIGRATE_HIGHATOMIC));
    zone.reservedHighatomic -= min<u32>(PAGEBLOCK_FRAMES, zone.reservedHighatomic);
    if (order < <u32>PAGEBLOCK_ORDER) {
      const moved = moveFreeOfBlock(zone, pfn, MIGRATE_HIGHATOMIC, type);
      setBlockType(pfn, type);
      return moved;
    }
    moveFree(zone, pfn, order, MIGRATE_HIGHATOMIC, type);
    setBlockRangeType(pfn, order, type);
    return 1 << order;
  }
  return 0;
}

/** get_page_from_freelist: the first zone of the zonelist that may and can serve; NIL if none. */
export function takeFromZonelist(gfp: u32, order: u32, flags: u32, cpu: u32): u32 {
  const highest = highestZone(gfp);
  const type = requestType(gfp);
  while (true) {
    for (let position: u32 = 0; position < guest.zonelistCount; position++) {
      const index = zonelistAt(position);
      if (index > highest) continue;
      const zone = zoneAt(index);
      if (!zoneMayServe(zone, order, highest, flags)) continue;
      const pfn = takeFromZone(zone, order, type, flags, cpu);
      if (pfn == NIL) continue;
      if (order > 0 && (flags & ALLOC_HIGHATOMIC) != 0) reserveHighatomic(zone, pfn, order);
      return pfn;
    }
    if ((flags & ALLOC_NOFRAGMENT) == 0) return NIL;
    flags &= ~ALLOC_NOFRAGMENT;
  }
}

/** Rights of the first, fast attempt. */
function fastFlags(gfp: u32): u32 {
  let flags: u32 = ALLOC_WMARK_LOW | (gfp & GFP_KSWAPD_RECLAIM);
  const highest = highestZone(gfp);
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

/**
 * Allocates 2^order frames for the mask. Head frame, STATUS_NEED_RECLAIM when the request may reclaim and must,
 * STATUS_NO_MEMORY when it may not.
 */
export function allocBlock(gfp: u32, order: u32, cpu: u32): i32 {
  let pfn = takeFromZonelist(gfp, order, fastFlags(gfp), cpu);
  if (pfn == NIL) {
    count(STAT_SLOW_PATHS, 1);
    if ((gfp & GFP_KSWAPD_RECLAIM) != 0) wakeKswapd();
    pfn = takeFromZonelist(gfp, order, slowFlags(gfp, order), cpu);
    if (pfn == NIL) {
      count(STAT_ALLOC_FAILURES, 1);
      return (gfp & GFP_DIRECT_RECLAIM) != 0 ? STATUS_NEED_RECLAIM : STATUS_NO_MEMORY;
    }
  }
  count(STAT_ALLOC_CALLS, 1);
  count(STAT_ALLOC_PAGES, 1 << order);
  return pfn;
}


@inline
export function markAllocated(pfn: u32, order: u32, gfp: u32, tag: u32): void {
  const movable = (gfp & GFP_MOVABLE) != 0;
  setState(pfn, movable ? KIND_MOVABLE : KIND_UNMOVABLE, order);
  setWord0(pfn, gfp);
  setWord1(pfn, tag);
}

/** A page request from outside: allocBlock plus the frame's record. `tag` is the host's and comes back nowhere. */
export function allocPages(gfp: u32, order: u32, cpu: u32, tag: u32): i32 {
  if (order >= <u32>ORDERS || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const pfn = allocBlock(gfp, order, cpu);
  if (pfn >= 0) markAllocated(pfn, order, gfp, tag);
  return pfn;
}

/**
 * Frees 2^order frames the way the kernel does: per-cpu lists where there are some, else the zone.
 * The caller counts it (countFrees).
 */
export function freeBlock(pfn: u32, order: u32, cpu: u32): void {
  const index = blockZone(pfn);
  const zone = zoneAt(index);
  if (index >= <u32>KERNEL_ZONES) {
    freeSplit(zone, pfn, order, FREE_TO_HEAD);
    if (zone.state == CZONE_DYING) settleDying(zone, pfn);
    return;
  }
  if (!pcpAllowed(order)) {
    freeSplit(zone, pfn, order, 0);
    return;
  }
  let type = blockType(pfn);
  if (type >= <u32>MIGRATE_PCPTYPES) {
    if (type == MIGRATE_ISOLATE) {
      freeOne(zone, pfn, order, type, 0);
      return;
    }
    type = MIGRATE_MOVABLE;
  }
  if (pcpGive(pcpAt(cpu, index), zone, pfn, order, type)) clearBelowHigh(zone);
}


@inline
export function countFrees(calls: u32, frames: u32): void {
  count(STAT_FREE_CALLS, calls);
  count(STAT_FREE_PAGES, frames);
}

/** Frees a block that allocPages gave. */
export function freePages(pfn: u32, order: u32, cpu: u32): i32 {
  if (pfn >= spanFrames || order >= <u32>ORDERS || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  if (blockZone(pfn) == PAGEBLOCK_NO_ZONE) return STATUS_BAD_ARGUMENT;
  const kind = kindOf(pfn);
  if (kind != KIND_MOVABLE && kind != KIND_UNMOVABLE) return STATUS_BAD_ARGUMENT;
  if (orderOf(pfn) != order) return STATUS_BAD_ARGUMENT;
  freeBlock(pfn, order, cpu);
  countFrees(1, 1 << order);
  return 0;
}
