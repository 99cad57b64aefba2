// CZones: zones with one owner, made of blocks of guest-physical memory that belong to no other zone.
// Frames inside are movable. When the owner is gone the blocks go back whole: no migration, no walk of pages.
//
//  The region [czoneStart, +czoneFrames) is cut into blocks of czoneBlockFrames. A block is absent (not plugged),
//  in the pool (plugged, no zone) or in one zone. Links by pageblock: { next, prev } in the pool or in the zone.

import {
  KERNEL_ZONES,
  KIND_HOLE,
  KIND_TAIL,
  ORDER_MAX,
  PAGEBLOCK_FRAMES,
  PAGEBLOCK_NO_ZONE,
  PAGEBLOCK_ORDER,
} from '../src/abi/layout';
import { MIGRATE_MOVABLE } from '../src/abi/migratetype';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_BUSY,
  STATUS_NO_MEMORY,
  STATUS_TABLE_FULL,
  STATUS_ZONE_LIMIT,
} from '../src/abi/status';
import { testBit } from './bitmap';
import { FREE_NO_NOTIFY, FREE_TO_TAIL, expand, freeOne, takeFree, takeSmallest } from './buddy';
import { NIL } from './frame';
import { backedBase, guest, spanFrames, statesBase } from './guest';
import { listHead, nextOf } from './list';
import { blockZone, setBlockType, setBlockZone } from './pageblock';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
  STAT_CZONE_BLOCKS_ADDED,
  STAT_CZONE_BLOCKS_REMOVED,
  STAT_CZONE_CREATED,
  STAT_CZONE_DESTROYED,
  STAT_CZONE_GROWN_ON_DEMAND,
  STAT_CZONE_LIMIT_HITS,
  STAT_PREFERRED_BACKED,
  count,
} from './stats';
import { Zone, freeList, orderMask, zoneAt, zoneIndex, zoneReset } from './zone';

/** How far down a free list the search for a backed block goes. */
const PREFER_BACKED_DEPTH: u32 = 8;


@inline
export function linkAt(pfn: u32): usize {
  return <usize>guest.links + (((<usize>pfn) >> (<u32>PAGEBLOCK_ORDER)) << 3);
}

/** Declares the region and the block size (frames, a power of two from 512 to 32768). Blocks start absent. */
export function czoneRegion(start: u32, frames: u32, blockFrames: u32): i32 {
  const bad =
    blockFrames < <u32>PAGEBLOCK_FRAMES ||
    blockFrames > 32768 ||
    popcnt<u32>(blockFrames) != 1 ||
    (start & (blockFrames - 1)) != 0 ||
    (frames & (blockFrames - 1)) != 0;
  if (bad || start > spanFrames || frames > spanFrames - start) return STATUS_BAD_ARGUMENT;
  guest.czoneStart = start;
  guest.czoneFrames = frames;
  guest.czoneBlockFrames = blockFrames;
  guest.czoneFreeBlock = NIL;
  return 0;
}

function poolPush(pfn: u32): void {
  const head = guest.czoneFreeBlock;
  const link = linkAt(pfn);
  store<u32>(link, head);
  store<u32>(link, NIL, 4);
  if (head != NIL) store<u32>(linkAt(head), pfn, 4);
  guest.czoneFreeBlock = pfn;
}

function poolRemove(pfn: u32): void {
  const link = linkAt(pfn);
  const next = load<u32>(link);
  const prev = load<u32>(link, 4);
  if (prev == NIL) guest.czoneFreeBlock = next;
  else store<u32>(linkAt(prev), next);
  if (next != NIL) store<u32>(linkAt(next), prev, 4);
}

/** Plugs blocks [start, start + frames) of the region into the pool, so that the lowest is taken first. */
export function czonePlug(start: u32, frames: u32): i32 {
  const block = guest.czoneBlockFrames;
  const end = start + frames;
  const outside = start < guest.czoneStart || end > guest.czoneStart + guest.czoneFrames;
  if (block == 0 || outside || ((start | frames) & (block - 1)) != 0) return STATUS_BAD_ARGUMENT;
  for (let pfn = end; pfn > start;) {
    pfn -= block;
    poolPush(pfn);
  }
  return frames / block;
}

/** Gives a block of the pool to a zone: its frames become free there. */
function addBlock(zone: Zone, pfn: u32): void {
  const index = zoneIndex(zone);
  const block = guest.czoneBlockFrames;
  poolRemove(pfn);
  memory.fill(statesBase + pfn, <u8>KIND_TAIL, block);
  for (let at = pfn; at < pfn + block; at += PAGEBLOCK_FRAMES) {
    setBlockZone(at, index);
    setBlockType(at, MIGRATE_MOVABLE);
  }
  const link = linkAt(pfn);
  store<u32>(link, NIL);
  store<u32>(link, zone.lastBlock, 4);
  if (zone.lastBlock == NIL) zone.firstBlock = pfn;
  else store<u32>(linkAt(zone.lastBlock), pfn);
  zone.lastBlock = pfn;
  zone.blocks++;
  zone.present += block;
  zone.managed += block;
  const order = min<u32>(ORDER_MAX, ctz<u32>(block));
  for (let at = pfn; at < pfn + block; at += 1 << order) {
    freeOne(zone, at, order, MIGRATE_MOVABLE, FREE_TO_TAIL | FREE_NO_NOTIFY);
  }
  count(STAT_CZONE_BLOCKS_ADDED, 1);
}

/** The block behind the zone's last one if it is in the pool, else the pool's first. NIL: the pool is empty. */
function nextBlockFor(zone: Zone): u32 {
  const pool = guest.czoneFreeBlock;
  if (pool == NIL || zone.lastBlock == NIL) return pool;
  const next = zone.lastBlock + guest.czoneBlockFrames;
  const inRegion = next < guest.czoneStart + guest.czoneFrames;
  return inRegion && isPooled(next) ? next : pool;
}

/** Pool blocks have a link that is consistent; a block of a zone has a zone; absent ones are neither. */
function isPooled(pfn: u32): bool {
  if (blockZone(pfn) != PAGEBLOCK_NO_ZONE) return false;
  const link = linkAt(pfn);
  const prev = load<u32>(link, 4);
  if (prev == NIL) return guest.czoneFreeBlock == pfn;
  return (
    prev < spanFrames && load<u32>(linkAt(prev)) == pfn && blockZone(prev) == PAGEBLOCK_NO_ZONE
  );
}

/** A new zone for `owner`, at most `limit` frames, with `blocks` blocks to start with. Zone index or a status. */
export function czoneCreate(owner: u32, limit: u32, blocks: u32): i32 {
  let index = guest.freeZone;
  if (index != NIL) {
    guest.freeZone = zoneAt(index).owner;
  } else {
    if (guest.zonesUsed >= guest.zonesMax) return STATUS_TABLE_FULL;
    index = guest.zonesUsed++;
  }
  const zone = zoneAt(index);
  zoneReset(zone);
  zone.owner = owner;
  zone.limit = limit;
  zone.state = 1;
  zone.firstBlock = NIL;
  zone.lastBlock = NIL;
  count(STAT_CZONE_CREATED, 1);
  const got = czoneGrow(index, blocks);
  return got < 0 ? got : index;
}


@inline
export function isCzone(index: u32): bool {
  return index >= <u32>KERNEL_ZONES && index < guest.zonesUsed && zoneAt(index).state != 0;
}

/** Adds up to `blocks` blocks, within the limit and the pool. Blocks added, or a status. */
export function czoneGrow(index: u32, blocks: u32): i32 {
  if (!isCzone(index)) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  let added: u32 = 0;
  while (added < blocks && zone.managed + guest.czoneBlockFrames <= zone.limit) {
    const pfn = nextBlockFor(zone);
    if (pfn == NIL) break;
    addBlock(zone, pfn);
    added++;
  }
  return added;
}

/** A backed free frame near the heads of the lists, or NIL. */
function takeBacked(zone: Zone): u32 {
  let orders = orderMask(zone, MIGRATE_MOVABLE);
  while (orders != 0) {
    const order = ctz<u32>(orders);
    orders &= orders - 1;
    let pfn = listHead(freeList(zone, order, MIGRATE_MOVABLE));
    for (let depth: u32 = 0; depth < PREFER_BACKED_DEPTH && pfn != NIL; depth++) {
      if (testBit(backedBase, pfn)) {
        takeFree(zone, pfn, order, MIGRATE_MOVABLE);
        expand(zone, pfn, 0, order, MIGRATE_MOVABLE);
        zone.free += (1 << order) - 1;
        return pfn;
      }
      pfn = nextOf(pfn);
    }
  }
  return NIL;
}

/** One frame for a page of the zone's owner; grows the zone by a block when it is full. */
export function czoneAlloc(index: u32): i32 {
  const zone = zoneAt(index);
  let pfn: u32 = NIL;
  if (guest.czonePreferBacked != 0 && zone.free != 0) {
    pfn = takeBacked(zone);
    if (pfn != NIL) count(STAT_PREFERRED_BACKED, 1);
  }
  if (pfn == NIL) pfn = takeSmallest(zone, 0, MIGRATE_MOVABLE);
  if (pfn == NIL) {
    if (czoneGrow(index, 1) != 1) {
      count(STAT_CZONE_LIMIT_HITS, 1);
      return zone.managed + guest.czoneBlockFrames > zone.limit
        ? STATUS_ZONE_LIMIT
        : STATUS_NO_MEMORY;
    }
    count(STAT_CZONE_GROWN_ON_DEMAND, 1);
    pfn = takeSmallest(zone, 0, MIGRATE_MOVABLE);
  }
  count(STAT_ALLOC_CALLS, 1);
  count(STAT_ALLOC_PAGES, 1);
  return pfn;
}

/** Takes a block out of its zone's list and back to the pool. Its frames must be on no free list. */
function dropBlock(zone: Zone, pfn: u32): void {
  const block = guest.czoneBlockFrames;
  const link = linkAt(pfn);
  const next = load<u32>(link);
  const prev = load<u32>(link, 4);
  if (prev == NIL) zone.firstBlock = next;
  else store<u32>(linkAt(prev), next);
  if (next == NIL) zone.lastBlock = prev;
  else store<u32>(linkAt(next), prev, 4);
  for (let at = pfn; at < pfn + block; at += PAGEBLOCK_FRAMES) setBlockZone(at, PAGEBLOCK_NO_ZONE);
  memory.fill(statesBase + pfn, <u8>KIND_HOLE, block);
  poolPush(pfn);
  zone.blocks--;
  zone.present -= block;
  zone.managed -= block;
  count(STAT_CZONE_BLOCKS_REMOVED, 1);
}

/**
 * Ends a zone whose frames are all free or discarded: its blocks go back to the pool, first to last.
 * Blocks returned, or STATUS_BUSY when frames of it are still in use.
 */
export function czoneDestroy(index: u32): i32 {
  if (!isCzone(index)) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  if (zone.refs != 0) return STATUS_BAD_STATE;
  if (zone.free + zone.discarded != zone.managed) return STATUS_BUSY;
  const blocks = zone.blocks;
  while (zone.lastBlock != NIL) dropBlock(zone, zone.lastBlock);
  zoneReset(zone);
  zone.owner = guest.freeZone;
  guest.freeZone = index;
  count(STAT_CZONE_DESTROYED, 1);
  return blocks;
}

/** First block of a zone, or the block after one; -1 at the end. For the host's walk over blocks. */
export function czoneNextBlock(index: u32, after: i32): i32 {
  if (!isCzone(index)) return -1;
  return after < 0 ? zoneAt(index).firstBlock : load<u32>(linkAt(after));
}
