// Memory objects: growable arrays of frame numbers. Anonymous memory, files and kernel memory are objects; every page
// of one is found from its frame's record, so migration has an exact reverse map.
//
//  Object  0 kind  1 flags  2 height | 4 zone | 8 nextKin | 12 entries | 16 pages | 20 root | 24 gfp | 28 prevKin
//         32 tag  36 nextFree  40 sharedPages 44 spare
//
//  An object's table is a radix tree of nodes with 512 entries (2 KiB): height 1 holds 2 MiB, 2 holds 1 GiB.
//  entry  0: nothing   else  [ writeProtected:1 | pfn + 1 : 31 ]
//
//  Kin: objects that came from each other by fork form a ring. A shared page has the same index in all that map it;
//  its record names one of them, and the map count says how many there are.

import {
  ENTRY_WRITE_PROTECTED,
  KIND_KERNEL,
  KIND_OBJECT,
  MAP_COUNT_MAX,
  NODE_BYTES,
  NODE_ENTRIES,
  NODE_SHIFT,
  NONE,
  OBJECT_ANON,
  OBJECT_BYTES,
  OBJECT_FILE,
  OBJECT_KERNEL,
  OBJECT_NONE,
  RECORD_OBJECT_BITS,
  RECORD_OBJECT_MASK,
} from '../src/abi/layout';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_TABLE_FULL,
  STATUS_TOO_MANY_SHARERS,
} from '../src/abi/status';
import { allocBlock, countFrees, freeBlock, streamReset, streamTake } from './alloc';
import { touchNew, touchRead, touchWrite } from './backing';
import { czoneAlloc } from './czone';
import { NIL, setState, setWord0, setWord1, word0, word1 } from './frame';
import { guest } from './guest';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
  STAT_COW_PAGES,
  STAT_COW_REUSED_PAGES,
  STAT_DROPPED_PAGES,
  STAT_FAULT_PAGES,
  STAT_FORKED_PAGES,
  STAT_TABLE_NODES,
  STAT_TOUCHED_PAGES,
  count,
} from './stats';
import { zoneAt } from './zone';


@unmanaged
export class MemoryObject {
  kind: u8;
  flags: u8;
  height: u16;
  /** CZone to allocate from, NIL: the kernel's zonelist. */
  zone: u32;
  nextKin: u32;
  /** Entries that the table may hold so far: one past the highest index touched. */
  entries: u32;
  pages: u32;
  root: u32;
  gfp: u32;
  prevKin: u32;
  tag: u32;
  nextFree: u32;
}
if (<i32>offsetof<MemoryObject>() > OBJECT_BYTES) ERROR('MemoryObject outgrew its stride');

/** The object has, or had, pages that others map or that lie outside its zone: exit must look at each. */
export const OBJECT_ENTANGLED: u8 = 1;

export const WRITE_PROTECTED: u32 = <u32>ENTRY_WRITE_PROTECTED;
export const PFN_MASK: u32 = 0x7fffffff;
const HEIGHT_MAX: u32 = 3;


@inline
export function objectAt(id: u32): MemoryObject {
  return changetype<MemoryObject>(<usize>guest.objects + id * OBJECT_BYTES);
}


@inline
export function isObject(id: u32): bool {
  return id < guest.objectsUsed && objectAt(id).kind != OBJECT_NONE;
}


@inline
export function nodeAt(node: u32): usize {
  return <usize>guest.nodes + <usize>node * NODE_BYTES;
}


@inline
function slotOf(node: u32, index: u32): usize {
  return nodeAt(node) + ((<usize>(index & (NODE_ENTRIES - 1))) << 2);
}

/** A cleared node, or NIL when the table of nodes is full. */
function nodeMake(): u32 {
  let node = guest.nodeFree;
  if (node != NIL) {
    guest.nodeFree = load<u32>(nodeAt(node));
  } else {
    if (guest.nodesHigh >= guest.nodesMax) return NIL;
    node = guest.nodesHigh++;
  }
  guest.nodesUsed++;
  count(STAT_TABLE_NODES, 1);
  memory.fill(nodeAt(node), 0, NODE_BYTES);
  return node;
}

function nodeDrop(node: u32): void {
  store<u32>(nodeAt(node), guest.nodeFree);
  guest.nodeFree = node;
  guest.nodesUsed--;
}


@inline
function reachOf(height: u32): u64 {
  return height == 0 ? 0 : (<u64>1) << (NODE_SHIFT * height);
}

/** The leaf that holds `index`, or NIL if there is none. */
function leafOf(object: MemoryObject, index: u32): u32 {
  let height: u32 = object.height;
  if (<u64>index >= reachOf(height)) return NIL;
  let node = object.root;
  while (height > 1) {
    height--;
    const child = load<u32>(slotOf(node, index >> (NODE_SHIFT * height)));
    if (child == 0) return NIL;
    node = child - 1;
  }
  return node;
}

/** The leaf that holds `index`, made if need be. NIL when the table of nodes is full. */
function leafMake(object: MemoryObject, index: u32): u32 {
  while (<u64>index >= reachOf(object.height)) {
    if (object.height == HEIGHT_MAX) return NIL;
    const root = nodeMake();
    if (root == NIL) return NIL;
    if (object.height > 0) store<u32>(nodeAt(root), object.root + 1);
    object.root = root;
    object.height++;
  }
  let height: u32 = object.height;
  let node = object.root;
  while (height > 1) {
    height--;
    const slot = slotOf(node, index >> (NODE_SHIFT * height));
    let child = load<u32>(slot);
    if (child == 0) {
      const made = nodeMake();
      if (made == NIL) return NIL;
      child = made + 1;
      store<u32>(slot, child);
    }
    node = child - 1;
  }
  return node;
}

/** Makes an empty object; its id or STATUS_TABLE_FULL. `zone` NIL: pages come from the kernel's zones. */
export function objectCreate(kind: u32, zone: u32, gfp: u32, tag: u32): i32 {
  if (kind < <u32>OBJECT_ANON || kind > <u32>OBJECT_KERNEL) return STATUS_BAD_ARGUMENT;
  if (zone != NIL && zone >= guest.zonesUsed) return STATUS_BAD_ARGUMENT;
  let id = guest.objectFree;
  if (id != NIL) {
    guest.objectFree = objectAt(id).nextFree;
  } else {
    if (guest.objectsUsed >= guest.objectsMax) return STATUS_TABLE_FULL;
    id = guest.objectsUsed++;
  }
  const object = objectAt(id);
  memory.fill(changetype<usize>(object), 0, OBJECT_BYTES);
  object.kind = <u8>kind;
  object.zone = zone;
  object.gfp = gfp;
  object.tag = tag;
  object.nextKin = id;
  object.prevKin = id;
  guest.objectCount++;
  return id;
}


@inline
function nameFrame(pfn: u32, id: u32, index: u32, maps: u32): void {
  setWord0(pfn, id | (maps << RECORD_OBJECT_BITS));
  setWord1(pfn, index);
}


@inline
export function mapsOf(pfn: u32): u32 {
  return word0(pfn) >> RECORD_OBJECT_BITS;
}


@inline
export function ownerOf(pfn: u32): u32 {
  return word0(pfn) & RECORD_OBJECT_MASK;
}

/** One frame for the object, from its zone or the kernel's; a frame number or a status. */
@inline
function objectAlloc(object: MemoryObject, cpu: u32): i32 {
  if (object.zone != NIL) return czoneAlloc(object.zone);
  return allocBlock(object.gfp, 0, cpu);
}


@inline
function adopt(object: MemoryObject, id: u32, pfn: u32, index: u32): void {
  setState(pfn, object.kind == OBJECT_KERNEL ? KIND_KERNEL : KIND_OBJECT, 0);
  nameFrame(pfn, id, index, 1);
}

/** Entry of another kin that maps this frame at this index; NIL if nobody else does. */
function otherMapper(id: u32, pfn: u32, index: u32): u32 {
  for (let kin = objectAt(id).nextKin; kin != id; kin = objectAt(kin).nextKin) {
    if (frameAt(kin, index) == pfn) return kin;
  }
  return NIL;
}

/** Takes one mapping of a shared frame away from `id`; the record goes to another kin if it named this one. */
function unshare(id: u32, pfn: u32, index: u32): void {
  const maps = mapsOf(pfn) - 1;
  const owner = ownerOf(pfn);
  nameFrame(pfn, owner == id ? otherMapper(id, pfn, index) : owner, index, maps);
}

/** Frame at an index of an object, NIL if nothing is there. */
export function frameAt(id: u32, index: u32): u32 {
  const leaf = leafOf(objectAt(id), index);
  if (leaf == NIL) return NIL;
  const entry = load<u32>(slotOf(leaf, index));
  return entry == 0 ? NIL : (entry & PFN_MASK) - 1;
}

/** A write to a page that fork left write-protected: reuse it if nobody else is left, else copy. */
function breakShare(object: MemoryObject, id: u32, slot: usize, index: u32, cpu: u32): i32 {
  const pfn = (load<u32>(slot) & PFN_MASK) - 1;
  if (mapsOf(pfn) == 1) {
    store<u32>(slot, pfn + 1);
    count(STAT_COW_REUSED_PAGES, 1);
    touchWrite(pfn);
    return 0;
  }
  const copy = objectAlloc(object, cpu);
  if (copy < 0) return copy;
  touchRead(pfn);
  unshare(id, pfn, index);
  store<u32>(slot, <u32>copy + 1);
  adopt(object, id, copy, index);
  touchNew(copy);
  count(STAT_COW_PAGES, 1);
  return 0;
}

/** Touches the entries [index, end) of one leaf; 0 or a status. */
function touchLeaf(
  object: MemoryObject,
  id: u32,
  leaf: u32,
  index: u32,
  end: u32,
  write: bool,
  cpu: u32,
): i32 {
  let faults: u32 = 0;
  let streamed: u32 = 0;
  let status: i32 = 0;
  for (; index < end; index++) {
    const slot = slotOf(leaf, index);
    const entry = load<u32>(slot);
    if (entry == 0) {
      let pfn = streamTake();
      if (pfn != NIL) {
        streamed++;
      } else {
        status = objectAlloc(object, cpu);
        if (status < 0) break;
        pfn = status;
        status = 0;
      }
      store<u32>(slot, pfn + 1);
      adopt(object, id, pfn, index);
      touchNew(pfn);
      faults++;
    } else if (!write) {
      touchRead((entry & PFN_MASK) - 1);
    } else if ((entry & WRITE_PROTECTED) != 0) {
      status = breakShare(object, id, slot, index, cpu);
      if (status < 0) break;
    } else {
      touchWrite(entry - 1);
    }
  }
  object.pages += faults;
  if (index > object.entries) object.entries = index;
  count(STAT_FAULT_PAGES, faults);
  count(STAT_ALLOC_CALLS, streamed);
  count(STAT_ALLOC_PAGES, streamed);
  return status;
}

/**
 * Touches pages [start, start + pages) of an object: missing ones are allocated, shared ones copied on a write.
 * Frames allocated, or a status; after a status the same call can be made again and goes on where it stopped.
 */
export function objectTouch(id: u32, start: u32, pages: u32, write: u32, cpu: u32): i32 {
  if (!isObject(id) || cpu >= guest.cpus || start + pages < start) return STATUS_BAD_ARGUMENT;
  const object = objectAt(id);
  const before = object.pages;
  const end = start + pages;
  streamReset();
  for (let index = start; index < end;) {
    const stop = min(end, (index | (NODE_ENTRIES - 1)) + 1);
    const leaf = leafMake(object, index);
    if (leaf == NIL) return STATUS_TABLE_FULL;
    const status = touchLeaf(object, id, leaf, index, stop, write != 0, cpu);
    if (status < 0) return status;
    index = stop;
  }
  count(STAT_TOUCHED_PAGES, pages);
  return object.pages - before;
}

/** Drops one entry: the frame is freed when nobody else maps it. True when it was freed. */
@inline
function dropEntry(id: u32, slot: usize, index: u32, cpu: u32): bool {
  const entry = load<u32>(slot);
  const pfn = (entry & PFN_MASK) - 1;
  store<u32>(slot, 0);
  if (mapsOf(pfn) > 1) {
    unshare(id, pfn, index);
    return false;
  }
  freeBlock(pfn, 0, cpu);
  return true;
}

/** Frees pages [start, start + pages) of an object (munmap, truncate). Frames freed, or a status. */
export function objectTruncate(id: u32, start: u32, pages: u32, cpu: u32): i32 {
  if (!isObject(id) || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const object = objectAt(id);
  const end = min(object.entries, start + pages);
  let freed: u32 = 0;
  for (let index = start; index < end;) {
    const stop = min(end, (index | (NODE_ENTRIES - 1)) + 1);
    const leaf = leafOf(object, index);
    if (leaf != NIL) {
      for (; index < stop; index++) {
        const slot = slotOf(leaf, index);
        if (load<u32>(slot) == 0) continue;
        object.pages--;
        freed += <u32>dropEntry(id, slot, index, cpu);
      }
    }
    index = stop;
  }
  if (start + pages >= object.entries) object.entries = min(start, object.entries);
  count(STAT_DROPPED_PAGES, freed);
  countFrees(freed, freed);
  return freed;
}

function dropNodes(node: u32, height: u32): void {
  if (height > 1) {
    const at = nodeAt(node);
    for (let entry: u32 = 0; entry < <u32>NODE_ENTRIES; entry++) {
      const child = load<u32>(at + ((<usize>entry) << 2));
      if (child != 0) dropNodes(child - 1, height - 1);
    }
  }
  nodeDrop(node);
}

/** Forgets the object's table and id without looking at its frames: they are gone with their zone. */
export function objectForget(id: u32): void {
  const object = objectAt(id);
  if (object.height > 0) dropNodes(object.root, object.height);
  objectAt(object.prevKin).nextKin = object.nextKin;
  objectAt(object.nextKin).prevKin = object.prevKin;
  object.kind = <u8>OBJECT_NONE;
  object.nextFree = guest.objectFree;
  guest.objectFree = id;
  guest.objectCount--;
}

/** Drops every page and the object itself. Frames freed, or a status. */
export function objectDestroy(id: u32, cpu: u32): i32 {
  if (!isObject(id) || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const freed = objectTruncate(id, 0, objectAt(id).entries, cpu);
  objectForget(id);
  return freed;
}

/** Copies one leaf of the parent to the child, marking both sides write-protected. Entries copied, or a status. */
function forkLeaf(source: u32, target: u32): i32 {
  let copied = 0;
  const from = nodeAt(source);
  const to = nodeAt(target);
  for (let at: usize = 0; at < <u32>NODE_BYTES; at += 4) {
    const entry = load<u32>(from + at);
    if (entry == 0) continue;
    const pfn = (entry & PFN_MASK) - 1;
    const record = word0(pfn);
    if (record >> RECORD_OBJECT_BITS == MAP_COUNT_MAX) return STATUS_TOO_MANY_SHARERS;
    setWord0(pfn, record + (1 << RECORD_OBJECT_BITS));
    store<u32>(from + at, entry | WRITE_PROTECTED);
    store<u32>(to + at, entry | WRITE_PROTECTED);
    copied++;
  }
  return copied;
}

/** Makes a copy-on-write copy of an anonymous object whose new pages come from `zone`. Child id or a status. */
export function objectFork(id: u32, zone: u32, tag: u32, cpu: u32): i32 {
  if (!isObject(id) || objectAt(id).kind != OBJECT_ANON) return STATUS_BAD_ARGUMENT;
  const made = objectCreate(OBJECT_ANON, zone, objectAt(id).gfp, tag);
  if (made < 0) return made;
  const parent = objectAt(id);
  const child = objectAt(made);
  const next = parent.nextKin;
  child.nextKin = next;
  child.prevKin = id;
  objectAt(next).prevKin = made;
  parent.nextKin = made;
  parent.flags |= OBJECT_ENTANGLED;
  child.flags |= OBJECT_ENTANGLED;
  child.entries = parent.entries;
  let status: i32 = 0;
  for (let index: u32 = 0; index < parent.entries && status >= 0; index += NODE_ENTRIES) {
    const source = leafOf(parent, index);
    if (source == NIL) continue;
    const target = leafMake(child, index);
    status = target == NIL ? STATUS_TABLE_FULL : forkLeaf(source, target);
    if (status > 0) child.pages += status;
  }
  if (status < 0) {
    objectDestroy(made, cpu);
    return status;
  }
  count(STAT_FORKED_PAGES, child.pages);
  return made;
}

/** Rewrites every mapping of a frame to another one: what a migration does last. The records are the caller's. */
export function remapFrame(from: u32, to: u32): void {
  const id = ownerOf(from);
  const index = word1(from);
  let kin = id;
  do {
    const object = objectAt(kin);
    const leaf = leafOf(object, index);
    if (leaf != NIL) {
      const slot = slotOf(leaf, index);
      const entry = load<u32>(slot);
      if ((entry & PFN_MASK) == from + 1) store<u32>(slot, (entry & WRITE_PROTECTED) | (to + 1));
    }
    kin = object.nextKin;
  } while (kin != id);
  setWord0(to, word0(from));
  setWord1(to, index);
}

/** Pages an object holds now, or a status. */
export function objectPages(id: u32): i32 {
  return isObject(id) ? objectAt(id).pages : STATUS_BAD_ARGUMENT;
}

/** Frame at an index of an object, -1 if nothing is there. */
export function objectFrame(id: u32, index: u32): i32 {
  return isObject(id) ? frameAt(id, index) : NONE;
}


@inline
export function objectIsFile(id: u32): bool {
  return objectAt(id).kind == OBJECT_FILE;
}

/**
 * Discards an object whose pages all lie in its own CZone and are mapped by nobody else: the frames stay where they are
 * until the zone ends. Pages discarded, or STATUS_BAD_STATE when its pages must be looked at one by one.
 */
export function objectDiscard(id: u32): i32 {
  if (!isObject(id)) return STATUS_BAD_ARGUMENT;
  const object = objectAt(id);
  if (object.zone == NIL || (object.flags & OBJECT_ENTANGLED) != 0) return STATUS_BAD_STATE;
  const pages = object.pages;
  zoneAt(object.zone).discarded += pages;
  count(STAT_DROPPED_PAGES, pages);
  objectForget(id);
  return pages;
}
