// The verify build's walk over pageblocks: isolated ones, and which CZone or pool each block of the region belongs to.
// Expects verifyFrames to have counted frames by zone.

import { KERNEL_ZONES, KIND_HOLE, OBJECT_NONE, PAGEBLOCK_NO_ZONE } from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { MIGRATE_ISOLATE } from '../../src/abi/migratetype';
import { CZONE_DYING } from '../../src/abi/czone';
import {
  RULE_CZONE_BACKED_FREE,
  RULE_CZONE_BLOCKS,
  RULE_CZONE_CHAIN,
  RULE_CZONE_DYING,
  RULE_CZONE_OBJECTS,
  RULE_CZONE_OUTSIDE,
  RULE_CZONE_POOL,
  RULE_CZONE_RECLAIMING,
  RULE_CZONE_SHARED_OUT,
  RULE_CZONE_SIZE,
  RULE_CZONE_STRAY,
  RULE_ISOLATED_BLOCKS,
} from '../../src/abi/rule';
import { testBit } from '../base/bitmap';
import { NIL, kindOf, stateOf } from '../base/frame';
import { guest, spanFrames } from '../base/guest';
import {
  TALLY_BACKED_FREE,
  TALLY_BLOCKS,
  TALLY_ISOLATED,
  TALLY_ISOLATED_BLOCKS,
  TALLY_OBJECTS,
  TALLY_OBJECT_FRAMES,
  TALLY_OUTSIDE,
  TALLY_PRESENT,
  TALLY_SHARED_OUT,
  addTally,
  differ,
  fault,
  tally,
} from '../base/notes';
import { blockType, blockZone } from '../base/pageblock';
import { Zone, zoneAt } from '../base/zone';
import { linkAt } from '../czone/block';
import { blockFrame, freeMap, pool, warmMap } from '../czone/pool';
import { objectAt } from '../object/table';


@inline
function isBlockOfRegion(pfn: u32): bool {
  const offset = pfn - guest.czoneStart;
  return offset < guest.czoneFrames && (offset & (guest.czoneBlockFrames - 1)) == 0;
}

/** The blocks of one CZone in their list's order. */
function verifyChain(zone: Zone, index: u32): u32 {
  const block = guest.czoneBlockFrames;
  let previous: u32 = NIL;
  let blocks: u32 = 0;
  for (let pfn = zone.firstBlock; pfn != NIL; pfn = load<u32>(linkAt(pfn))) {
    if (!isBlockOfRegion(pfn)) return fault(RULE_CZONE_CHAIN, pfn, guest.czoneStart, pfn);
    const back = load<u32>(linkAt(pfn), 4);
    if (back != previous) return fault(RULE_CZONE_CHAIN, pfn, previous, back);
    for (let at = pfn; at < pfn + block; at += PAGEBLOCK_FRAMES) {
      const rule = differ(RULE_CZONE_CHAIN, at, index, blockZone(at));
      if (rule != 0) return rule;
    }
    previous = pfn;
    blocks++;
  }
  let rule = differ(RULE_CZONE_CHAIN, previous, previous, zone.lastBlock);
  if (rule == 0) rule = differ(RULE_CZONE_BLOCKS, index, blocks, zone.blocks);
  if (rule != 0) return rule;
  const pageblocks = (blocks * block) / PAGEBLOCK_FRAMES;
  return differ(RULE_CZONE_STRAY, index, pageblocks, tally(index, TALLY_BLOCKS));
}

/** Counters of a CZone against what the walks over objects and frames found. */
function verifyCounts(zone: Zone, index: u32): u32 {
  const backedFree = tally(index, TALLY_BACKED_FREE);
  let rule = differ(RULE_CZONE_BACKED_FREE, index, backedFree, zone.backedFree);
  if (rule == 0) {
    rule = differ(RULE_CZONE_SHARED_OUT, index, tally(index, TALLY_SHARED_OUT), zone.sharedOut);
  }
  if (rule == 0) {
    rule = differ(RULE_CZONE_OUTSIDE, index, tally(index, TALLY_OUTSIDE), zone.outside);
  }
  if (rule == 0) {
    const pages = tally(index, TALLY_OBJECT_FRAMES);
    rule = differ(RULE_CZONE_OBJECTS, index, pages, zone.objectFrames);
  }
  const isolated = tally(index, TALLY_ISOLATED);
  if (rule == 0 && zone.reclaiming > isolated) {
    rule = fault(RULE_CZONE_RECLAIMING, index, isolated, zone.reclaiming);
  }
  return rule;
}

/** The objects of a zone are on its list, and a dying zone has none and no block without a frame in use. */
function verifyMembers(zone: Zone, index: u32): u32 {
  let objects: u32 = 0;
  let previous: u32 = NIL;
  for (let id = zone.firstObject; id != NIL; id = objectAt(id).nextFree) {
    const object = objectAt(id);
    if (id >= guest.objectsUsed || object.kind == OBJECT_NONE || object.zone != index) {
      return fault(RULE_CZONE_OBJECTS, id, index, object.zone);
    }
    if (object.prevInZone != previous) {
      return fault(RULE_CZONE_OBJECTS, id, previous, object.prevInZone);
    }
    previous = id;
    objects++;
  }
  const rule = differ(RULE_CZONE_OBJECTS, index, tally(index, TALLY_OBJECTS), objects);
  if (rule != 0 || zone.state != CZONE_DYING) return rule;
  if (objects != 0) return fault(RULE_CZONE_DYING, index, 0, objects);
  return zone.free < zone.managed ? 0 : fault(RULE_CZONE_DYING, index, zone.managed, zone.free);
}

function verifyCzone(index: u32): u32 {
  const zone = zoneAt(index);
  if (zone.state == 0) return differ(RULE_CZONE_STRAY, index, 0, tally(index, TALLY_BLOCKS));
  let rule = verifyChain(zone, index);
  const frames = zone.blocks * guest.czoneBlockFrames;
  if (rule == 0) rule = differ(RULE_CZONE_SIZE, index, frames, zone.managed);
  if (rule == 0) rule = differ(RULE_CZONE_SIZE, index, frames, zone.present);
  if (rule == 0) rule = differ(RULE_CZONE_SIZE, index, frames, tally(index, TALLY_PRESENT));
  if (rule == 0 && frames > zone.limit) rule = fault(RULE_CZONE_SIZE, index, zone.limit, frames);
  if (rule == 0) rule = verifyCounts(zone, index);
  return rule != 0 ? rule : verifyMembers(zone, index);
}

/** Blocks of the pool are empty and in no zone; the pool's counts are those of its maps. */
function verifyPool(): u32 {
  const block = guest.czoneBlockFrames;
  let free: u32 = 0;
  let zoned: u32 = 0;
  for (let number: u32 = 0; number < pool().blocks; number++) {
    const pfn = blockFrame(number);
    if (blockZone(pfn) != PAGEBLOCK_NO_ZONE) zoned++;
    if (!testBit(freeMap(), number)) {
      if (testBit(warmMap(), number)) return fault(RULE_CZONE_POOL, pfn, 0, 1);
      continue;
    }
    free++;
    for (let at = pfn; at < pfn + block; at++) {
      if (blockZone(at) != PAGEBLOCK_NO_ZONE) {
        return fault(RULE_CZONE_POOL, at, PAGEBLOCK_NO_ZONE, blockZone(at));
      }
      if (kindOf(at) != KIND_HOLE) return fault(RULE_CZONE_POOL, at, KIND_HOLE, stateOf(at));
    }
  }
  const rule = differ(RULE_CZONE_POOL, guest.czoneStart, free, pool().free);
  return rule != 0 ? rule : differ(RULE_CZONE_POOL, guest.czoneStart, free + zoned, pool().plugged);
}

/** Pageblocks by zone and type, then chains and pool. */
export function verifyBlocks(): u32 {
  for (let pfn: u32 = 0; pfn < spanFrames; pfn += PAGEBLOCK_FRAMES) {
    const index = blockZone(pfn);
    if (index == PAGEBLOCK_NO_ZONE) continue;
    if (index >= guest.zonesUsed) return fault(RULE_CZONE_STRAY, pfn, guest.zonesUsed, index);
    addTally(index, TALLY_BLOCKS, 1);
    if (blockType(pfn) == MIGRATE_ISOLATE) addTally(index, TALLY_ISOLATED_BLOCKS, 1);
  }
  for (let index: u32 = 0; index < guest.zonesUsed; index++) {
    const isolated = tally(index, TALLY_ISOLATED_BLOCKS);
    let rule = differ(RULE_ISOLATED_BLOCKS, index, isolated, zoneAt(index).isolatedBlocks);
    if (rule == 0 && index >= <u32>KERNEL_ZONES) rule = verifyCzone(index);
    if (rule != 0) return rule;
  }
  return guest.czoneBlockFrames == 0 ? 0 : verifyPool();
}
