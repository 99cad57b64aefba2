// The verify build's walk over LLFree's tables: each count is counted again, and each frame that they call free is noted as
// standing where free frames stand.

import { KERNEL_ZONES, KIND_FREE } from '../../src/abi/layout';
import { LLFREE_ENTRY_FREE, LLFREE_ENTRY_HUGE, LLFREE_ROW_SHIFT } from '../../src/abi/llfree';
import { PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import {
  RULE_FREE_COUNT,
  RULE_LIST_STATE,
  RULE_LLFREE_ENTRY,
  RULE_LLFREE_TREE,
} from '../../src/abi/rule';
import { stateOf } from '../base/frame';
import { NOTE_LISTED, differ, fault, setNote } from '../base/notes';
import { zoneAt, zoneEnd } from '../base/zone';
import { isTakenHard, useZone } from '../kernel/allocator';
import { fieldOf } from '../llfree/field';
import { KINDS } from '../llfree/kinds';
import { entry, freeInTree } from '../llfree/lower';
import { pool } from '../llfree/pool';
import { slotAt } from '../llfree/slot';
import { freeOf, isReserved, treeWord } from '../llfree/tree';

function noteFree(pfn: u32): u32 {
  setNote(pfn, NOTE_LISTED);
  return differ(RULE_LIST_STATE, pfn, KIND_FREE, stateOf(pfn));
}


@inline
function isTaken(huge: u32, place: u32): bool {
  const row = load<u64>(fieldOf(huge) + (place >> LLFREE_ROW_SHIFT) * sizeof<u64>());
  return ((row >> (place & ((1 << LLFREE_ROW_SHIFT) - 1))) & 1) != 0;
}

/** A huge frame that is allocated, or was taken hard while it was free, which only the marks of its frames say. */
function verifyHuge(huge: u32, bits: u32, pfn: u32): u32 {
  const clear = LLFREE_ENTRY_HUGE | (bits & ~(LLFREE_ENTRY_FREE | LLFREE_ENTRY_HUGE));
  const rule = differ(RULE_LLFREE_ENTRY, pfn, clear, bits);
  if (rule != 0) return rule;
  const wasFree = isTakenHard(bits) && stateOf(pfn) == KIND_FREE;
  for (let place: u32 = 0; place < <u32>PAGEBLOCK_FRAMES; place++) {
    if (isTaken(huge, place)) return fault(RULE_LLFREE_ENTRY, pfn + place, 0, 1);
    const wrong = wasFree ? noteFree(pfn + place) : 0;
    if (wrong != 0) return wrong;
  }
  return 0;
}

/** One huge frame, which begins below the zone's end. */
function verifyEntry(huge: u32, pfn: u32): u32 {
  const bits = entry(huge);
  if ((bits & LLFREE_ENTRY_HUGE) != 0) return verifyHuge(huge, bits, pfn);
  let free: u32 = 0;
  for (let place: u32 = 0; place < <u32>PAGEBLOCK_FRAMES; place++) {
    if (isTaken(huge, place)) continue;
    const rule = noteFree(pfn + place);
    if (rule != 0) return rule;
    free++;
  }
  return differ(RULE_LLFREE_ENTRY, pfn, free, bits & LLFREE_ENTRY_FREE);
}

/** A tree and its one slot together hold what its entries count. */
function verifyTree(tree: u32, pfn: u32): u32 {
  const word = treeWord<u16>(tree);
  let held = freeOf<u16>(word);
  let owners: u32 = 0;
  for (let cpu: u32 = 0; cpu < pool.cpus; cpu++) {
    for (let kind: u32 = 0; kind < KINDS; kind++) {
      const slot = slotAt<u16>(kind, cpu);
      if (!slot.isPresent || slot.tree != tree) continue;
      held += slot.free;
      owners++;
    }
  }
  const rule = differ(RULE_LLFREE_TREE, pfn, <u32>isReserved<u16>(word), owners);
  return rule != 0 ? rule : differ(RULE_LLFREE_TREE, pfn, freeInTree(tree), held);
}

function verifyTables(index: u32): u32 {
  const zone = zoneAt(index);
  if (zone.spanned == 0) return 0;
  const base = useZone(index);
  for (let pfn = base; pfn < zoneEnd(zone); pfn += PAGEBLOCK_FRAMES) {
    const rule = verifyEntry((pfn - base) >> PAGEBLOCK_ORDER, pfn);
    if (rule != 0) return rule;
  }
  let free: u32 = 0;
  for (let tree: u32 = 0; tree < pool.trees; tree++) {
    const rule = verifyTree(tree, base);
    if (rule != 0) return rule;
    free += freeInTree(tree);
  }
  return differ(RULE_FREE_COUNT, zone.start, free, zone.free);
}

/** The tables of all zones. */
export function verifyLlfree(): u32 {
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    const rule = verifyTables(index);
    if (rule != 0) return rule;
  }
  return 0;
}
