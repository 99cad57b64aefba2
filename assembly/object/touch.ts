// Memory objects: growable arrays of frame numbers. Anonymous memory, files and kernel memory are objects; every page
// of one is found from its frame's record, so migration has an exact reverse map. Tables and ids are in object-table,
// fork and copy-on-write in object-fork.

import {
  KIND_KERNEL,
  KIND_OBJECT,
  KIND_TAIL,
  NODE_ENTRIES,
  OBJECT_ANON,
  OBJECT_BYTES,
  OBJECT_FILE,
  OBJECT_KERNEL,
  OBJECT_NONE,
  RECORD_OBJECT_BITS,
} from '../../src/abi/layout';
import { NONE, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { CZONE_DYING } from '../../src/abi/czone';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
  STAT_DROPPED_PAGES,
  STAT_FAULT_PAGES,
  STAT_TOUCHED_PAGES,
} from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_TABLE_FULL } from '../../src/abi/status';
import { NIL, setState, setWord0, setWord1, word0, word1 } from '../base/frame';
import { guest, recordsBase, statesBase } from '../base/guest';
import { blockType, blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { zoneAt } from '../base/zone';
import { czoneRun, runFrames } from '../czone/run';
import { isOpenCzone } from '../czone/zone';
import { touchNew, touchRead, touchRun, touchWrite } from '../host/backing';
import { FREE_TO_HEAD, freeOne } from '../kernel/buddy';
import { allocBlock, countFrees, freeBlock, streamReset, streamTake } from '../kernel/request';
import { countForeign, countPageFreed, countRunFreed, joinZone, leaveZone } from './foreign';
import { breakShare, unshare } from './fork';
import {
  MemoryObject,
  OBJECT_ENTANGLED,
  PFN_MASK,
  WRITE_PROTECTED,
  dropNodes,
  frameAt,
  isObject,
  leafMake,
  leafOf,
  mapsOf,
  nameFrame,
  objectAt,
  ownerOf,
  slotOf,
} from './table';

/**
 * Makes an empty object; its id or STATUS_TABLE_FULL. `zone` NIL: pages come from the kernel's zones. A CZone holds
 * user pages only: anonymous memory and files.
 */
export function objectCreate(kind: u32, zone: u32, gfp: u32, tag: u32): i32 {
  if (kind < <u32>OBJECT_ANON || kind > <u32>OBJECT_KERNEL) return STATUS_BAD_ARGUMENT;
  if (zone != NIL && (kind == OBJECT_KERNEL || !isOpenCzone(zone))) return STATUS_BAD_ARGUMENT;
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
  if (zone != NIL) joinZone(object, id);
  guest.objectCount++;
  return id;
}

/** One frame for the object, from its zone or the kernel's; a frame number or a status. */
@inline
export function objectAlloc(object: MemoryObject, cpu: u32): i32 {
  if (object.zone != NIL) return czoneRun(object.zone, 1, object.gfp, cpu);
  return allocBlock(object.gfp, 0, cpu);
}


@inline
export function adopt(object: MemoryObject, id: u32, pfn: u32, index: u32): void {
  setState(pfn, object.kind == OBJECT_KERNEL ? KIND_KERNEL : KIND_OBJECT, 0);
  nameFrame(pfn, id, index, 1);
}

/** Empty entries from a slot on, at most `limit`. */
@inline
function emptyRun(slot: usize, limit: u32): u32 {
  let run: u32 = 1;
  while (run < limit && load<u32>(slot + ((<usize>run) << 2)) == 0) run++;
  return run;
}

/**
 * Fills up to `want` empty entries of a CZone's object with neighbouring frames: what as many single faults would have
 * got, in one go. Entries filled or a status.
 */
function fillRun(object: MemoryObject, id: u32, slot: usize, index: u32, want: u32, cpu: u32): i32 {
  const pfn = czoneRun(object.zone, want, object.gfp, cpu);
  if (pfn < 0) return pfn;
  const frames = runFrames;
  const record = recordsBase + ((<usize>pfn) << 3);
  const word = id | (1 << RECORD_OBJECT_BITS);
  for (let at: u32 = 0; at < frames; at++) {
    store<u32>(slot + ((<usize>at) << 2), <u32>pfn + at + 1);
    store<u64>(record + ((<usize>at) << 3), (<u64>word) | ((<u64>(index + at)) << 32));
  }
  memory.fill(statesBase + pfn, <u8>KIND_OBJECT, frames);
  touchRun(pfn, frames);
  if (blockZone(pfn) != object.zone) {
    object.flags |= OBJECT_ENTANGLED;
    countForeign(object, pfn, 1);
  }
  return frames;
}

/** One missing page of an object in the kernel's zones. 1 when the frame came from a run of requests, 0, or a status. */
@inline
function fillOne(object: MemoryObject, id: u32, slot: usize, index: u32, cpu: u32): i32 {
  let pfn: i32 = streamTake();
  const streamed = pfn != NIL;
  if (!streamed) {
    pfn = allocBlock(object.gfp, 0, cpu);
    if (pfn < 0) return pfn;
  }
  store<u32>(slot, <u32>pfn + 1);
  adopt(object, id, pfn, index);
  touchNew(pfn);
  return <i32>streamed;
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
  while (index < end) {
    const slot = slotOf(leaf, index);
    const entry = load<u32>(slot);
    let step: u32 = 1;
    if (entry == 0) {
      if (object.zone == NIL) {
        status = fillOne(object, id, slot, index, cpu);
        if (status < 0) break;
        streamed += status;
      } else {
        status = fillRun(object, id, slot, index, emptyRun(slot, end - index), cpu);
        if (status < 0) break;
        step = status;
      }
      faults += step;
    } else if (!write) {
      touchRead((entry & PFN_MASK) - 1);
    } else if ((entry & WRITE_PROTECTED) != 0) {
      status = breakShare(object, id, slot, index, cpu);
      if (status < 0) break;
    } else {
      touchWrite(entry - 1);
    }
    index += step;
  }
  object.pages += faults;
  if (index > object.entries) object.entries = index;
  count(STAT_FAULT_PAGES, faults);
  count(STAT_ALLOC_CALLS, streamed);
  count(STAT_ALLOC_PAGES, streamed);
  return min(status, 0);
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
export function dropEntry(object: MemoryObject, id: u32, slot: usize, index: u32, cpu: u32): bool {
  const entry = load<u32>(slot);
  const pfn = (entry & PFN_MASK) - 1;
  store<u32>(slot, 0);
  if ((object.flags & OBJECT_ENTANGLED) != 0) countForeign(object, pfn, -1);
  if (mapsOf(pfn) > 1) {
    unshare(id, pfn, index);
    return false;
  }
  if (guest.czoneBlockFrames != 0) countPageFreed(pfn);
  freeBlock(pfn, 0, cpu);
  return true;
}

/** Entries from `slot` on, at most `most`, that name consecutive frames. */
@inline
function frameRun(slot: usize, most: u32): u32 {
  const first = load<u32>(slot);
  let length: u32 = 1;
  while (length < most && load<u32>(slot + ((<usize>length) << 2)) == first + length) length++;
  return length;
}

/**
 * Frees a run of frames of an object that is not entangled, in the largest aligned blocks, ascending. Blocks go to the
 * heads of their lists, so the lists end up as if the frames had been freed one by one.
 */
function dropRun(object: MemoryObject, slot: usize, frames: u32): void {
  const zone = zoneAt(object.zone);
  const start = load<u32>(slot) - 1;
  const end = start + frames;
  memory.fill(slot, 0, (<usize>frames) << 2);
  memory.fill(statesBase + start, <u8>KIND_TAIL, frames);
  countRunFreed(object.zone, frames);
  for (let at = start; at < end;) {
    let order = min<u32>(PAGEBLOCK_ORDER, ctz<u32>(at));
    while (at + (1 << order) > end) order--;
    freeOne(zone, at, order, blockType(at), FREE_TO_HEAD);
    at += 1 << order;
  }
}

/** Drops the entries [index, stop) of one leaf; frames freed. */
function dropLeaf(object: MemoryObject, id: u32, leaf: u32, index: u32, stop: u32, cpu: u32): u32 {
  const alone =
    object.zone != NIL &&
    (object.flags & OBJECT_ENTANGLED) == 0 &&
    zoneAt(object.zone).state != CZONE_DYING;
  let freed: u32 = 0;
  while (index < stop) {
    const slot = slotOf(leaf, index);
    let step: u32 = 1;
    if (load<u32>(slot) != 0) {
      if (alone) {
        step = frameRun(slot, stop - index);
        dropRun(object, slot, step);
        freed += step;
      } else {
        freed += <u32>dropEntry(object, id, slot, index, cpu);
      }
      object.pages -= step;
    }
    index += step;
  }
  return freed;
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
    if (leaf != NIL) freed += dropLeaf(object, id, leaf, index, stop, cpu);
    index = stop;
  }
  if (start + pages >= object.entries) object.entries = min(start, object.entries);
  count(STAT_DROPPED_PAGES, freed);
  countFrees(freed, freed);
  return freed;
}

/** Forgets the object's table and id without looking at its frames: they are gone with their zone. */
export function objectForget(id: u32): void {
  const object = objectAt(id);
  if (object.height > 0) dropNodes(object.root, object.height);
  objectAt(object.prevKin).nextKin = object.nextKin;
  objectAt(object.nextKin).prevKin = object.prevKin;
  if (object.zone != NIL) leaveZone(object);
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

/** Rewrites every mapping of a frame to another one: what a migration does last. The records are the caller's. */
export function remapFrame(from: u32, to: u32): void {
  const id = ownerOf(from);
  const index = word1(from);
  setWord0(to, word0(from));
  setWord1(to, index);
  // A page discarded with its object is nobody's, and its record names what is gone.
  if (!isObject(id)) return;
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
  const zone = zoneAt(object.zone);
  zone.discarded += pages;
  zone.objectFrames -= pages;
  count(STAT_DROPPED_PAGES, pages);
  objectForget(id);
  return pages;
}
