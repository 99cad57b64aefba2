// The verify build's look at the memos of objects (base/memo): every page claimed is found as it is claimed.

import { RULE_MEMO_READ, RULE_MEMO_WRITTEN } from '../../src/abi/rule';
import { testBit } from '../base/bitmap';
import { NIL } from '../base/frame';
import { backedBase, templateBase } from '../base/guest';
import { memoOf } from '../base/memo';
import { fault } from '../base/notes';
import { MemoryObject, PFN_MASK, WRITE_PROTECTED, leafOf, objectAt, slotOf } from '../object/table';

/** Entry of an object's page, 0 if nothing is there or the index lies past the object's end. */
function entryOf(object: MemoryObject, index: u32): u32 {
  const leaf = index < object.entries ? leafOf(object, index) : NIL;
  return leaf == NIL ? 0 : load<u32>(slotOf(leaf, index));
}

function isResident(entry: u32): bool {
  return entry != 0 && testBit(backedBase, (entry & PFN_MASK) - 1);
}

function isPrivate(entry: u32): bool {
  return (entry & WRITE_PROTECTED) == 0 && !testBit(templateBase, entry - 1);
}

/** Expected is the page's index, found its entry. */
export function verifyMemo(id: u32): u32 {
  const memo = memoOf(id);
  if (memo == null) return 0;
  const object = objectAt(id);
  for (let index = memo.readStart; index < memo.readEnd; index++) {
    const entry = entryOf(object, index);
    if (!isResident(entry)) return fault(RULE_MEMO_READ, id, index, entry);
  }
  for (let index = memo.writtenStart; index < memo.writtenEnd; index++) {
    const entry = entryOf(object, index);
    if (!isResident(entry)) return fault(RULE_MEMO_READ, id, index, entry);
    if (!isPrivate(entry)) return fault(RULE_MEMO_WRITTEN, id, index, entry);
  }
  return 0;
}
