// Giving blocks of a living CZone back: wholly free ones leave, highest first; compaction moves pages from the zone's
// highest blocks to its lowest free frames so that more of them are. Nothing ever moves to or from another zone.

import {
  KIND_FREE,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_ORDER_MASK,
} from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { CZONE_DYING } from '../../src/abi/czone';
import { STAT_CZONE_COMPACT_PAGES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status';
import { NIL, kindOf, orderOf, stateOf } from '../base/frame';
import { guest } from '../base/guest';
import { blockStart, blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { WORK_BYTES, WORK_SWEEP } from '../base/work';
import { Zone, zoneAt } from '../base/zone';
import { dropFreeBlock, endZone, isBlockFree, linkAt } from '../czone/block';
import { isCzone } from '../czone/zone';
import { countFrees, freeBlock } from '../free';
import { freeBlockOf, takeAt } from '../kernel/allocator';
import { hasMoveRoom, moveBlock } from './migrate';
/** A pass over a zone from its highest blocks down. */
@unmanaged
class Sweep {
  lowest: u32;
  highest: u32;
  /** Where the search for free frames goes on: below it nothing is free. */
  scanner: u32;
}
if (<i32>offsetof<Sweep>() > WORK_BYTES) ERROR('Sweep outgrew its room');

/** Finds the zone's lowest and highest block. */
function startSweep(zone: Zone): Sweep {
  const sweep = changetype<Sweep>(WORK_SWEEP);
  sweep.lowest = NIL;
  sweep.highest = 0;
  for (let pfn = zone.firstBlock; pfn != NIL; pfn = load<u32>(linkAt(pfn))) {
    sweep.lowest = min(sweep.lowest, pfn);
    sweep.highest = max(sweep.highest, pfn);
  }
  sweep.scanner = sweep.lowest;
  return sweep;
}

/** Gives up to `blocks` wholly free blocks back to the pool, highest first. How many, or a status. */
export function czoneShrink(index: u32, blocks: u32): i32 {
  if (!isCzone(index)) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  const block = guest.czoneBlockFrames;
  if (zone.blocks == 0 || blocks == 0) return 0;
  const sweep = startSweep(zone);
  let given: u32 = 0;
  for (let pfn = sweep.highest; given < blocks; pfn -= block) {
    if (blockZone(pfn) == index && isBlockFree(pfn)) {
      dropFreeBlock(zone, pfn);
      given++;
    }
    if (pfn == sweep.lowest) break;
  }
  if (zone.state == CZONE_DYING && zone.blocks == 0) endZone(zone);
  return given;
}


@inline
function frames(pfn: u32): u32 {
  return (<u32>1) << (stateOf(pfn) & KIND_ORDER_MASK);
}

/** Whether everything in use in a block can move. */
function isEmptiable(pfn: u32): bool {
  const end = pfn + guest.czoneBlockFrames;
  for (let at = pfn; at < end;) {
    const kind = kindOf(at);
    if (kind != KIND_FREE && kind != KIND_MOVABLE && kind != KIND_OBJECT) return false;
    at += frames(at);
  }
  return true;
}

/** The lowest free block of the order or above in [from, end) of the zone; NIL if there is none. */
function findFree(index: u32, from: u32, end: u32, order: u32): u32 {
  for (let at = from; at < end;) {
    if (blockZone(at) != index) {
      at = blockStart(at + PAGEBLOCK_FRAMES);
      continue;
    }
    const state = stateOf(at);
    if ((state & KIND_MASK) == KIND_FREE && (state & KIND_ORDER_MASK) >= order) return at;
    at += frames(at);
  }
  return NIL;
}

/** Moves the block at `from` to the lowest free place below `end`. False: there is none, or the log of moves is full. */
function moveDown(sweep: Sweep, zone: Zone, index: u32, from: u32, end: u32, cpu: u32): bool {
  if (!hasMoveRoom(from)) return false;
  const order = orderOf(from);
  const start = order == 0 ? sweep.scanner : sweep.lowest;
  const to = findFree(index, start, end, order);
  if (to == NIL) return false;
  if (order == 0) sweep.scanner = to;
  takeAt(zone, to, order, MIGRATE_MOVABLE);
  moveBlock(from, to);
  freeBlock(from, order, cpu);
  countFrees(1, 1 << order);
  return true;
}

/** Empties one block as far as pages and room last. Pages moved. What is left behind merges, so heads change. */
function emptyBlock(sweep: Sweep, zone: Zone, index: u32, pfn: u32, pages: u32, cpu: u32): u32 {
  let moved: u32 = 0;
  const end = pfn + guest.czoneBlockFrames;
  for (let at = pfn; at < end && moved < pages;) {
    const free = freeBlockOf(at);
    if (free != NIL) {
      at = free + frames(free);
      continue;
    }
    const size = frames(at);
    if (!moveDown(sweep, zone, index, at, pfn, cpu)) break;
    moved += size;
    at += size;
  }
  return moved;
}

/** Wholly free blocks of the zone. */
function countFreeBlocks(zone: Zone): u32 {
  let free: u32 = 0;
  for (let pfn = zone.firstBlock; pfn != NIL; pfn = load<u32>(linkAt(pfn))) {
    free += <u32>isBlockFree(pfn);
  }
  return free;
}

/**
 * Moves pages from the zone's highest blocks to its lowest free frames, about `pages` of them at most, to leave as many
 * blocks wholly free as what is in use allows. Pages moved, or a status. czoneShrink then gives the blocks back.
 */
export function czoneCompact(index: u32, pages: u32, cpu: u32): i32 {
  if (!isCzone(index) || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  const block = guest.czoneBlockFrames;
  if (zone.state == CZONE_DYING || zone.blocks == 0) return 0;
  const sweep = startSweep(zone);
  const most = zone.free / block;
  let moved: u32 = 0;
  let free = countFreeBlocks(zone);
  for (let pfn = sweep.highest; free < most && pfn > sweep.lowest && moved < pages; pfn -= block) {
    if (blockZone(pfn) != index || isBlockFree(pfn) || !isEmptiable(pfn)) continue;
    moved += emptyBlock(sweep, zone, index, pfn, pages - moved, cpu);
    if (!isBlockFree(pfn)) break;
    free = countFreeBlocks(zone);
  }
  count(STAT_CZONE_COMPACT_PAGES, moved);
  return moved;
}
