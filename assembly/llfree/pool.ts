// The header of an LLFree allocator: its sizes and where its tables lie. All of its state is in linear memory behind it. An
// allocator is one memory zone's; its frames are numbered from 0. The module of its own holds one, a guest's core one a zone.

import {
  LLFREE_BASE,
  LLFREE_BYTES,
  LLFREE_CLASSES_OFFSET,
  LLFREE_CPUS_OFFSET,
  LLFREE_END_OFFSET,
  LLFREE_ENTRIES_OFFSET,
  LLFREE_FIELDS_OFFSET,
  LLFREE_FRAMES_OFFSET,
  LLFREE_KINDS,
  LLFREE_RESULT_CLASS_OFFSET,
  LLFREE_RESULT_EVICTED_OFFSET,
  LLFREE_SLOTS_OFFSET,
  LLFREE_TREES_OFFSET,
  LLFREE_TREE_SHIFT_OFFSET,
  LLFREE_TREE_WORDS_OFFSET,
} from '../../src/abi/llfree';
import { THP_ORDER } from '../../src/abi/unit';


@unmanaged
export class Pool {
  frames: u32;
  /** Trees, the last one perhaps not whole. */
  trees: u32;
  /** Base addresses: bit fields, huge entries, tree entries, slots. */
  fields: u32;
  entries: u32;
  treeWords: u32;
  slots: u32;
  /** First byte behind all. */
  end: u32;
  /** Slots of a class; with kinds, CPUs that have slots. */
  cpus: u32;
  classes: u32;
  resultClass: u32;
  resultEvicted: u32;
  /** A tree has 2^treeShift huge frames, and its entries 2^lineShift bytes. */
  treeShift: u32;
  lineShift: u32;
  rules: u32;
  /** Tree in which the monitor found its last huge frame. */
  scanTree: u32;
}
if (<i32>offsetof<Pool>() > LLFREE_BYTES) ERROR('the header outgrew its room');
if (offsetof<Pool>('frames') != LLFREE_FRAMES_OFFSET) ERROR('Pool.frames moved');
if (offsetof<Pool>('trees') != LLFREE_TREES_OFFSET) ERROR('Pool.trees moved');
if (offsetof<Pool>('fields') != LLFREE_FIELDS_OFFSET) ERROR('Pool.fields moved');
if (offsetof<Pool>('entries') != LLFREE_ENTRIES_OFFSET) ERROR('Pool.entries moved');
if (offsetof<Pool>('treeWords') != LLFREE_TREE_WORDS_OFFSET) ERROR('Pool.treeWords moved');
if (offsetof<Pool>('slots') != LLFREE_SLOTS_OFFSET) ERROR('Pool.slots moved');
if (offsetof<Pool>('end') != LLFREE_END_OFFSET) ERROR('Pool.end moved');
if (offsetof<Pool>('cpus') != LLFREE_CPUS_OFFSET) ERROR('Pool.cpus moved');
if (offsetof<Pool>('classes') != LLFREE_CLASSES_OFFSET) ERROR('Pool.classes moved');
if (offsetof<Pool>('resultClass') != LLFREE_RESULT_CLASS_OFFSET) ERROR('Pool.resultClass moved');
if (offsetof<Pool>('resultEvicted') != LLFREE_RESULT_EVICTED_OFFSET)
  ERROR('Pool.resultEvicted moved');
if (offsetof<Pool>('treeShift') != LLFREE_TREE_SHIFT_OFFSET) ERROR('Pool.treeShift moved');

// Which allocator is at hand: a cache of its address. Where there are several, each call says first (usePool).
export let pool: Pool = changetype<Pool>(LLFREE_BASE);

/** From now on calls are about the allocator with this header. */
@inline
export function usePool(header: usize): void {
  pool = changetype<Pool>(header);
}

/** Behind the header: what one call notes and no other reads. */
export const WORK_CANDIDATES: usize = LLFREE_BASE + LLFREE_BYTES;
export const WORK_CANDIDATES_BYTES: u32 = 64;

/** Where the tables begin. */
export const TABLES_BASE: u32 = LLFREE_BASE + LLFREE_BYTES + WORK_CANDIDATES_BYTES;

/** Whether the rules are those of HyperAlloc's artifact. */
@inline
export function hasKinds(): bool {
  return pool.rules >= <u32>LLFREE_KINDS;
}

/** A tree has 2^treeOrder frames. */
@inline
export function treeOrder(): u32 {
  return pool.treeShift + THP_ORDER;
}

/** Frames of a whole tree. */
@inline
export function treeFrames(): u32 {
  return 1 << treeOrder();
}
