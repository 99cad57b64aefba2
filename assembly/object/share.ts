// Frames that several objects map: copy-on-write, one mapper less, and all mappings led to another frame.
// Between CZones a shared frame stays where it was first allocated, and that zone pays for it (foreign).

import { KERNEL_ZONES } from '../../src/abi/layout';
import { STAT_COW_PAGES, STAT_COW_REUSED_PAGES, STAT_CZONE_COW_ACROSS } from '../../src/abi/stat';
import { NIL, ownerWord, pageIndex, setOwnerWord, setPageIndex } from '../base/frame';
import { blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { countFrees, freeBlock } from '../free';
import { touchNew, touchRead, touchWrite } from '../host/backing';
import { adopt, objectAlloc } from './create';
import { countForeign, countPageFreed } from './foreign';
import {
  MemoryObject,
  PFN_MASK,
  WRITE_PROTECTED,
  frameAt,
  leafOf,
  mapsOf,
  nameFrame,
  objectAt,
  ownerOf,
  slotOf,
} from './table';

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

/** Rewrites every mapping of a frame to another one: what a migration does last. The records are the caller's. */
export function remapFrame(from: u32, to: u32): void {
  const id = ownerOf(from);
  const index = pageIndex(from);
  setOwnerWord(to, ownerWord(from));
  setPageIndex(to, index);
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
