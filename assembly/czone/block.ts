// A CZone's blocks: how one joins the zone and leaves it, which are free, and the end of the zone with its last one.
//
//  Links by pageblock, of a block in a zone: { next, prev } in the order in which the zone got them.

import { KIND_HOLE, KIND_TAIL, PAGEBLOCK_NO_ZONE } from '../../src/abi/layout';
import { ORDER_MAX, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import {
  STAT_CZONE_BLOCKS_ADDED,
  STAT_CZONE_BLOCKS_REMOVED,
  STAT_CZONE_DESTROYED,
} from '../../src/abi/stat';
import { countBits } from '../base/bitmap';
import { NIL, orderOf } from '../base/frame';
import { backedBase, guest, statesBase } from '../base/guest';
import { blockType, setBlockType, setBlockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { noteTouched } from '../base/touched';
import { Zone, zoneIndex, zoneReset } from '../base/zone';
import { poolPut, poolTake } from './pool';
import {
  FREE_NO_NOTIFY,
  FREE_TO_HEAD,
  FREE_TO_TAIL,
  freeBlockOf,
  freeOne,
  takeFree,
} from '../kernel/allocator';

/** A frame of a dying zone has been freed: its block goes if that was the last, and the zone with its last block. */
export function settleDying(zone: Zone, pfn: u32): void {
  const offset = (pfn - guest.czoneStart) & ~(guest.czoneBlockFrames - 1);
  const block = guest.czoneStart + offset;
  if (isBlockFree(block)) dropFreeBlock(zone, block);
  if (zone.blocks == 0) endZone(zone);
}

/** Whether every frame of a block of the zone is on the free lists. */
export function isBlockFree(pfn: u32): bool {
  const end = pfn + guest.czoneBlockFrames;
  for (let at = pfn; at < end;) {
    const head = freeBlockOf(at);
    if (head == NIL || blockType(at) != MIGRATE_MOVABLE) return false;
    at = head + (1 << orderOf(head));
  }
  return true;
}

/** Takes a free block off the lists; what of it lies outside [start, start + block) goes back. Where it ends inside. */
function takeInside(zone: Zone, at: u32, block: u32): u32 {
  const head = freeBlockOf(at);
  let order = orderOf(head);
  let kept = head;
  takeFree(zone, head, order, MIGRATE_MOVABLE);
  while ((<u32>1) << order > block) {
    order--;
    const upper = kept + (1 << order);
    const rest = at >= upper ? kept : upper;
    if (at >= upper) kept = upper;
    freeOne(zone, rest, order, MIGRATE_MOVABLE, FREE_TO_HEAD | FREE_NO_NOTIFY);
  }
  return kept + (1 << order);
}

/** Takes the free frames of a block off the lists. */
export function takeFreeOfBlock(zone: Zone, pfn: u32): void {
  const block = guest.czoneBlockFrames;
  for (let at = pfn; at < pfn + block;) {
    if (freeBlockOf(at) == NIL) at++;
    else at = takeInside(zone, at, block);
  }
}

/** A wholly free block leaves its zone. */
export function dropFreeBlock(zone: Zone, pfn: u32): void {
  takeFreeOfBlock(zone, pfn);
  removeBlock(zone, pfn);
}


@inline
export function linkAt(pfn: u32): usize {
  return <usize>guest.links + (((<usize>pfn) >> (<u32>PAGEBLOCK_ORDER)) << 3);
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
export function addBlock(zone: Zone, pfn: u32): void {
  const index = zoneIndex(zone);
  const block = guest.czoneBlockFrames;
  poolTake(pfn);
  noteTouched(pfn, block);
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
