// The end of a CZone's owner. Normally nothing else uses the zone's frames: its objects are forgotten with their tables
// and its blocks go to the pool, and no page is looked at. Where other owners map frames of it (fork across zones), or
// the host is just looking at some, the zone is DYING: blocks without such frames go at once, each other one with its
// last.

import {
  KIND_FREE,
  KIND_MASK,
  KIND_OBJECT,
  KIND_ORDER_MASK,
  KIND_TAIL,
  NODE_ENTRIES,
} from '../../src/abi/layout';
import { CZONE_DYING } from '../../src/abi/czone';
import {
  STAT_CZONE_DYING,
  STAT_CZONE_EXIT_WALKED,
  STAT_CZONE_SHARED_OUT,
  STAT_DROPPED_PAGES,
} from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../src/abi/status';
import { NIL, headOf, stateOf } from '../base/frame';
import { guest } from '../base/guest';
import { blockType, blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, zoneAt } from '../base/zone';
import { endZone, linkAt, removeBlock, takeFreeOfBlock } from '../czone/block';
import { isCzone } from '../czone/zone';
import { countFrees } from '../free';
import { FREE_NO_NOTIFY, FREE_TO_HEAD, freeOne } from '../kernel/allocator';
import { dropEntry, objectDestroy, objectForget } from './drop';
import {
  MemoryObject,
  OBJECT_ENTANGLED,
  PFN_MASK,
  isMapped,
  leafOf,
  objectAt,
  slotOf,
} from './table';

/** Drops the entries of an object that name frames outside its zone. */
function dropOutside(object: MemoryObject, id: u32, cpu: u32): void {
  let freed: u32 = 0;
  const end = object.entries;
  for (let index: u32 = 0; index < end && object.outside != 0;) {
    const stop = min(end, (index | (NODE_ENTRIES - 1)) + 1);
    const leaf = leafOf(object, index);
    for (; leaf != NIL && index < stop; index++) {
      const slot = slotOf(leaf, index);
      const entry = load<u32>(slot);
      if (entry == 0 || blockZone((entry & PFN_MASK) - 1) == object.zone) continue;
      object.pages--;
      freed += <u32>dropEntry(object, id, slot, index, cpu);
    }
    index = stop;
  }
  count(STAT_DROPPED_PAGES, freed);
  countFrees(freed, freed);
}

/** Ends the objects of a zone. Those that share frames with other zones are taken apart page by page. */
function endObjects(zone: Zone, cpu: u32): void {
  const shared = zone.sharedOut != 0;
  while (zone.firstObject != NIL) {
    const id = zone.firstObject;
    const object = objectAt(id);
    const entangled = (object.flags & OBJECT_ENTANGLED) != 0;
    if (entangled && (shared || object.outside != 0)) count(STAT_CZONE_EXIT_WALKED, object.pages);
    if (entangled && shared) {
      objectDestroy(id, cpu);
      continue;
    }
    if (object.outside != 0) dropOutside(object, id, cpu);
    count(STAT_DROPPED_PAGES, object.pages);
    objectForget(id);
  }
}

/** Frames of a block that somebody still uses. Forgotten pages are nobody's. Object pages are added to the zone's. */
function liveFrames(zone: Zone, pfn: u32): u32 {
  let live: u32 = 0;
  const end = pfn + guest.czoneBlockFrames;
  for (let at = pfn; at < end;) {
    // The first may lie inside a block of frames that began in the block before.
    const head = at == pfn ? headOf(at) : at;
    const state = stateOf(head);
    const kind = state & KIND_MASK;
    const size: u32 = head + (1 << (state & KIND_ORDER_MASK)) - at;
    const mapped = kind == KIND_OBJECT && isMapped(at);
    if (mapped) zone.objectFrames++;
    if (mapped || (kind != KIND_FREE && kind != KIND_TAIL && kind != KIND_OBJECT)) live += size;
    at += size;
  }
  return live;
}

/** Frees the pages of forgotten objects in a block that stays for the sake of others. */
function freeForgotten(zone: Zone, pfn: u32): void {
  const end = pfn + guest.czoneBlockFrames;
  for (let at = pfn; at < end; at++) {
    if (stateOf(at) != KIND_OBJECT || isMapped(at)) continue;
    freeOne(zone, at, 0, blockType(at), FREE_TO_HEAD | FREE_NO_NOTIFY);
  }
}

/** Lets the blocks go that nobody uses. Frames in use elsewhere are counted: they outlive their owner. */
function wither(zone: Zone): u32 {
  let given: u32 = 0;
  zone.objectFrames = 0;
  for (let pfn = zone.firstBlock; pfn != NIL;) {
    const next = load<u32>(linkAt(pfn));
    const live = liveFrames(zone, pfn);
    if (live == 0) {
      takeFreeOfBlock(zone, pfn);
      removeBlock(zone, pfn);
      given++;
    } else {
      freeForgotten(zone, pfn);
      count(STAT_CZONE_SHARED_OUT, live);
    }
    pfn = next;
  }
  return given;
}

/**
 * Ends a zone with everything that belongs to its owner, processes or not. How many of its blocks are in the pool
 * afterwards, or a status. A zone with frames in use elsewhere is dying: its index is taken until the last one goes.
 */
export function czoneExit(index: u32, cpu: u32): i32 {
  if (!isCzone(index) || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  if (zone.state == CZONE_DYING) return STATUS_BAD_STATE;
  const own = zone.free + zone.objectFrames;
  const alone = zone.sharedOut == 0 && own == zone.managed;
  endObjects(zone, cpu);
  zone.refs = 0;
  if (alone) return endZone(zone);
  zone.state = CZONE_DYING;
  count(STAT_CZONE_DYING, 1);
  const given = wither(zone);
  if (zone.blocks == 0) endZone(zone);
  return given;
}
