// CZones: zones with one owner, made of blocks of guest-physical memory that belong to no other zone. Frames inside are
// movable. Here: a zone's life, as its host sees it. Its blocks are in block, where they come from in pool, frames for
// pages in run; giving blocks up is move/czone-shrink, the end of an owner object/czone-exit.

import { KERNEL_ZONES } from '../../src/abi/layout';
import {
  CZONE_ACTIVE,
  CZONE_DYING,
  CZONE_LIMIT_BORROW,
  CZONE_LIMIT_OOM,
} from '../../src/abi/czone';
import { STAT_CZONE_CREATED } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_TABLE_FULL } from '../../src/abi/status';
import { NIL } from '../base/frame';
import { guest } from '../base/guest';
import { count } from '../base/stats';
import { zoneAt, zoneReset } from '../base/zone';
import { addBlock, endZone } from './block';
import { poolChoose } from './pool';


@inline
export function isCzone(index: u32): bool {
  return index >= <u32>KERNEL_ZONES && index < guest.zonesUsed && zoneAt(index).state != 0;
}

/** A CZone whose owner lives: it may get blocks and objects. */
@inline
export function isOpenCzone(index: u32): bool {
  return isCzone(index) && zoneAt(index).state != CZONE_DYING;
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

/** First block of a zone, -1: it has none. The host goes on by the links. */
export function czoneFirstBlock(index: u32): i32 {
  return isCzone(index) ? zoneAt(index).firstBlock : -1;
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

/**
 * What happens at the limit (CZONE_LIMIT_*), and how many blocks come at a time on demand (CZONE_GROW_ASK: none, the
 * guest's policy is asked). 0 or a status.
 */
export function czoneSetLimits(index: u32, policy: u32, growBlocks: u32): i32 {
  if (!isOpenCzone(index) || policy > <u32>CZONE_LIMIT_BORROW) return STATUS_BAD_ARGUMENT;
  zoneAt(index).policy = policy;
  zoneAt(index).growBlocks = growBlocks;
  return 0;
}
