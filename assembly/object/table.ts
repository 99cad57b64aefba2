// Memory objects as data: growable arrays of frame numbers. Ids, tables of entries, and the record that leads from a
// frame back to its object, so that migration has an exact reverse map. Anonymous memory, files and kernel memory are
// objects; what happens to their pages is in create, touch, share, drop and fork.
//
//  Object  0 kind  1 flags  2 height | 4 zone | 8 nextKin | 12 entries | 16 pages | 20 root | 24 gfp | 28 prevKin
//         32 tag  36 nextFree / next in zone  40 prevInZone  44 outside
//
//  An object's table is a radix tree of nodes with 512 entries (2 KiB): height 1 holds 2 MiB, 2 holds 1 GiB.
//  entry  0: nothing   else  [ writeProtected:1 | pfn + 1 : 31 ]
//
//  Kin: objects that came from each other by fork form a ring. A shared page has the same index in all that map it;
//  its record names one of them, and the map count says how many there are.

import {
  ENTRY_WRITE_PROTECTED,
  NODE_BYTES,
  NODE_ENTRIES,
  NODE_SHIFT,
  OBJECT_BYTES,
  OBJECT_KIND_OFFSET,
  OBJECT_KIN_OFFSET,
  OBJECT_NONE,
  OBJECT_TAG_OFFSET,
  OBJECT_ZONE_OFFSET,
  RECORD_OBJECT_BITS,
  RECORD_OBJECT_MASK,
} from '../../src/abi/layout';
import { NONE, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { STAT_TABLE_NODES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status';
import { NIL, ownerWord, pageIndex, setOwnerWord, setPageIndex } from '../base/frame';
import { guest } from '../base/guest';
import { count } from '../base/stats';


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
  /** Next on the list of free ids, or next object of the same CZone. */
  nextFree: u32;
  /** CZones: the object before it in the zone's list. */
  prevInZone: u32;
  /** CZones: entries that name frames outside the object's zone. */
  outside: u32;
}
if (<i32>offsetof<MemoryObject>() > OBJECT_BYTES) ERROR('MemoryObject outgrew its stride');
if (
  <i32>offsetof<MemoryObject>('kind') != OBJECT_KIND_OFFSET ||
  <i32>offsetof<MemoryObject>('zone') != OBJECT_ZONE_OFFSET ||
  <i32>offsetof<MemoryObject>('nextKin') != OBJECT_KIN_OFFSET ||
  <i32>offsetof<MemoryObject>('tag') != OBJECT_TAG_OFFSET
) {
  ERROR('the host reads a MemoryObject at other places');
}
if (NODE_ENTRIES != 1 << NODE_SHIFT) ERROR('a node has 2^NODE_SHIFT entries');
if (NODE_BYTES != NODE_ENTRIES * 4) ERROR('an entry is a word');
if (NODE_ENTRIES > PAGEBLOCK_FRAMES) ERROR('a leaf reaches no further than a pageblock');

/** The object has, or had, pages that others map or that lie outside its zone: exit must look at each. */
export const OBJECT_ENTANGLED: u8 = 1;

export const WRITE_PROTECTED: u32 = <u32>ENTRY_WRITE_PROTECTED;
export const PFN_MASK: u32 = ~WRITE_PROTECTED;
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
export function slotOf(node: u32, index: u32): usize {
  return nodeAt(node) + ((<usize>(index & (NODE_ENTRIES - 1))) << 2);
}

/** Entries from `slot` on, at most `most`, that name consecutive frames and are alike in what may be done with them. */
@inline
export function entryRun(slot: usize, most: u32): u32 {
  const first = load<u32>(slot);
  let length: u32 = 1;
  while (length < most && load<u32>(slot + ((<usize>length) << 2)) == first + length) length++;
  return length;
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
export function leafOf(object: MemoryObject, index: u32): u32 {
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
export function leafMake(object: MemoryObject, index: u32): u32 {
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


@inline
export function nameFrame(pfn: u32, id: u32, index: u32, maps: u32): void {
  setOwnerWord(pfn, id | (maps << RECORD_OBJECT_BITS));
  setPageIndex(pfn, index);
}


@inline
export function mapsOf(pfn: u32): u32 {
  return ownerWord(pfn) >> RECORD_OBJECT_BITS;
}


@inline
export function ownerOf(pfn: u32): u32 {
  return ownerWord(pfn) & RECORD_OBJECT_MASK;
}

/** Frame at an index of an object, NIL if nothing is there. */
export function frameAt(id: u32, index: u32): u32 {
  const leaf = leafOf(objectAt(id), index);
  if (leaf == NIL) return NIL;
  const entry = load<u32>(slotOf(leaf, index));
  return entry == 0 ? NIL : (entry & PFN_MASK) - 1;
}

export function dropNodes(node: u32, height: u32): void {
  if (height > 1) {
    const at = nodeAt(node);
    for (let entry: u32 = 0; entry < <u32>NODE_ENTRIES; entry++) {
      const child = load<u32>(at + ((<usize>entry) << 2));
      if (child != 0) dropNodes(child - 1, height - 1);
    }
  }
  nodeDrop(node);
}

/** Whether an object maps the frame: while a zone ends, pages of its forgotten objects only look like it. */
export function isMapped(pfn: u32): bool {
  const owner = ownerOf(pfn);
  return isObject(owner) && frameAt(owner, pageIndex(pfn)) == pfn;
}

/** Pages an object holds now, or a status. */
export function objectPages(id: u32): i32 {
  return isObject(id) ? objectAt(id).pages : STATUS_BAD_ARGUMENT;
}

/** Frame at an index of an object, -1 if nothing is there. */
export function objectFrame(id: u32, index: u32): i32 {
  return isObject(id) ? frameAt(id, index) : NONE;
}
