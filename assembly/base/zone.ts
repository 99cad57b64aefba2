// A zone: a span of frames with its free lists, watermarks and counters. CZones are zones of the same kind
// with an owner, a limit and a list of blocks; kernel zones leave those fields at zero.
//
//   0 start   4 spanned  8 present  12 managed
//  16 min    20 low     24 high     28 promo    watermarks without boost
//  32 boost  36 flags   40 lowmem_reserve[4]
//  56 reserved highatomic  60 free highatomic  64 free  68 isolated pageblocks
//  72 nr_free[11]  116 orders non-empty[5]  136 compaction (6 words)
// 160 CZone fields (10 words)  200 recordings (2 words)  208 CZone fields (8 words)  240 spare (2 words)
// 248 lists[11][5] {head, tail}

import {
  LIST_BYTES,
  ZONE_COMPACT_FREE_OFFSET,
  ZONE_FREE_BY_ORDER_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_LISTS_OFFSET,
  ZONE_ORDER_MASK_OFFSET,
  ZONE_OWNER_OFFSET,
  ZONE_RESERVE_OFFSET,
  ZONE_STRIDE,
} from '../../src/abi/layout';
import { ORDERS } from '../../src/abi/unit';
import { MIGRATE_TYPES } from '../../src/abi/migratetype';
import {
  ZONE_DISCARDED_OFFSET,
  ZONE_GROW_BLOCKS_OFFSET,
  ZONE_POLICY_OFFSET,
} from '../../src/abi/czone';
import { zonesBase } from './guest';
import { listReset } from './list';


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
  /** CZones: frames whose objects were discarded as a whole and are not on any list. */
  discarded: u32;
  /** Recordings: per-cpu list of the last free, and of the drain that goes on. */
  freedList: u32;
  drainList: u32;
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
}
if (offsetof<Zone>('free') != ZONE_FREE_OFFSET) ERROR('Zone.free moved');
if (offsetof<Zone>('reserve0') != ZONE_RESERVE_OFFSET) ERROR('Zone.reserve moved');
if (offsetof<Zone>('freeByOrder0') != ZONE_FREE_BY_ORDER_OFFSET) ERROR('Zone.freeByOrder moved');
if (offsetof<Zone>('mask0') != ZONE_ORDER_MASK_OFFSET) ERROR('Zone.mask moved');
if (offsetof<Zone>('compactFree') != ZONE_COMPACT_FREE_OFFSET) ERROR('Zone.compactFree moved');
if (offsetof<Zone>('owner') != ZONE_OWNER_OFFSET) ERROR('Zone.owner moved');
if (offsetof<Zone>('discarded') != ZONE_DISCARDED_OFFSET) ERROR('Zone.discarded moved');
if (offsetof<Zone>('policy') != ZONE_POLICY_OFFSET) ERROR('Zone.policy moved');
if (offsetof<Zone>('growBlocks') != ZONE_GROW_BLOCKS_OFFSET) ERROR('Zone.growBlocks moved');
if (ZONE_LISTS_OFFSET + ORDERS * MIGRATE_TYPES * LIST_BYTES > ZONE_STRIDE)
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
  return (
    changetype<usize>(zone) + ZONE_LISTS_OFFSET + (order * MIGRATE_TYPES + migratetype) * LIST_BYTES
  );
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
