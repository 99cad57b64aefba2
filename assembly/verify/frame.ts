// The verify build's walk over all frames: each is in one place only, blocks are whole, zones count what they hold.
// Expects the notes of lists and objects (verify, object) to be made.

import {
  KERNEL_ZONES,
  KIND_BALLOON,
  KIND_FREE,
  KIND_HOLE,
  KIND_ISOLATED,
  KIND_KERNEL,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_OFFLINE,
  KIND_ORDER_MASK,
  KIND_PCP,
  KIND_RESERVED,
  KIND_TAIL,
  KIND_UNMOVABLE,
  PAGEBLOCK_NO_ZONE,
} from '../../src/abi/layout';
import { ORDER_MAX } from '../../src/abi/unit';
import {
  RULE_BACKED_COUNT,
  RULE_BALLOON_COUNT,
  RULE_BLOCK_INTERIOR,
  RULE_FRAME_NOWHERE,
  RULE_FRAME_ZONE,
  RULE_MANAGED,
  RULE_MAP_COUNT,
  RULE_PRESENT,
  RULE_REPORTED,
  RULE_SHARED_COUNT,
} from '../../src/abi/rule';
import { countBits, countBothBits, testBit } from '../base/bitmap';
import { kindOf, stateOf } from '../base/frame';
import { backedBase, guest, reportedBase, spanFrames, templateBase } from '../base/guest';
import {
  NOTE_LISTED,
  TALLY_BACKED_FREE,
  TALLY_ISOLATED,
  TALLY_LIMBO,
  TALLY_OBJECT_FRAMES,
  TALLY_PRESENT,
  TALLY_UNMANAGED,
  addTally,
  differ,
  fault,
  noteOf,
  tally,
} from '../base/notes';
import { blockZone } from '../base/pageblock';
import { zoneAt, zoneEnd } from '../base/zone';
import { mapsOf } from '../object/table';

/** Whether a frame with this kind stands where its note says; the rule broken, or 0. */
function verifyPlace(pfn: u32, kind: u32, zone: u32): u32 {
  const note = noteOf(pfn);
  if (kind == KIND_FREE || kind == KIND_PCP) {
    const frames = (<u32>1) << (stateOf(pfn) & KIND_ORDER_MASK);
    addTally(zone, TALLY_BACKED_FREE, countBits(backedBase, pfn, frames));
    return differ(RULE_FRAME_NOWHERE, pfn, NOTE_LISTED, note);
  }
  if (kind == KIND_BALLOON) {
    if (note != NOTE_LISTED) addTally(zone, TALLY_LIMBO, 1 << (stateOf(pfn) & KIND_ORDER_MASK));
    return 0;
  }
  if (kind == KIND_OBJECT || kind == KIND_KERNEL) {
    addTally(zone, TALLY_OBJECT_FRAMES, 1);
    return differ(RULE_MAP_COUNT, pfn, note, mapsOf(pfn));
  }
  if (kind == KIND_TAIL) return fault(RULE_FRAME_NOWHERE, pfn, KIND_FREE, kind);
  return differ(RULE_FRAME_NOWHERE, pfn, 0, note);
}


@inline
function headsBlock(kind: u32): bool {
  return (
    kind == KIND_FREE ||
    kind == KIND_PCP ||
    kind == KIND_UNMOVABLE ||
    kind == KIND_MOVABLE ||
    kind == KIND_BALLOON ||
    kind == KIND_ISOLATED
  );
}


@inline
function isUnmanaged(kind: u32): bool {
  if (kind == KIND_BALLOON) return guest.balloonUnmanaged != 0;
  return kind == KIND_RESERVED || kind == KIND_OFFLINE;
}

function verifyInterior(pfn: u32, frames: u32): u32 {
  for (let at = pfn + 1; at < pfn + frames; at++) {
    if (kindOf(at) != KIND_TAIL) return fault(RULE_BLOCK_INTERIOR, at, KIND_TAIL, stateOf(at));
    if (noteOf(at) != 0) return fault(RULE_BLOCK_INTERIOR, at, 0, noteOf(at));
  }
  return 0;
}

function verifyReported(pfn: u32, state: u32): u32 {
  if (guest.reportOrder > <u32>ORDER_MAX || !testBit(reportedBase, pfn)) return 0;
  const isBlock =
    (state & KIND_MASK) == KIND_FREE && (state & KIND_ORDER_MASK) >= guest.reportOrder;
  return isBlock ? 0 : fault(RULE_REPORTED, pfn, KIND_FREE, state);
}

/** Frames of the block that begins here, 1 for a single frame. */
@inline
function reachOf(pfn: u32): u32 {
  const state = stateOf(pfn);
  return headsBlock(state & KIND_MASK) ? 1 << (state & KIND_ORDER_MASK) : 1;
}

/** One block or single frame. */
function verifyFrame(pfn: u32, reach: u32): u32 {
  const state = stateOf(pfn);
  const kind = state & KIND_MASK;
  const reported = verifyReported(pfn, state);
  if (reported != 0) return reported;
  if (kind == KIND_HOLE) return differ(RULE_FRAME_NOWHERE, pfn, 0, noteOf(pfn));
  const index = blockZone(pfn);
  if (index == PAGEBLOCK_NO_ZONE || index >= guest.zonesUsed) {
    return fault(RULE_FRAME_ZONE, pfn, guest.zonesUsed, index);
  }
  if (index < <u32>KERNEL_ZONES) {
    const zone = zoneAt(index);
    if (pfn < zone.start || pfn >= zoneEnd(zone)) return fault(RULE_FRAME_ZONE, pfn, index, index);
  }
  if (pfn + reach > spanFrames) return fault(RULE_BLOCK_INTERIOR, pfn, spanFrames, pfn + reach);
  addTally(index, TALLY_PRESENT, reach);
  if (kind == KIND_ISOLATED) addTally(index, TALLY_ISOLATED, reach);
  if (isUnmanaged(kind)) addTally(index, TALLY_UNMANAGED, reach);
  const rule = verifyPlace(pfn, kind, index);
  return rule != 0 ? rule : verifyInterior(pfn, reach);
}

function verifyCounters(): u32 {
  let limbo: u32 = 0;
  for (let index: u32 = 0; index < guest.zonesUsed; index++) limbo += tally(index, TALLY_LIMBO);
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    const zone = zoneAt(index);
    const present = tally(index, TALLY_PRESENT);
    let rule = differ(RULE_PRESENT, zone.start, present, zone.present);
    const managed = present - tally(index, TALLY_UNMANAGED);
    if (rule == 0) rule = differ(RULE_MANAGED, zone.start, managed, zone.managed);
    if (rule != 0) return rule;
  }
  const limboRule = differ(RULE_BALLOON_COUNT, guest.balloonHead, limbo, guest.balloonLimbo);
  if (limboRule != 0) return limboRule;
  const backed = countBits(backedBase, 0, spanFrames);
  const rule = differ(RULE_BACKED_COUNT, 0, backed, guest.backedCount);
  if (rule != 0) return rule;
  const shared = countBothBits(backedBase, templateBase, 0, spanFrames);
  return differ(RULE_SHARED_COUNT, 0, shared, guest.sharedCount);
}

/** Every frame of the span, then the counters that follow from them. */
export function verifyFrames(): u32 {
  for (let pfn: u32 = 0; pfn < spanFrames;) {
    const reach = reachOf(pfn);
    const rule = verifyFrame(pfn, reach);
    if (rule != 0) return rule;
    pfn += reach;
  }
  return verifyCounters();
}
