// Pages and objects that go: entry by entry where others may map the frames, in runs where nobody does, or all at once
// with the CZone that they lie in.

import {
  KERNEL_ZONES,
  KIND_TAIL,
  NODE_ENTRIES,
  OBJECT_NONE,
  RECORD_OBJECT_BITS,
  RECORD_OBJECT_MASK,
} from '../../src/abi/layout';
import { PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { CZONE_DYING } from '../../src/abi/czone';
import { STAT_DROPPED_PAGES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status';
import { NIL } from '../base/frame';
import { guest, recordsBase, statesBase } from '../base/guest';
import { memoCut } from '../base/memo';
import { blockType, blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { zoneAt } from '../base/zone';
import { countFrees, freeBlock } from '../free';
import { FREE_TO_HEAD, freeOne, giveBackAll } from '../kernel/allocator';
import { countForeign, countForeignRun, countPageFreed, countRunFreed, leaveZone } from './foreign';
import { unshare } from './share';
import {
  MemoryObject,
  OBJECT_ENTANGLED,
  PFN_MASK,
  dropNodes,
  entryRun,
  isObject,
  leafOf,
  mapsOf,
  objectAt,
  slotOf,
} from './table';

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

/**
 * Drops entries from `slot` on, at most `most`, that name consecutive frames which others map too, and whose records name one of
 * those. How many; 0: the first must be dropped by itself.
 */
function dropShared(object: MemoryObject, id: u32, slot: usize, most: u32): u32 {
  const entry = load<u32>(slot);
  const pfn = (entry & PFN_MASK) - 1;
  const records = recordsBase + ((<usize>pfn) << 3);
  let shared: u32 = 0;
  while (shared < most && load<u32>(slot + ((<usize>shared) << 2)) == entry + shared) {
    const record = records + ((<usize>shared) << 3);
    const word = load<u32>(record);
    if (word >> RECORD_OBJECT_BITS < 2 || (word & RECORD_OBJECT_MASK) == id) break;
    store<u32>(record, word - (1 << RECORD_OBJECT_BITS));
    shared++;
  }
  if (shared == 0) return 0;
  memory.fill(slot, 0, (<usize>shared) << 2);
  if ((object.flags & OBJECT_ENTANGLED) != 0) countForeignRun(object, pfn, shared, -1);
  return shared;
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

/**
 * Makes frame numbers of the entries from `slot` on, at most `most`, as far as each names a frame of a kernel zone that
 * nobody else maps. How many: a table that giveBackAll frees. Without kin and without CZones that is each.
 */
function soleRun(object: MemoryObject, id: u32, slot: usize, most: u32): u32 {
  const looks = object.nextKin != id || guest.czoneBlockFrames != 0;
  let length: u32 = 0;
  while (length < most) {
    const at = slot + ((<usize>length) << 2);
    const entry = load<u32>(at);
    if (entry == 0) break;
    const pfn = (entry & PFN_MASK) - 1;
    if (looks && (mapsOf(pfn) > 1 || blockZone(pfn) >= <u32>KERNEL_ZONES)) break;
    store<u32>(at, pfn);
    length++;
  }
  return length;
}

/** Frees the entries from `slot` on that lie in kernel zones and are the object's alone, up to the first that is not. */
@inline
function dropSole(object: MemoryObject, id: u32, slot: usize, most: u32, cpu: u32): u32 {
  const frames = soleRun(object, id, slot, most);
  if (frames == 0) return 0;
  giveBackAll(slot, frames, cpu);
  memory.fill(slot, 0, (<usize>frames) << 2);
  return frames;
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
        step = entryRun(slot, stop - index);
        dropRun(object, slot, step);
        freed += step;
      } else {
        const most = stop - index;
        const sole = object.zone == NIL ? dropSole(object, id, slot, most, cpu) : 0;
        const shared = sole == 0 ? dropShared(object, id, slot, most) : 0;
        step = max(sole + shared, 1);
        freed += sole;
        if (sole + shared == 0) freed += <u32>dropEntry(object, id, slot, index, cpu);
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
  memoCut(id, start);
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
