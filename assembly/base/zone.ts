// A zone: a span of frames with its free lists, watermarks and counters. CZones are zones of the same kind
// with an owner, a limit and a list of blocks; kernel zones leave those fields at zero.
//
//   0 start   4 spanned  8 present  12 managed
//  16 min    20 low     24 high     28 promo    watermarks without boost
//  32 boost  36 flags   40 lowmem_reserve[4]
//  56 reserved highatomic  60 free highatomic  64 free  68 isolated pageblocks
//  72 nr_free[11]  116 orders non-empty[5]  136 compaction: free, async, sync, considered, deferShift, orderFailed
// CZones only:
// 160 owner  164 limit   168 blocks        172 firstBlock  176 lastBlock   180 state
// 184 refs   188 sharedOut  192 backedFree 196 lag         200 compaction: initFree, initSource
// 208 policy 212 outside 216 firstObject   220 reclaiming  224 borrowed    228 peakBlocks
// 232 growBlocks  236 objectFrames         240 lag by CPU (8 bytes)
// 248 lists[11][5] {head, tail}                688 most of a CPU's lag that a recording says

import {
  KERNEL_ZONES,
  LIST_BYTES,
  ZONE_BACKED_FREE_OFFSET,
  ZONE_BLOCKS_OFFSET,
  ZONE_BOOST_OFFSET,
  ZONE_COMPACT_FREE_OFFSET,
  ZONE_FLAGS_OFFSET,
  ZONE_FREE_BY_ORDER_OFFSET,
  ZONE_FREE_HIGHATOMIC_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_ISOLATED_BLOCKS_OFFSET,
  ZONE_LAG_MOST_OFFSET,
  ZONE_LAST_BLOCK_OFFSET,
  ZONE_LIMIT_OFFSET,
  ZONE_LISTS_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_ORDER_MASK_OFFSET,
  ZONE_OWNER_OFFSET,
  ZONE_PRESENT_OFFSET,
  ZONE_REFS_OFFSET,
  ZONE_RESERVED_HIGHATOMIC_OFFSET,
  ZONE_RESERVE_OFFSET,
  ZONE_SHARED_OUT_OFFSET,
  ZONE_SPANNED_OFFSET,
  ZONE_START_OFFSET,
  ZONE_STATE_OFFSET,
  ZONE_STRIDE,
  ZONE_WMARK_HIGH_OFFSET,
  ZONE_WMARK_LOW_OFFSET,
  ZONE_WMARK_MIN_OFFSET,
} from '../../src/abi/layout';
import { ORDERS, ORDER_MAX } from '../../src/abi/unit';
import { MIGRATE_TYPES } from '../../src/abi/migratetype';
import {
  ZONE_FIRST_OBJECT_OFFSET,
  ZONE_GROW_BLOCKS_OFFSET,
  ZONE_OBJECT_FRAMES_OFFSET,
  ZONE_OUTSIDE_OFFSET,
  ZONE_PEAK_BLOCKS_OFFSET,
  ZONE_POLICY_OFFSET,
  ZONE_RECLAIMING_OFFSET,
} from '../../src/abi/czone';
import { zonesBase } from './guest';
import { listReset } from './list';
import { blockStart } from './pageblock';


@unmanaged
export class Zone {
  start: u32;
  spanned: u32;
  present: u32;
  managed: u32;
  wmarkMin: u32;
  wmarkLow: u32;
  wmarkHigh: u32;
  wmarkPromo: u32;
  boost: u32;
  flags: u32;
  reserve0: u32;
  reserve1: u32;
  reserve2: u32;
  reserve3: u32;
  reservedHighatomic: u32;
  freeHighatomic: u32;
  /** NR_FREE_PAGES: buddy pages except those of ISOLATE blocks; without per-cpu lists. */
  free: u32;
  isolatedBlocks: u32;
  freeByOrder0: u32;
  freeByOrder1: u32;
  freeByOrder2: u32;
  freeByOrder3: u32;
  freeByOrder4: u32;
  freeByOrder5: u32;
  freeByOrder6: u32;
  freeByOrder7: u32;
  freeByOrder8: u32;
  freeByOrder9: u32;
  freeByOrder10: u32;
  mask0: u32;
  mask1: u32;
  mask2: u32;
  mask3: u32;
  mask4: u32;
  compactFree: u32;
  compactAsync: u32;
  compactSync: u32;
  compactConsidered: u32;
  compactDeferShift: u32;
  compactOrderFailed: u32;
  owner: u32;
  limit: u32;
  blocks: u32;
  firstBlock: u32;
  lastBlock: u32;
  state: u32;
  refs: u32;
  sharedOut: u32;
  backedFree: u32;
  /** Changes of `free` that watermarks do not see yet, and each CPU's part (kernel/lag). */
  lag: i32;
  /** Pageblocks at which compaction's scanners began when its hints were last cleared (move/compact-hints); 0: never. */
  compactInitFree: u32;
  compactInitSource: u32;
  /** CZones from here on: CZONE_LIMIT_*. */
  policy: u32;
  /** Entries of the zone's objects that name frames elsewhere. */
  outside: u32;
  firstObject: u32;
  /** Frames off the lists while the host releases them. */
  reclaiming: u32;
  borrowed: u32;
  peakBlocks: u32;
  growBlocks: u32;
  /** Frames of the zone that objects map. */
  objectFrames: u32;
  lags0: u32;
  lags1: u32;
}
if (offsetof<Zone>('start') != ZONE_START_OFFSET) ERROR('Zone.start moved');
if (offsetof<Zone>('spanned') != ZONE_SPANNED_OFFSET) ERROR('Zone.spanned moved');
if (offsetof<Zone>('present') != ZONE_PRESENT_OFFSET) ERROR('Zone.present moved');
if (offsetof<Zone>('managed') != ZONE_MANAGED_OFFSET) ERROR('Zone.managed moved');
if (offsetof<Zone>('wmarkMin') != ZONE_WMARK_MIN_OFFSET) ERROR('Zone.wmarkMin moved');
if (offsetof<Zone>('wmarkLow') != ZONE_WMARK_LOW_OFFSET) ERROR('Zone.wmarkLow moved');
if (offsetof<Zone>('wmarkHigh') != ZONE_WMARK_HIGH_OFFSET) ERROR('Zone.wmarkHigh moved');
if (offsetof<Zone>('boost') != ZONE_BOOST_OFFSET) ERROR('Zone.boost moved');
if (offsetof<Zone>('flags') != ZONE_FLAGS_OFFSET) ERROR('Zone.flags moved');
if (offsetof<Zone>('reserve0') != ZONE_RESERVE_OFFSET) ERROR('Zone.reserve0 moved');
if (offsetof<Zone>('reservedHighatomic') != ZONE_RESERVED_HIGHATOMIC_OFFSET)
  ERROR('Zone.reservedHighatomic moved');
if (offsetof<Zone>('freeHighatomic') != ZONE_FREE_HIGHATOMIC_OFFSET)
  ERROR('Zone.freeHighatomic moved');
if (offsetof<Zone>('free') != ZONE_FREE_OFFSET) ERROR('Zone.free moved');
if (offsetof<Zone>('isolatedBlocks') != ZONE_ISOLATED_BLOCKS_OFFSET)
  ERROR('Zone.isolatedBlocks moved');
if (offsetof<Zone>('freeByOrder0') != ZONE_FREE_BY_ORDER_OFFSET) ERROR('Zone.freeByOrder0 moved');
if (offsetof<Zone>('mask0') != ZONE_ORDER_MASK_OFFSET) ERROR('Zone.mask0 moved');
if (offsetof<Zone>('compactFree') != ZONE_COMPACT_FREE_OFFSET) ERROR('Zone.compactFree moved');
if (offsetof<Zone>('owner') != ZONE_OWNER_OFFSET) ERROR('Zone.owner moved');
if (offsetof<Zone>('limit') != ZONE_LIMIT_OFFSET) ERROR('Zone.limit moved');
if (offsetof<Zone>('blocks') != ZONE_BLOCKS_OFFSET) ERROR('Zone.blocks moved');
if (offsetof<Zone>('lastBlock') != ZONE_LAST_BLOCK_OFFSET) ERROR('Zone.lastBlock moved');
if (offsetof<Zone>('state') != ZONE_STATE_OFFSET) ERROR('Zone.state moved');
if (offsetof<Zone>('refs') != ZONE_REFS_OFFSET) ERROR('Zone.refs moved');
if (offsetof<Zone>('sharedOut') != ZONE_SHARED_OUT_OFFSET) ERROR('Zone.sharedOut moved');
if (offsetof<Zone>('backedFree') != ZONE_BACKED_FREE_OFFSET) ERROR('Zone.backedFree moved');
if (offsetof<Zone>('policy') != ZONE_POLICY_OFFSET) ERROR('Zone.policy moved');
if (offsetof<Zone>('outside') != ZONE_OUTSIDE_OFFSET) ERROR('Zone.outside moved');
if (offsetof<Zone>('firstObject') != ZONE_FIRST_OBJECT_OFFSET) ERROR('Zone.firstObject moved');
if (offsetof<Zone>('reclaiming') != ZONE_RECLAIMING_OFFSET) ERROR('Zone.reclaiming moved');
if (offsetof<Zone>('peakBlocks') != ZONE_PEAK_BLOCKS_OFFSET) ERROR('Zone.peakBlocks moved');
if (offsetof<Zone>('growBlocks') != ZONE_GROW_BLOCKS_OFFSET) ERROR('Zone.growBlocks moved');
if (offsetof<Zone>('objectFrames') != ZONE_OBJECT_FRAMES_OFFSET) ERROR('Zone.objectFrames moved');
if (offsetof<Zone>() != ZONE_LISTS_OFFSET) ERROR('Zone and its lists drifted apart');
if (offsetof<Zone>('reserve3') - offsetof<Zone>('reserve0') != 4 * (KERNEL_ZONES - 1)) {
  ERROR('Zone.reserve has a word for each kernel zone');
}
if (offsetof<Zone>('freeByOrder10') - offsetof<Zone>('freeByOrder0') != 4 * ORDER_MAX) {
  ERROR('Zone.freeByOrder has a word for each order');
}
if (offsetof<Zone>('mask4') - offsetof<Zone>('mask0') != 4 * (MIGRATE_TYPES - 1)) {
  ERROR('Zone.mask has a word for each type');
}
if (ZONE_LISTS_OFFSET + ORDERS * MIGRATE_TYPES * LIST_BYTES > ZONE_LAG_MOST_OFFSET)
  ERROR('Zone outgrew its stride');


@inline
export function zoneAt(index: u32): Zone {
  return changetype<Zone>(zonesBase + index * ZONE_STRIDE);
}


@inline
export function zoneIndex(zone: Zone): u32 {
  return <u32>((changetype<usize>(zone) - zonesBase) / ZONE_STRIDE);
}


@inline
export function zoneEnd(zone: Zone): u32 {
  return zone.start + zone.spanned;
}


@inline
export function freeList(zone: Zone, order: u32, migratetype: u32): usize {
  const ofType = changetype<usize>(zone) + migratetype * LIST_BYTES;
  return ofType + (order * (MIGRATE_TYPES * LIST_BYTES) + ZONE_LISTS_OFFSET);
}

/** Bit o is set when list [o][migratetype] is not empty. */
@inline
export function orderMask(zone: Zone, migratetype: u32): u32 {
  return load<u32>(changetype<usize>(zone) + ((<usize>migratetype) << 2), ZONE_ORDER_MASK_OFFSET);
}


@inline
export function setOrderMask(zone: Zone, migratetype: u32, mask: u32): void {
  store<u32>(changetype<usize>(zone) + ((<usize>migratetype) << 2), mask, ZONE_ORDER_MASK_OFFSET);
}


@inline
export function freeCount(zone: Zone, order: u32): u32 {
  return load<u32>(changetype<usize>(zone) + ((<usize>order) << 2), ZONE_FREE_BY_ORDER_OFFSET);
}


@inline
export function addFreeCount(zone: Zone, order: u32, delta: i32): void {
  const at = changetype<usize>(zone) + ((<usize>order) << 2);
  store<u32>(at, load<u32>(at, ZONE_FREE_BY_ORDER_OFFSET) + delta, ZONE_FREE_BY_ORDER_OFFSET);
}


@inline
export function reserveFor(zone: Zone, highest: u32): u32 {
  return load<u32>(changetype<usize>(zone) + ((<usize>highest) << 2), ZONE_RESERVE_OFFSET);
}


@inline
export function setReserveFor(zone: Zone, highest: u32, frames: u32): void {
  store<u32>(changetype<usize>(zone) + ((<usize>highest) << 2), frames, ZONE_RESERVE_OFFSET);
}

/** A zone with nothing in it: empty lists, zero counters. */
export function zoneReset(zone: Zone): void {
  memory.fill(changetype<usize>(zone), 0, ZONE_STRIDE);
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    for (let type: u32 = 0; type < <u32>MIGRATE_TYPES; type++)
      listReset(freeList(zone, order, type));
  }
}

/** Compaction starts from the zone's edges next time. */
export function resetScanners(zone: Zone): void {
  const first = blockStart(zone.start);
  zone.compactAsync = first;
  zone.compactSync = first;
  zone.compactFree = zone.spanned == 0 ? first : blockStart(zoneEnd(zone) - 1);
}
