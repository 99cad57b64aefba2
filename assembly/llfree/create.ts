// Making an allocator: its tables at their exact sizes, and what memory holds at first.

import {
  LLFREE_ALL_ALLOCATED,
  LLFREE_ALL_FREE,
  LLFREE_CPUS_MOST,
  LLFREE_FRAMES_MOST,
  LLFREE_KINDS,
  LLFREE_KINDS_INSTALLED,
  LLFREE_KINDS_TREE_SHIFT_MOST,
  LLFREE_LINE_BYTES,
  LLFREE_SIMPLE,
  LLFREE_SLOTS_HEAD_BYTES,
  LLFREE_TREE_SHIFT_MOST,
} from '../../src/abi/llfree';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_NO_MEMORY } from '../../src/abi/status';
import { ORDER_MAX, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { KINDS } from './kinds';
import { fillLower, freeInTree } from './lower';
import { TABLES_BASE, hasKinds, pool, treeFrames, treeOrder } from './pool';
import { defaultClass, setTree } from './tree';

const SIMPLE_CLASSES: u32 = 2;
const MOVABLE_CLASSES: u32 = 3;
const WASM_PAGE_SHIFT: u32 = 16;


@inline
function lines(bytes: u64): u64 {
  return (bytes + LLFREE_LINE_BYTES - 1) & ~(<u64>LLFREE_LINE_BYTES - 1);
}

function ceilDivide(value: u32, by: u32): u32 {
  return value / by + <u32>(value % by != 0);
}

/** Sets where each table begins, from an address on. The first byte behind them, which may be more than a memory holds. */
function layOut(base: u64): u64 {
  const huges = ceilDivide(pool.frames, PAGEBLOCK_FRAMES);
  const entriesLine = (<u64>1) << pool.lineShift;
  let at = base;
  pool.fields = <u32>at;
  at += (<u64>huges * LLFREE_LINE_BYTES + entriesLine - 1) & ~(entriesLine - 1);
  pool.entries = <u32>at;
  at += <u64>pool.trees * entriesLine;
  pool.treeWords = <u32>at;
  at += lines(<u64>pool.trees * (hasKinds() ? sizeof<u16>() : sizeof<u32>()));
  pool.slots = <u32>at;
  const slotLines = hasKinds() ? pool.cpus : pool.cpus * pool.classes;
  at += <u64>slotLines * LLFREE_LINE_BYTES + (hasKinds() ? 0 : LLFREE_SLOTS_HEAD_BYTES);
  pool.end = <u32>at;
  return at;
}

function growTo(end: u64): bool {
  const pages = <i32>((end + ((<u64>1) << WASM_PAGE_SHIFT) - 1) >> WASM_PAGE_SHIFT);
  const missing = pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}

function fillTrees(): void {
  for (let tree: u32 = 0; tree < pool.trees; tree++) {
    if (hasKinds()) setTree<u16>(tree, freeInTree(tree), false, 0);
    else setTree<u32>(tree, freeInTree(tree), false, defaultClass());
  }
}

/** Trees of 2^treeShift huge frames over so many frames. Once in a module. Zero, or a status. */
export function create(frames: u32, cpus: u32, treeShift: u32, rules: u32, state: u32): i32 {
  if (pool.frames != 0) return STATUS_BAD_STATE;
  if (frames == 0 || frames > <u32>LLFREE_FRAMES_MOST || cpus == 0 || cpus > <u32>LLFREE_CPUS_MOST)
    return STATUS_BAD_ARGUMENT;
  if (rules > <u32>LLFREE_KINDS_INSTALLED || state > <u32>LLFREE_ALL_ALLOCATED)
    return STATUS_BAD_ARGUMENT;
  const shiftMost: u32 =
    rules >= <u32>LLFREE_KINDS ? LLFREE_KINDS_TREE_SHIFT_MOST : LLFREE_TREE_SHIFT_MOST;
  if (treeShift > shiftMost) return STATUS_BAD_ARGUMENT;
  if (!growTo(plan(frames, cpus, treeShift, rules, TABLES_BASE))) {
    pool.frames = 0;
    return STATUS_NO_MEMORY;
  }
  fill(state);
  return 0;
}

/** Sets the sizes of the allocator at hand and lays out its tables from `base` on. The first byte behind them. */
export function plan(frames: u32, cpus: u32, treeShift: u32, rules: u32, base: u64): u64 {
  pool.rules = rules;
  pool.treeShift = treeShift;
  pool.lineShift = max<u32>(treeShift + 1, ctz<u32>(LLFREE_LINE_BYTES));
  pool.frames = frames;
  pool.trees = ceilDivide(frames, treeFrames());
  // with kinds, CPUs beyond the trees share the slots of others
  pool.cpus = hasKinds() ? min(cpus, pool.trees) : cpus;
  pool.classes = hasKinds() ? KINDS : rules == LLFREE_SIMPLE ? SIMPLE_CLASSES : MOVABLE_CLASSES;
  return layOut(base);
}

/** What its tables say at first; there is memory behind them. */
export function fill(state: u32): void {
  fillLower(state == LLFREE_ALL_FREE);
  fillTrees();
}

/** Orders of blocks: up to a tree; the artifact's end at a pair of huge frames. */
export function orderMost(): u32 {
  return hasKinds() ? min<u32>(treeOrder(), ORDER_MAX) : treeOrder();
}
