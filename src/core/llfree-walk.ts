// A walk over all of LLFree's tables: each count is counted again.

import { LLFREE_CLASSES_OFFSET } from '../abi/llfree.ts';
import { PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import type { LlfreeCore } from './llfree.ts';
import type { LlfreeSlot, LlfreeTables } from './llfree-tables.ts';

/** Bits set in a huge frame's field; undefined behind the zone's end, where there is none. */
function takenIn(tables: LlfreeTables, huge: number): number | undefined {
  const first = huge * PAGEBLOCK_FRAMES;
  if (first >= tables.frames) return undefined;
  let taken = 0;
  for (let frame = first; frame < first + PAGEBLOCK_FRAMES; frame += 1) {
    if (tables.isTaken(frame)) taken += 1;
  }
  return taken;
}

/** A huge entry counts none free and its field is all zero; another counts the zeros of its field. */
function entryFault(tables: LlfreeTables, huge: number): string | undefined {
  const { free, isHuge } = tables.entry(huge);
  const taken = takenIn(tables, huge);
  if (taken === undefined) {
    return isHuge && free === 0 ? undefined : `huge frame ${huge} is behind the end, but free`;
  }
  if (isHuge) {
    return free === 0 && taken === 0
      ? undefined
      : `huge frame ${huge} is allocated, but has ${free} free and ${taken} taken`;
  }
  return free === PAGEBLOCK_FRAMES - taken
    ? undefined
    : `huge frame ${huge} counts ${free} free of ${PAGEBLOCK_FRAMES - taken}`;
}

/** A tree and its one slot together hold what its entries count; one that nobody uses has no class of its own. */
function treeFault(
  tables: LlfreeTables,
  tree: number,
  owners: readonly LlfreeSlot[],
  isToday: boolean,
): string | undefined {
  const { free, isReserved, class: cls } = tables.tree(tree);
  const classes = tables.word(LLFREE_CLASSES_OFFSET);
  let counted = 0;
  for (let k = 0; k < tables.treeHuge; k += 1) {
    counted += tables.entry(tree * tables.treeHuge + k).free;
  }
  const held = owners.reduce((sum, slot) => sum + slot.free, 0);
  if (owners.length !== (isReserved ? 1 : 0)) return `tree ${tree} has ${owners.length} slots`;
  if (free + held !== counted) return `tree ${tree} counts ${free} and ${held} of ${counted}`;
  if (cls >= classes) return `tree ${tree} is of class ${cls}`;
  const isUnused = !isReserved && free === tables.treeHuge * PAGEBLOCK_FRAMES;
  return isToday && isUnused && cls !== classes - 1
    ? `tree ${tree} is free, but ${cls}`
    : undefined;
}

/** The first thing that is wrong, in words. */
export function llfreeFault({ tables, isToday }: LlfreeCore): string | undefined {
  for (let huge = 0; huge < tables.huges; huge += 1) {
    const fault = entryFault(tables, huge);
    if (fault !== undefined) return fault;
  }
  const slots = [...tables.slots()];
  for (let tree = 0; tree < tables.trees; tree += 1) {
    const owners = slots.filter((slot) => slot.tree === tree);
    const fault = treeFault(tables, tree, owners, isToday);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
