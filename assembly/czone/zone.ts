// CZones: zones with one owner, made of blocks of guest-physical memory that belong to no other zone. Frames inside are
// movable. Here: a zone's life and its blocks. Where blocks come from is in czone-pool, frames for pages in czone-alloc,
// giving blocks up in czone-shrink, the end of an owner in czone-exit.
//
//  Links by pageblock, of a block in a zone: { next, prev } in the order in which the zone got them.

import { KERNEL_ZONES, KIND_HOLE, KIND_TAIL, PAGEBLOCK_NO_ZONE } from '../../src/abi/layout';
import { ORDER_MAX, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import {
  CZONE_ACTIVE,
  CZONE_DYING,
  CZONE_IDLE,
  CZONE_LIMIT_BORROW,
  CZONE_LIMIT_OOM,
} from '../../src/abi/czone';
import {
  STAT_CZONE_BLOCKS_ADDED,
  STAT_CZONE_BLOCKS_REMOVED,
  STAT_CZONE_CREATED,
  STAT_CZONE_DESTROYED,
} from '../../src/abi/stat';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_BUSY,
  STATUS_TABLE_FULL,
} from '../../src/abi/status';
import { countBits } from '../base/bitmap';
import { NIL } from '../base/frame';
import { backedBase, guest, statesBase } from '../base/guest';
import { setBlockType, setBlockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, zoneAt, zoneIndex, zoneReset } from '../base/zone';
import { poolChoose, poolPut, poolTake } from './pool';
import { FREE_NO_NOTIFY, FREE_TO_HEAD, FREE_TO_TAIL, freeOne } from '../kernel/buddy';


@inline
export function linkAt(pfn: u32): usize {
  return <usize>guest.links + (((<usize>pfn) >> (<u32>PAGEBLOCK_ORDER)) << 3);
}


@inline
export function isCzone(index: u32): bool {
  return index >= <u32>KERNEL_ZONES && index < guest.zonesUsed && zoneAt(index).state != 0;
}

/** A CZone whose owner lives: it may get blocks and objects. */
@inline
export function isOpenCzone(index: u32): bool {
  return isCzone(index) && zoneAt(index).state != CZONE_DYING;
}

/** Frees a new block's frames in the largest pieces: what is backed to the heads, what is not to the tails. */
function freeNewBlock(zone: Zone, pfn: u32): void {
  const block = guest.czoneBlockFrames;
  const order = min<u32>(ORDER_MAX, ctz<u32>(block));
  if (countBits(backedBase, pfn, block) == 0) {
    for (let at = pfn; at < pfn + block; at += 1 << order) {
      freeOne(zone, at, order, MIGRATE_MOVABLE, FREE_TO_TAIL | FREE_NO_NOTIFY);
    }
    return;
  }
  for (let at = pfn + block; at > pfn;) {
    at -= 1 << order;
    freeOne(zone, at, order, MIGRATE_MOVABLE, FREE_TO_HEAD | FREE_NO_NOTIFY);
  }
}

/** Gives a block of the pool to a zone: its frames become free there. */
function addBlock(zone: Zone, pfn: u32): void {
  const index = zoneIndex(zone);
  const block = guest.czoneBlockFrames;
  poolTake(pfn);
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
  freeNewBlock(zone, pfn);
  count(STAT_CZONE_BLOCKS_ADDED, 1);
}

/** Takes a block out of its zone and back to the pool. Its frames must be on no free list. */
export function removeBlock(zone: Zone, pfn: u32): void {
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
  poolPut(pfn);
  zone.blocks--;
  zone.present -= block;
  zone.managed -= block;
  count(STAT_CZONE_BLOCKS_REMOVED, 1);
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
  zone.state = CZONE_ACTIVE;
  zone.policy = CZONE_LIMIT_OOM;
  zone.firstBlock = NIL;
  zone.lastBlock = NIL;
  zone.firstObject = NIL;
  zone.growBlocks = 1;
  count(STAT_CZONE_CREATED, 1);
  const got = czoneGrow(index, blocks);
  return got < 0 ? got : index;
}

/** Adds up to `blocks` blocks, within the limit and the pool. Blocks added, or a status. */
export function czoneGrow(index: u32, blocks: u32): i32 {
  if (!isOpenCzone(index)) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  const block = guest.czoneBlockFrames;
  if (block == 0) return 0;
  const room = zone.limit > zone.managed ? (zone.limit - zone.managed) / block : 0;
  const wanted = min(blocks, room);
  let added: u32 = 0;
  while (added < wanted) {
    const pfn = poolChoose(zone.lastBlock, wanted - added, room - added);
    if (pfn == NIL) break;
    addBlock(zone, pfn);
    added++;
  }
  zone.peakBlocks = max(zone.peakBlocks, zone.blocks);
  return added;
}

/** Gives the zone's blocks to the pool without looking at their frames, and its index to the next zone. Blocks. */
export function endZone(zone: Zone): u32 {
  const index = zoneIndex(zone);
  const blocks = zone.blocks;
  while (zone.lastBlock != NIL) removeBlock(zone, zone.lastBlock);
  zoneReset(zone);
  zone.owner = guest.freeZone;
  guest.freeZone = index;
  count(STAT_CZONE_DESTROYED, 1);
  return blocks;
}

/**
 * Ends a zone without objects whose frames are all free or discarded. Blocks returned to the pool; STATUS_BUSY when
 * something of it is in use, STATUS_BAD_STATE while processes are in it.
 */
export function czoneDestroy(index: u32): i32 {
  if (!isCzone(index)) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  if (zone.refs != 0) return STATUS_BAD_STATE;
  if (zone.firstObject != NIL || zone.free + zone.discarded != zone.managed) return STATUS_BUSY;
  return endZone(zone);
}

/** First block of a zone, or the block after one; -1 at the end. For the host's walk over blocks. */
export function czoneNextBlock(index: u32, after: i32): i32 {
  if (!isCzone(index)) return -1;
  return after < 0 ? zoneAt(index).firstBlock : load<u32>(linkAt(after));
}

/** Processes enter (by > 0) or leave the zone. How many are in it then, or a status. */
export function czoneRefer(index: u32, by: i32): i32 {
  if (!isOpenCzone(index)) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  const refs = <i32>zone.refs + by;
  if (refs < 0) return STATUS_BAD_STATE;
  zone.refs = refs;
  return refs;
}

/** The container runtime's mark: CZONE_ACTIVE or CZONE_IDLE. 0 or a status. */
export function czoneMark(index: u32, state: u32): i32 {
  if (state != CZONE_ACTIVE && state != CZONE_IDLE) return STATUS_BAD_ARGUMENT;
  if (!isOpenCzone(index)) return STATUS_BAD_ARGUMENT;
  zoneAt(index).state = state;
  return 0;
}

/**
 * What happens at the limit (CZONE_LIMIT_*), and how many blocks come at a time on demand (CZONE_GROW_ASK: none, the
 * guest's policy is asked). 0 or a status.
 */
export function czonePolicy(index: u32, policy: u32, growBlocks: u32): i32 {
  if (!isOpenCzone(index) || policy > <u32>CZONE_LIMIT_BORROW) return STATUS_BAD_ARGUMENT;
  zoneAt(index).policy = policy;
  zoneAt(index).growBlocks = growBlocks;
  return 0;
}

/** Sets the limit in frames. What the zone holds already stays: a limit below that stops growth. 0 or a status. */
export function czoneLimit(index: u32, limit: u32): i32 {
  if (!isOpenCzone(index)) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  zone.limit = max(limit, zone.managed);
  return 0;
}
