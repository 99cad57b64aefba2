// The verify build's walk over memory objects: tables, counts, rings of kin, and the reverse map in both directions; memos
// are checked in memo.

import {
  KERNEL_ZONES,
  KIND_KERNEL,
  KIND_OBJECT,
  NODE_ENTRIES,
  NODE_SHIFT,
  OBJECT_KERNEL,
  OBJECT_NONE,
} from '../../src/abi/layout';
import {
  RULE_CZONE_FOREIGN_WRITE,
  RULE_CZONE_OUTSIDE,
  RULE_KIN,
  RULE_NODES,
  RULE_OBJECT_COUNT,
  RULE_OBJECT_ENTRIES,
  RULE_OBJECT_ENTRY,
  RULE_OBJECT_PAGES,
  RULE_OBJECT_RECORD,
  RULE_OBJECT_ZONE,
  RULE_WRITE_PROTECTED,
} from '../../src/abi/rule';
import { NIL, pageIndex, stateOf } from '../base/frame';
import { guest, spanFrames } from '../base/guest';
import {
  NOTE_LISTED,
  TALLY_OBJECTS,
  TALLY_OUTSIDE,
  TALLY_SHARED_OUT,
  addTally,
  differ,
  fault,
  labelOf,
  noteOf,
  setLabel,
  setNote,
} from '../base/notes';
import { blockZone } from '../base/pageblock';
import { WORK_BYTES, WORK_OBJECT } from '../base/work';
import {
  MemoryObject,
  OBJECT_ENTANGLED,
  PFN_MASK,
  WRITE_PROTECTED,
  frameAt,
  mapsOf,
  nodeAt,
  objectAt,
  ownerOf,
} from '../object/table';
import { verifyMemo } from './memo';

/** What the walk has counted: nodes of all objects, and the pages of the one at hand. */
@unmanaged
class ObjectWalk {
  nodes: u32;
  pages: u32;
  /** One past the highest index with a page. */
  highest: u32;
  /** Pages outside the object's zone. */
  outside: u32;
}
if (<i32>offsetof<ObjectWalk>() > WORK_BYTES) ERROR('ObjectWalk outgrew its room');

/** Gives every object of a ring the same label, and checks the ring's links. */
function labelRing(id: u32): u32 {
  let kin = id;
  do {
    if (kin >= guest.objectsUsed || objectAt(kin).kind == OBJECT_NONE) {
      return fault(RULE_KIN, id, guest.objectsUsed, kin);
    }
    const next = objectAt(kin).nextKin;
    if (labelOf(kin) != 0) return fault(RULE_KIN, kin, id, labelOf(kin) - 1);
    setLabel(kin, id + 1);
    if (next >= guest.objectsUsed) return fault(RULE_KIN, kin, guest.objectsUsed, next);
    if (objectAt(next).prevKin != kin) return fault(RULE_KIN, next, kin, objectAt(next).prevKin);
    kin = next;
  } while (kin != id);
  return 0;
}

/** Where an object's page lies: in its zone, or elsewhere and counted, and not writable in another owner's zone. */
function verifyPlace(walk: ObjectWalk, object: MemoryObject, pfn: u32, entry: u32): u32 {
  const place = blockZone(pfn);
  if (place == object.zone) return 0;
  if (object.zone != NIL) {
    if ((object.flags & OBJECT_ENTANGLED) == 0) {
      return fault(RULE_OBJECT_ZONE, pfn, object.zone, place);
    }
    walk.outside++;
    addTally(object.zone, TALLY_OUTSIDE, 1);
  }
  if (place < <u32>KERNEL_ZONES || place >= guest.zonesUsed) return 0;
  addTally(place, TALLY_SHARED_OUT, 1);
  return (entry & WRITE_PROTECTED) == 0 ? fault(RULE_CZONE_FOREIGN_WRITE, pfn, 1, 0) : 0;
}

function verifyEntry(walk: ObjectWalk, object: MemoryObject, id: u32, index: u32, entry: u32): u32 {
  const pfn = (entry & PFN_MASK) - 1;
  if (pfn >= spanFrames) return fault(RULE_OBJECT_ENTRY, pfn, spanFrames, pfn);
  const kind: u32 = object.kind == OBJECT_KERNEL ? KIND_KERNEL : KIND_OBJECT;
  if (stateOf(pfn) != kind) return fault(RULE_OBJECT_ENTRY, pfn, kind, stateOf(pfn));
  if (pageIndex(pfn) != index) return fault(RULE_OBJECT_RECORD, pfn, index, pageIndex(pfn));
  const owner = ownerOf(pfn);
  if (owner >= guest.objectsUsed || labelOf(owner) != labelOf(id)) {
    return fault(RULE_OBJECT_RECORD, pfn, id, owner);
  }
  if (mapsOf(pfn) > 1 && (entry & WRITE_PROTECTED) == 0) {
    return fault(RULE_WRITE_PROTECTED, pfn, 1, 0);
  }
  const rule = verifyPlace(walk, object, pfn, entry);
  if (rule != 0) return rule;
  const note = noteOf(pfn);
  if (note == NOTE_LISTED) return fault(RULE_OBJECT_ENTRY, pfn, 0, note);
  setNote(pfn, note + 1);
  walk.pages++;
  walk.highest = max(walk.highest, index + 1);
  return 0;
}

function verifyNode(
  walk: ObjectWalk,
  object: MemoryObject,
  id: u32,
  node: u32,
  height: u32,
  base: u32,
): u32 {
  if (node >= guest.nodesHigh) return fault(RULE_NODES, id, guest.nodesHigh, node);
  walk.nodes++;
  for (let slot: u32 = 0; slot < <u32>NODE_ENTRIES; slot++) {
    const entry = load<u32>(nodeAt(node) + ((<usize>slot) << 2));
    if (entry == 0) continue;
    const at = (base << NODE_SHIFT) | slot;
    const rule =
      height == 1
        ? verifyEntry(walk, object, id, at, entry)
        : verifyNode(walk, object, id, entry - 1, height - 1, at);
    if (rule != 0) return rule;
  }
  return 0;
}

function verifyObject(walk: ObjectWalk, id: u32): u32 {
  const object = objectAt(id);
  walk.pages = 0;
  walk.highest = 0;
  walk.outside = 0;
  if (object.height > 0) {
    const rule = verifyNode(walk, object, id, object.root, object.height, 0);
    if (rule != 0) return rule;
  }
  let rule = differ(RULE_OBJECT_PAGES, id, walk.pages, object.pages);
  if (rule == 0) rule = differ(RULE_CZONE_OUTSIDE, id, walk.outside, object.outside);
  if (rule != 0) return rule;
  if (object.zone != NIL) addTally(object.zone, TALLY_OBJECTS, 1);
  return walk.highest <= object.entries
    ? 0
    : fault(RULE_OBJECT_ENTRIES, id, walk.highest, object.entries);
}

/** The record's owner maps the frame: with equal map counts this makes the reverse map exact. */
function verifyOwner(object: MemoryObject, id: u32, node: u32, height: u32): u32 {
  for (let slot: u32 = 0; slot < <u32>NODE_ENTRIES; slot++) {
    const entry = load<u32>(nodeAt(node) + ((<usize>slot) << 2));
    if (entry == 0) continue;
    if (height > 1) {
      const rule = verifyOwner(object, id, entry - 1, height - 1);
      if (rule != 0) return rule;
      continue;
    }
    const pfn = (entry & PFN_MASK) - 1;
    const owner = ownerOf(pfn);
    if (owner == id) continue;
    const back = frameAt(owner, pageIndex(pfn));
    if (back != pfn) return fault(RULE_OBJECT_RECORD, pfn, pfn, back);
  }
  return 0;
}

function verifyFreeIds(live: u32): u32 {
  let free: u32 = 0;
  for (let id = guest.objectFree; id != NIL && free <= guest.objectsUsed; free++) {
    if (id >= guest.objectsUsed) return fault(RULE_OBJECT_COUNT, id, guest.objectsUsed, id);
    id = objectAt(id).nextFree;
  }
  const rule = differ(RULE_OBJECT_COUNT, 0, guest.objectsUsed - live, free);
  return rule != 0 ? rule : differ(RULE_OBJECT_COUNT, 1, live, guest.objectCount);
}

function verifyFreeNodes(walk: ObjectWalk): u32 {
  let free: u32 = 0;
  for (let node = guest.nodeFree; node != NIL && free <= guest.nodesHigh; free++) {
    if (node >= guest.nodesHigh) return fault(RULE_NODES, node, guest.nodesHigh, node);
    node = load<u32>(nodeAt(node));
  }
  const rule = differ(RULE_NODES, 0, walk.nodes, guest.nodesUsed);
  return rule != 0 ? rule : differ(RULE_NODES, 1, guest.nodesHigh - walk.nodes, free);
}

/** Every object: ring, table, pages, records. Leaves the number of entries that name a frame in its note. */
export function verifyObjects(): u32 {
  const walk = changetype<ObjectWalk>(WORK_OBJECT);
  let live: u32 = 0;
  walk.nodes = 0;
  for (let id: u32 = 0; id < guest.objectsUsed; id++) {
    if (objectAt(id).kind == OBJECT_NONE) continue;
    live++;
    const rule = labelOf(id) == 0 ? labelRing(id) : 0;
    if (rule != 0) return rule;
  }
  for (let id: u32 = 0; id < guest.objectsUsed; id++) {
    if (objectAt(id).kind == OBJECT_NONE) continue;
    let rule = verifyObject(walk, id);
    if (rule == 0) rule = verifyMemo(id);
    if (rule != 0) return rule;
  }
  for (let id: u32 = 0; id < guest.objectsUsed; id++) {
    const object = objectAt(id);
    if (object.kind == OBJECT_NONE || object.height == 0) continue;
    const rule = verifyOwner(object, id, object.root, object.height);
    if (rule != 0) return rule;
  }
  const rule = verifyFreeIds(live);
  return rule != 0 ? rule : verifyFreeNodes(walk);
}
