// Watermarks and reserves: how much of a zone is kept back, and for whom (docs/linux-memory.md A.12 to A.14).

import {
  KERNEL_ZONES,
  ZONE_FLAG_BELOW_HIGH,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../../src/abi/layout';
import { FRAME_BYTES, KIB, ORDERS, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import {
  ALLOC_HIGHATOMIC,
  ALLOC_KSWAPD,
  ALLOC_MIN_RESERVE,
  ALLOC_NON_BLOCK,
  ALLOC_OOM,
  ALLOC_RESERVES,
  ALLOC_WMARK_HIGH,
  ALLOC_WMARK_LOW,
  ALLOC_WMARK_MASK,
  ALLOC_WMARK_MIN,
  GFP_HIGH,
  GFP_KSWAPD_RECLAIM,
} from '../../src/abi/gfp';
import {
  MIGRATE_HIGHATOMIC,
  MIGRATE_MOVABLE,
  MIGRATE_RECLAIMABLE,
  MIGRATE_TYPES,
  MIGRATE_UNMOVABLE,
} from '../../src/abi/migratetype';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status';
import { guest } from '../base/guest';
import { Zone, orderMask, reserveFor, setReserveFor, zoneAt } from '../base/zone';
import { resizeLag, seenFree } from './lag';
import { HAS_LISTS } from './llfree';
import { pcpResize } from './percpu';

if (ALLOC_RESERVES != (ALLOC_OOM | ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC)) {
  ERROR('ALLOC_RESERVES is each right to dip below the min watermark');
}
if (ALLOC_KSWAPD != GFP_KSWAPD_RECLAIM || ALLOC_MIN_RESERVE != GFP_HIGH) {
  ERROR('two rights are bits of the mask itself');
}

const KB_PER_FRAME = 4;
if (KB_PER_FRAME * KIB != FRAME_BYTES) ERROR('KB_PER_FRAME');
const MIN_FREE_KB_LEAST: u32 = 128;
const MIN_FREE_KB_MOST: u32 = 262144;
/** THP wants two pageblocks and nine for the types' fallbacks kept free in each zone (khugepaged). */
const THP_BLOCKS_A_ZONE: u32 = 11;

/** A watermark with the current boost on top. */
@inline
export function wmark(zone: Zone, which: u32): u32 {
  if (which == ALLOC_WMARK_MIN) return zone.wmarkMin + zone.boost;
  if (which == ALLOC_WMARK_LOW) return zone.wmarkLow + zone.boost;
  return zone.wmarkHigh + zone.boost;
}

/** Whether some list of the order or above can serve a request with these rights. */
@inline
export function hasBlock(zone: Zone, order: u32, flags: u32): bool {
  // LLFree does not look
  if (!HAS_LISTS) return true;
  let orders =
    orderMask(zone, MIGRATE_UNMOVABLE) |
    orderMask(zone, MIGRATE_MOVABLE) |
    orderMask(zone, MIGRATE_RECLAIMABLE);
  if ((flags & (ALLOC_HIGHATOMIC | ALLOC_OOM)) != 0) orders |= orderMask(zone, MIGRATE_HIGHATOMIC);
  return orders >> order != 0;
}

/** zone_watermark_ok with an explicit number of free frames. */
function watermarkOkWith(
  zone: Zone,
  order: u32,
  mark: u32,
  highest: u32,
  flags: u32,
  free: i64,
): bool {
  let left = free - (((<i64>1) << order) - 1);
  if ((flags & ALLOC_RESERVES) == 0) left -= zone.freeHighatomic;
  let least: i64 = mark;
  if ((flags & ALLOC_MIN_RESERVE) != 0) {
    least -= least / 2;
    if ((flags & ALLOC_NON_BLOCK) != 0) least -= least / 4;
  }
  if ((flags & ALLOC_OOM) != 0) least -= least / 2;
  if (left <= least + reserveFor(zone, highest)) return false;
  return order == 0 || hasBlock(zone, order, flags);
}


@inline
export function watermarkOk(zone: Zone, order: u32, mark: u32, highest: u32, flags: u32): bool {
  return watermarkOkWith(zone, order, mark, highest, flags, seenFree(zone));
}

/** The short cut of zone_watermark_fast for order 0. */
@inline
export function hasFrames(zone: Zone, mark: u32, highest: u32, flags: u32): bool {
  let usable = seenFree(zone);
  if ((flags & ALLOC_RESERVES) == 0) usable -= zone.freeHighatomic;
  return usable > <i64>mark + reserveFor(zone, highest);
}

/**
 * zone_watermark_fast: the same answer with a short cut for order 0, and one more chance below a boosted mark for
 * requests that may dip into the min reserve.
 */
export function watermarkFast(zone: Zone, order: u32, mark: u32, highest: u32, flags: u32): bool {
  if (order == 0 && hasFrames(zone, mark, highest, flags)) return true;
  if (watermarkOk(zone, order, mark, highest, flags)) return true;
  const atMin = (flags & ALLOC_WMARK_MASK) == ALLOC_WMARK_MIN;
  if (order == 0 && (flags & ALLOC_MIN_RESERVE) != 0 && zone.boost != 0 && atMin) {
    return watermarkOk(zone, order, zone.wmarkMin, highest, flags);
  }
  return false;
}

/**
 * pgdat_balanced: 1 when any zone up to `highest` passes the test at its high mark, boost and reserve for `highest`
 * included, or none of them has memory. kswapd sleeps then.
 */
export function nodeBalanced(order: u32, highest: u32): i32 {
  if (order >= <u32>ORDERS || highest >= <u32>KERNEL_ZONES) return STATUS_BAD_ARGUMENT;
  let zones = 0;
  for (let index: u32 = 0; index <= highest; index++) {
    const zone = zoneAt(index);
    if (zone.managed == 0) continue;
    zones++;
    if (watermarkOk(zone, order, wmark(zone, ALLOC_WMARK_HIGH), highest, 0)) return 1;
  }
  return zones == 0 ? 1 : 0;
}

function squareRoot(value: u64): u64 {
  let root = <u64>sqrt<f64>(<f64>value);
  while (root * root > value) root--;
  while ((root + 1) * (root + 1) <= value) root++;
  return root;
}

/** Frames that a zone can spare above its high watermark, as min_free_kbytes sees them. */
function spareFrames(withHigh: bool): u64 {
  let total: u64 = 0;
  for (let index: u32 = 0; index <= <u32>ZONE_NORMAL; index++) {
    const zone = zoneAt(index);
    const high = withHigh ? zone.wmarkHigh + zone.boost : 0;
    if (zone.managed > high) total += zone.managed - high;
  }
  return total;
}

/** min_free_kbytes from the size of low memory; a larger user value wins, THP raises it. */
export function computeMinFree(firstTime: bool): void {
  const spare = spareFrames(!firstTime);
  const root = <u32>squareRoot(spare * KB_PER_FRAME * 16);
  const computed = min(max(root, MIN_FREE_KB_LEAST), MIN_FREE_KB_MOST);
  guest.minFreeKb = computed > guest.userMinFreeKb ? computed : guest.userMinFreeKb;
}

/** set_recommended_min_free_kbytes: with THP on, keep enough pageblocks free; at most 5 % of low memory. */
export function raiseMinFreeForThp(): void {
  let zones: u32 = 0;
  for (let index: u32 = 0; index <= <u32>ZONE_NORMAL; index++) {
    if (zoneAt(index).present != 0) zones++;
  }
  const wanted = <u64>zones * PAGEBLOCK_FRAMES * THP_BLOCKS_A_ZONE;
  const frames = min<u64>(wanted, spareFrames(true) / 20);
  const kb = <u32>(frames * KB_PER_FRAME);
  if (kb > guest.minFreeKb) guest.minFreeKb = kb;
}

/** Watermarks of every kernel zone from min_free_kbytes. */
function setMarks(): void {
  const framesMin: u64 = guest.minFreeKb / KB_PER_FRAME;
  let lowmem: u64 = 0;
  for (let index: u32 = 0; index <= <u32>ZONE_NORMAL; index++) lowmem += zoneAt(index).managed;
  if (lowmem == 0) lowmem = 1;
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    const zone = zoneAt(index);
    const share = (framesMin * zone.managed) / lowmem;
    const least = index == ZONE_MOVABLE ? movableMin(zone.managed) : <u32>share;
    const scaled = (<u64>zone.managed * guest.scaleFactor) / 10000;
    const step = <u32>max<u64>(share / 4, scaled);
    zone.boost = 0;
    zone.wmarkMin = least;
    zone.wmarkLow = least + step;
    zone.wmarkHigh = zone.wmarkLow + step;
    zone.wmarkPromo = zone.wmarkHigh + step;
  }
}

/** Watermarks of every kernel zone from min_free_kbytes, then reserves and per-cpu sizes. */
export function setupWatermarks(): void {
  setMarks();
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) resizeLag(zoneAt(index));
  setupReserves();
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) pcpResize(index);
}

/**
 * Huge pages are switched on while the kernel runs: khugepaged starts and min_free_kbytes rises. Watermarks and per-cpu sizes
 * follow; reserves and the threshold of the counts stay as memory's last change left them.
 */
export function startKhugepaged(): void {
  guest.thp = 1;
  raiseMinFreeForThp();
  setMarks();
  countReserve();
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) pcpResize(index);
}


@inline
function movableMin(managed: u32): u32 {
  return min<u32>(max<u32>(managed / 1024, 32), 128);
}

/** lowmem_reserve_ratio's defaults; 0: keeps nothing back. */
@inline
function reserveRatio(index: u32): u32 {
  if (index == ZONE_NORMAL) return 32;
  return index == ZONE_MOVABLE ? 0 : 256;
}

/** What each zone keeps back from requests that could have used a higher one. */
function setupReserves(): void {
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    const zone = zoneAt(index);
    const ratio = reserveRatio(index);
    let above: u32 = 0;
    for (let highest: u32 = 0; highest < <u32>KERNEL_ZONES; highest++) {
      if (highest > index) above += zoneAt(highest).managed;
      const clear = highest <= index || ratio == 0 || zone.managed == 0;
      setReserveFor(zone, highest, clear ? 0 : above / ratio);
    }
  }
  countReserve();
}

/** What zones keep back in all: the largest reserve of each, and its high mark. */
function countReserve(): void {
  let total: u32 = 0;
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    const zone = zoneAt(index);
    let most: u32 = 0;
    for (let highest: u32 = 0; highest < <u32>KERNEL_ZONES; highest++) {
      most = max(most, reserveFor(zone, highest));
    }
    total += min(zone.managed, most + zone.wmarkHigh + zone.boost);
  }
  guest.totalReserve = total;
}

/** Grouping by mobility makes no sense where there is hardly a pageblock for each type. */
export function decideMobility(): void {
  let beyond: u64 = 0;
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    const zone = zoneAt(index);
    const high = zone.wmarkHigh + zone.boost;
    if (zone.managed > high) beyond += zone.managed - high;
  }
  guest.mobilityOff = beyond < <u64>PAGEBLOCK_FRAMES * MIGRATE_TYPES ? 1 : 0;
}

/** After frees have drained to the zone: is it above its high mark again? */
@inline
export function clearBelowHigh(zone: Zone): void {
  if ((zone.flags & ZONE_FLAG_BELOW_HIGH) == 0) return;
  if (watermarkOk(zone, 0, wmark(zone, ALLOC_WMARK_HIGH), ZONE_MOVABLE, 0)) {
    zone.flags &= ~ZONE_FLAG_BELOW_HIGH;
  }
}

/** init_per_zone_wmark_min again, after memory came or went (or min_free_kbytes was set). */
export function resizeWatermarks(): void {
  computeMinFree(false);
  setupWatermarks();
  if (guest.thp == 0) return;
  raiseMinFreeForThp();
  setupWatermarks();
}
