// The verify build's walk over everything: is each frame in exactly one place, does every counter equal what a walk
// finds? Reads the guest only and writes to its notebook (base/notes). Lists are here, frames in frame, objects in object,
// blocks in block.

import {
  KERNEL_ZONES,
  KIND_BALLOON,
  KIND_FREE,
  KIND_MASK,
  KIND_PCP,
  PCP_LISTS,
  STATS_BASE,
} from '../../src/abi/layout';
import { ORDERS, ORDER_MAX, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_HIGHATOMIC, MIGRATE_ISOLATE, MIGRATE_TYPES } from '../../src/abi/migratetype';
import {
  RULE_BALLOON_COUNT,
  RULE_BALLOON_LIST,
  RULE_FRAME_TWICE,
  RULE_FREE_BY_ORDER,
  RULE_FREE_COUNT,
  RULE_FREE_HIGHATOMIC,
  RULE_LIST_ALIGNMENT,
  RULE_LIST_LINK,
  RULE_LIST_STATE,
  RULE_LIST_TYPE,
  RULE_LIST_ZONE,
  RULE_ORDER_MASK,
  RULE_PCP_COUNT,
  RULE_PCP_MEMBER,
  RULE_UNMERGED,
} from '../../src/abi/rule';
import { STAT_HIGHATOMIC_BLOCKS } from '../../src/abi/stat';
import { STATUS_BAD_STATE } from '../../src/abi/status';
import { NIL, linkNext, linkPrev, orderOf, stateOf } from '../base/frame';
import { Guest, guest, spanFrames } from '../base/guest';
import { listHead, listTail } from '../base/list';
import { NOTE_LISTED, clearNotes, differ, fault, noteOf, setNote } from '../base/notes';
import { blockType, blockZone, mergeable } from '../base/pageblock';
import { Zone, freeCount, freeList, orderMask, zoneAt } from '../base/zone';
import { HAS_LISTS } from '../kernel/allocator';
import { pcpAt, pcpList, pcpOrder } from '../kernel/percpu';
import { verifyBlocks } from './block';
import { verifyFrames } from './frame';
import { verifyLlfree } from './llfree';
import { verifyObjects } from './object';

/** Whether a free block could merge with its buddy and has not. */
function unmerged(pfn: u32, order: u32, type: u32): bool {
  if (order >= <u32>ORDER_MAX) return false;
  const buddy = pfn ^ (1 << order);
  if (stateOf(buddy) != (KIND_FREE | order) || blockZone(buddy) != blockZone(pfn)) return false;
  if (order < <u32>PAGEBLOCK_ORDER) return true;
  const other = blockType(buddy);
  // A released highatomic pageblock joins the other types without being merged with a free neighbour.
  const at = <usize>STATS_BASE + STAT_HIGHATOMIC_BLOCKS * 8;
  if (load<f64>(at) != 0) return false;
  return other == type || (mergeable(other) && mergeable(type));
}

function verifyFreeBlock(index: u32, pfn: u32, order: u32, type: u32): u32 {
  const frames: u32 = 1 << order;
  if ((pfn & (frames - 1)) != 0) return fault(RULE_LIST_ALIGNMENT, pfn, 0, pfn & (frames - 1));
  let rule = differ(RULE_LIST_STATE, pfn, KIND_FREE | order, stateOf(pfn));
  for (let at = pfn; at < pfn + frames && rule == 0; at += PAGEBLOCK_FRAMES) {
    rule = differ(RULE_LIST_ZONE, at, index, blockZone(at));
    if (rule == 0) rule = differ(RULE_LIST_TYPE, at, type, blockType(at));
  }
  if (rule == 0 && unmerged(pfn, order, type)) {
    return fault(RULE_UNMERGED, pfn, order + 1, order);
  }
  return rule;
}

/** Links of a member; previous is the member before it. */
function verifyLink(list: usize, pfn: u32, previous: u32): u32 {
  const rule = differ(RULE_LIST_LINK, pfn, previous, linkPrev(pfn));
  if (rule != 0 || linkNext(pfn) != NIL) return rule;
  return differ(RULE_LIST_LINK, pfn, pfn, listTail(list));
}

/** Notes that a frame stands on a list; a frame outside memory or on two lists is a fault. */
function enlist(pfn: u32, from: u32): u32 {
  if (pfn >= spanFrames) return fault(RULE_LIST_LINK, from, spanFrames, pfn);
  if (noteOf(pfn) != 0) return fault(RULE_FRAME_TWICE, pfn, 0, noteOf(pfn));
  setNote(pfn, NOTE_LISTED);
  return 0;
}

/** Members of a list that has been found sound. */
function countMembers(list: usize): u32 {
  let members: u32 = 0;
  for (let pfn = listHead(list); pfn != NIL; pfn = linkNext(pfn)) members++;
  return members;
}

function verifyFreeList(zone: Zone, index: u32, order: u32, type: u32): u32 {
  const list = freeList(zone, order, type);
  let previous: u32 = NIL;
  for (let pfn = listHead(list); pfn != NIL; pfn = linkNext(pfn)) {
    let rule = enlist(pfn, previous);
    if (rule == 0) rule = verifyLink(list, pfn, previous);
    if (rule == 0) rule = verifyFreeBlock(index, pfn, order, type);
    if (rule != 0) return rule;
    previous = pfn;
  }
  if (previous == NIL && listTail(list) != NIL) {
    return fault(RULE_LIST_LINK, NIL, NIL, listTail(list));
  }
  const bit = (orderMask(zone, type) >> order) & 1;
  return differ(RULE_ORDER_MASK, listHead(list), <u32>(previous != NIL), bit);
}

function verifyFreeLists(index: u32): u32 {
  const zone = zoneAt(index);
  let free: u32 = 0;
  let highatomic: u32 = 0;
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    let blocks: u32 = 0;
    for (let type: u32 = 0; type < <u32>MIGRATE_TYPES; type++) {
      const rule = verifyFreeList(zone, index, order, type);
      if (rule != 0) return rule;
      const walked = countMembers(freeList(zone, order, type));
      blocks += walked;
      if (type != MIGRATE_ISOLATE) free += walked << order;
      if (type == MIGRATE_HIGHATOMIC) highatomic += walked << order;
    }
    const rule = differ(RULE_FREE_BY_ORDER, order, blocks, freeCount(zone, order));
    if (rule != 0) return rule;
  }
  const rule = differ(RULE_FREE_COUNT, zone.start, free, zone.free);
  if (rule != 0) return rule;
  return differ(RULE_FREE_HIGHATOMIC, zone.start, highatomic, zone.freeHighatomic);
}

function verifyPcp(cpu: u32, index: u32): u32 {
  const pcp = pcpAt(cpu, index);
  let frames: u32 = 0;
  for (let at: u32 = 0; at < <u32>PCP_LISTS; at++) {
    const list = pcpList(pcp, at);
    const order = pcpOrder(at);
    let previous: u32 = NIL;
    for (let pfn = listHead(list); pfn != NIL; pfn = linkNext(pfn)) {
      let rule = enlist(pfn, previous);
      if (rule == 0) rule = verifyLink(list, pfn, previous);
      if (rule == 0) rule = differ(RULE_PCP_MEMBER, pfn, KIND_PCP | order, stateOf(pfn));
      if (rule == 0) rule = differ(RULE_LIST_ZONE, pfn, index, blockZone(pfn));
      if (rule != 0) return rule;
      previous = pfn;
      frames += 1 << order;
    }
    if (previous == NIL && listTail(list) != NIL) {
      return fault(RULE_LIST_LINK, NIL, NIL, listTail(list));
    }
  }
  return differ(RULE_PCP_COUNT, cpu, frames, pcp.count);
}

function verifyBalloon(): u32 {
  const list = changetype<usize>(guest) + offsetof<Guest>('balloonHead');
  let frames: u32 = 0;
  let previous: u32 = NIL;
  for (let pfn = listHead(list); pfn != NIL; pfn = linkNext(pfn)) {
    let rule = enlist(pfn, previous);
    if (rule == 0) rule = verifyLink(list, pfn, previous);
    if (rule == 0) rule = differ(RULE_BALLOON_LIST, pfn, KIND_BALLOON, stateOf(pfn) & KIND_MASK);
    if (rule != 0) return rule;
    previous = pfn;
    frames += 1 << orderOf(pfn);
  }
  return differ(RULE_BALLOON_COUNT, previous, frames, guest.balloonCount);
}

/**
 * Walks every invariant. 0, or the number of the first rule broken, with frame, expected and found value in the header
 * (guest.fault*). STATUS_BAD_STATE in a build without it.
 */
export function verifyAll(): i32 {
  if (isDefined(CORE_VERIFY)) {
    clearNotes();
    fault(0, NIL, 0, 0);
    let rule: u32 = 0;
    if (!HAS_LISTS) rule = verifyLlfree();
    for (let index: u32 = 0; HAS_LISTS && index < guest.zonesUsed && rule == 0; index++) {
      rule = verifyFreeLists(index);
    }
    for (let cpu: u32 = 0; cpu < guest.cpus; cpu++) {
      for (let index: u32 = 0; index < <u32>KERNEL_ZONES && rule == 0; index++) {
        rule = verifyPcp(cpu, index);
      }
    }
    if (rule == 0) rule = verifyBalloon();
    if (rule == 0) rule = verifyObjects();
    if (rule == 0) rule = verifyFrames();
    if (rule == 0) rule = verifyBlocks();
    return rule;
  }
  return STATUS_BAD_STATE;
}
