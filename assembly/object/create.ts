// New memory objects, and the frames that become their pages: from their CZone or from the kernel's zones.

import {
  KIND_KERNEL,
  KIND_OBJECT,
  OBJECT_ANON,
  OBJECT_BYTES,
  OBJECT_KERNEL,
} from '../../src/abi/layout';
import { STATUS_BAD_ARGUMENT, STATUS_TABLE_FULL } from '../../src/abi/status';
import { NIL, setState } from '../base/frame';
import { guest } from '../base/guest';
import { memoForget } from '../base/memo';
import { czoneRun } from '../czone/run';
import { isOpenCzone } from '../czone/zone';
import { allocBlock } from '../kernel/allocator';
import { joinZone } from './foreign';
import { MemoryObject, nameFrame, objectAt } from './table';

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
  memoForget(id);
  if (zone != NIL) joinZone(object, id);
  guest.objectCount++;
  return id;
}

/** One frame for the object, from its zone or the kernel's; a frame number or a status. */
@inline
export function objectAlloc(object: MemoryObject, cpu: u32): i32 {
  if (object.zone != NIL) return <i32>czoneRun(object.zone, 1, object.gfp, cpu);
  return allocBlock(object.gfp, 0, cpu);
}

/** What the state of a frame with a page of the object says. */
@inline
export function kindOfPages(object: MemoryObject): u32 {
  return object.kind == OBJECT_KERNEL ? KIND_KERNEL : KIND_OBJECT;
}


@inline
export function adopt(object: MemoryObject, id: u32, pfn: u32, index: u32): void {
  setState(pfn, kindOfPages(object), 0);
  nameFrame(pfn, id, index, 1);
}
