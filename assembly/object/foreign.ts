// Which objects belong to a CZone, and who maps what of whom. A frame is paid for by the zone it lies in, whoever maps it
// (as a memory cgroup charges the first who touches a page); these counts say how much of that is for others.
//
//  zone.sharedOut   entries of other owners' objects that name frames of this zone
//  zone.outside     entries of this zone's objects that name frames elsewhere (shared by fork, or borrowed)
//  object.outside   the same for one object

import { KERNEL_ZONES } from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { NIL } from '../base/frame';
import { blockZone } from '../base/pageblock';
import { zoneAt } from '../base/zone';
import { MemoryObject, objectAt } from './table';

/** An entry of the object for this frame appears (1) or goes (-1), or so many for frames of its pageblock. */
export function countForeign(object: MemoryObject, pfn: u32, by: i32): void {
  const place = blockZone(pfn);
  if (place == object.zone) return;
  if (place >= <u32>KERNEL_ZONES) zoneAt(place).sharedOut += by;
  if (object.zone == NIL) return;
  object.outside += by;
  zoneAt(object.zone).outside += by;
}

/** countForeign of entries that name consecutive frames. */
export function countForeignRun(object: MemoryObject, pfn: u32, frames: u32, by: i32): void {
  const end = pfn + frames;
  for (let at = pfn; at < end;) {
    const stop = min(end, (at | (PAGEBLOCK_FRAMES - 1)) + 1);
    countForeign(object, at, by * <i32>(stop - at));
    at = stop;
  }
}

/** A page of an object has been freed. Only CZones count their object pages. */
@inline
export function countPageFreed(pfn: u32): void {
  const place = blockZone(pfn);
  if (place >= <u32>KERNEL_ZONES) zoneAt(place).objectFrames--;
}

/** The same for a run of pages that lie in one CZone. */
@inline
export function countRunFreed(zone: u32, frames: u32): void {
  zoneAt(zone).objectFrames -= frames;
}

/** Puts an object on its zone's list. */
export function joinZone(object: MemoryObject, id: u32): void {
  const zone = zoneAt(object.zone);
  const next = zone.firstObject;
  object.nextFree = next;
  object.prevInZone = NIL;
  if (next != NIL) objectAt(next).prevInZone = id;
  zone.firstObject = id;
}

/** Takes an object off its zone's list. */
export function leaveZone(object: MemoryObject): void {
  const next = object.nextFree;
  const prev = object.prevInZone;
  if (prev == NIL) zoneAt(object.zone).firstObject = next;
  else objectAt(prev).nextFree = next;
  if (next != NIL) objectAt(next).prevInZone = prev;
}
