// The verify build's walk over pageblocks: isolated ones, and which CZone or pool each block of the region belongs to.
// Expects verifyFrames to have counted frames by zone.

import { KERNEL_ZONES, KIND_HOLE, PAGEBLOCK_FRAMES, PAGEBLOCK_NO_ZONE } from '../src/abi/layout';
import { MIGRATE_ISOLATE } from '../src/abi/migratetype';
import {
  RULE_CZONE_BLOCKS,
  RULE_CZONE_CHAIN,
  RULE_CZONE_DISCARDED,
  RULE_CZONE_POOL,
  RULE_CZONE_SIZE,
  RULE_CZONE_STRAY,
  RULE_ISOLATED_BLOCKS,
} from '../src/abi/rule';
import { linkAt } from './czone';
import { NIL, kindOf, stateOf } from './frame';
import { guest, spanFrames } from './guest';
import { blockType, blockZone } from './pageblock';
import {
  TALLY_BLOCKS,
  TALLY_DISCARDED,
  TALLY_ISOLATED_BLOCKS,
  TALLY_PRESENT,
  addTally,
  differ,
  fault,
  tally,
} from './verify';
import { Zone, zoneAt } from './zone';


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

function verifyCzone(index: u32): u32 {
  const zone = zoneAt(index);
  if (zone.state == 0) return differ(RULE_CZONE_STRAY, index, 0, tally(index, TALLY_BLOCKS));
  let rule = verifyChain(zone, index);
  const frames = zone.blocks * guest.czoneBlockFrames;
  if (rule == 0) rule = differ(RULE_CZONE_SIZE, index, frames, zone.managed);
  if (rule == 0) rule = differ(RULE_CZONE_SIZE, index, frames, zone.present);
  if (rule == 0) rule = differ(RULE_CZONE_SIZE, index, frames, tally(index, TALLY_PRESENT));
  if (rule == 0 && frames > zone.limit) rule = fault(RULE_CZONE_SIZE, index, zone.limit, frames);
  const discarded = tally(index, TALLY_DISCARDED);
  return rule != 0 ? rule : differ(RULE_CZONE_DISCARDED, index, discarded, zone.discarded);
}

function verifyPool(): u32 {
  let previous: u32 = NIL;
  for (let pfn = guest.czoneFreeBlock; pfn != NIL; pfn = load<u32>(linkAt(pfn))) {
    if (!isBlockOfRegion(pfn)) return fault(RULE_CZONE_POOL, pfn, guest.czoneStart, pfn);
    const back = load<u32>(linkAt(pfn), 4);
    if (back != previous) return fault(RULE_CZONE_POOL, pfn, previous, back);
    for (let at = pfn; at < pfn + guest.czoneBlockFrames; at++) {
      if (blockZone(at) != PAGEBLOCK_NO_ZONE) {
        return fault(RULE_CZONE_POOL, at, PAGEBLOCK_NO_ZONE, blockZone(at));
      }
      if (kindOf(at) != KIND_HOLE) return fault(RULE_CZONE_POOL, at, KIND_HOLE, stateOf(at));
    }
    previous = pfn;
  }
  return 0;
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
