// fork and copy-on-write: objects that share frames, and what happens when one of them writes or goes.
// Between CZones a shared frame stays where it was first allocated, and that zone pays for it (czone-share).

import {
  KERNEL_ZONES,
  MAP_COUNT_MAX,
  NODE_BYTES,
  NODE_ENTRIES,
  OBJECT_ANON,
  RECORD_OBJECT_BITS,
} from '../../src/abi/layout';
import {
  STAT_COW_PAGES,
  STAT_COW_REUSED_PAGES,
  STAT_CZONE_COW_ACROSS,
  STAT_FORKED_PAGES,
} from '../../src/abi/stat';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_TABLE_FULL,
  STATUS_TOO_MANY_SHARERS,
} from '../../src/abi/status';
import { NIL, setWord0, word0 } from '../base/frame';
import { guest } from '../base/guest';
import { blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { touchNew, touchRead, touchWrite } from '../host/backing';
import { countFrees, freeBlock } from '../kernel/request';
import { countForeign, countPageFreed } from './foreign';
import {
  MemoryObject,
  OBJECT_ENTANGLED,
  PFN_MASK,
  WRITE_PROTECTED,
  frameAt,
  isObject,
  leafMake,
  leafOf,
  mapsOf,
  nameFrame,
  nodeAt,
  objectAt,
  ownerOf,
} from './table';
import { adopt, objectAlloc, objectCreate, objectDestroy } from './touch';

/** Entry of another kin that maps this frame at this index; NIL if nobody else does. */
function otherMapper(id: u32, pfn: u32, index: u32): u32 {
  for (let kin = objectAt(id).nextKin; kin != id; kin = objectAt(kin).nextKin) {
    if (frameAt(kin, index) == pfn) return kin;
  }
  return NIL;
}

/** Takes one mapping of a shared frame away from `id`; the record goes to another kin if it named this one. */
export function unshare(id: u32, pfn: u32, index: u32): void {
  const maps = mapsOf(pfn) - 1;
  const owner = ownerOf(pfn);
  nameFrame(pfn, owner == id ? otherMapper(id, pfn, index) : owner, index, maps);
}

/**
 * A write to a page that fork left write-protected: reuse it if nobody else is left, else copy. A page in another
 * owner's CZone is copied even by the last who maps it, so that the zone can go.
 */
export function breakShare(object: MemoryObject, id: u32, slot: usize, index: u32, cpu: u32): i32 {
  const pfn = (load<u32>(slot) & PFN_MASK) - 1;
  const zone = blockZone(pfn);
  const across = zone != object.zone && zone >= <u32>KERNEL_ZONES;
  if (mapsOf(pfn) == 1 && !across) {
    store<u32>(slot, pfn + 1);
    count(STAT_COW_REUSED_PAGES, 1);
    touchWrite(pfn);
    return 0;
  }
  const copy = objectAlloc(object, cpu);
  if (copy < 0) return copy;
  touchRead(pfn);
  countForeign(object, pfn, -1);
  store<u32>(slot, <u32>copy + 1);
  if (mapsOf(pfn) > 1) {
    unshare(id, pfn, index);
  } else {
    countPageFreed(pfn);
    freeBlock(pfn, 0, cpu);
    countFrees(1, 1);
  }
  adopt(object, id, copy, index);
  countForeign(object, copy, 1);
  touchNew(copy);
  count(STAT_COW_PAGES, 1);
  if (across) count(STAT_CZONE_COW_ACROSS, 1);
  return 0;
}

/** Copies one leaf of the parent to the child, marking both sides write-protected. 0 or a status. */
function forkLeaf(child: MemoryObject, source: u32, target: u32): i32 {
  const from = nodeAt(source);
  const to = nodeAt(target);
  const zoned = guest.czoneBlockFrames != 0;
  for (let at: usize = 0; at < <u32>NODE_BYTES; at += 4) {
    const entry = load<u32>(from + at);
    if (entry == 0) continue;
    const pfn = (entry & PFN_MASK) - 1;
    const record = word0(pfn);
    if (record >> RECORD_OBJECT_BITS == MAP_COUNT_MAX) return STATUS_TOO_MANY_SHARERS;
    setWord0(pfn, record + (1 << RECORD_OBJECT_BITS));
    store<u32>(from + at, entry | WRITE_PROTECTED);
    store<u32>(to + at, entry | WRITE_PROTECTED);
    if (zoned) countForeign(child, pfn, 1);
    child.pages++;
  }
  return 0;
}


@inline
function joinKin(id: u32, made: u32): void {
  const parent = objectAt(id);
  const child = objectAt(made);
  child.nextKin = parent.nextKin;
  child.prevKin = id;
  objectAt(parent.nextKin).prevKin = made;
  parent.nextKin = made;
  parent.flags |= OBJECT_ENTANGLED;
  child.flags |= OBJECT_ENTANGLED;
}

/** Makes a copy-on-write copy of an anonymous object whose new pages come from `zone`. Child id or a status. */
export function objectFork(id: u32, zone: u32, tag: u32, cpu: u32): i32 {
  if (!isObject(id) || objectAt(id).kind != OBJECT_ANON || cpu >= guest.cpus) {
    return STATUS_BAD_ARGUMENT;
  }
  const made = objectCreate(OBJECT_ANON, zone, objectAt(id).gfp, tag);
  if (made < 0) return made;
  const parent = objectAt(id);
  const child = objectAt(made);
  joinKin(id, made);
  child.entries = parent.entries;
  let status: i32 = 0;
  for (let index: u32 = 0; index < parent.entries && status >= 0; index += NODE_ENTRIES) {
    const source = leafOf(parent, index);
    if (source == NIL) continue;
    const target = leafMake(child, index);
    status = target == NIL ? STATUS_TABLE_FULL : forkLeaf(child, source, target);
  }
  if (status < 0) {
    objectDestroy(made, cpu);
    return status;
  }
  count(STAT_FORKED_PAGES, child.pages);
  return made;
}
