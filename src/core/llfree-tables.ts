// LLFree's tables as they lie in its memory: what a monitor that shares them with the guest would see.

import {
  LLFREE_BASE,
  LLFREE_BYTES,
  LLFREE_CLASSES_OFFSET,
  LLFREE_CPUS_OFFSET,
  LLFREE_END_OFFSET,
  LLFREE_ENTRIES_OFFSET,
  LLFREE_ENTRY_EVICTED,
  LLFREE_ENTRY_FREE,
  LLFREE_ENTRY_HUGE,
  LLFREE_FIELDS_OFFSET,
  LLFREE_FRAMES_OFFSET,
  LLFREE_FREE_BITS,
  LLFREE_KINDS_FREE_BITS,
  LLFREE_LINE_BYTES,
  LLFREE_ROW_SHIFT,
  LLFREE_SLOTS_HEAD_BYTES,
  LLFREE_SLOTS_OFFSET,
  LLFREE_SLOT_BYTES,
  LLFREE_TREES_OFFSET,
  LLFREE_TREE_SHIFT_OFFSET,
  LLFREE_TREE_WORDS_OFFSET,
} from '../abi/llfree.ts';
import { PAGEBLOCK_FRAMES } from '../abi/unit.ts';

export interface LlfreeEntry {
  readonly free: number;
  readonly isHuge: boolean;
  readonly isEvicted: boolean;
}

export interface LlfreeTree {
  /** Frames that no slot has set aside. */
  readonly free: number;
  readonly isReserved: boolean;
  readonly class: number;
}

/** A slot that has reserved a tree. */
export interface LlfreeSlot {
  readonly class: number;
  readonly index: number;
  readonly tree: number;
  readonly row: number;
  readonly free: number;
}

/** Bytes of each table. */
export interface LlfreeMetadata {
  readonly local: number;
  readonly trees: number;
  /** Bit fields and huge entries. */
  readonly lower: number;
}

export class LlfreeTables {
  private readonly _header: Uint32Array;
  private readonly _words: Uint32Array;
  private readonly _halves: Uint16Array;
  private readonly _isKinds: boolean;
  readonly frames: number;
  readonly trees: number;
  /** Huge frames a tree. */
  readonly treeHuge: number;

  /** The allocator has been created. */
  constructor(buffer: ArrayBuffer, isKinds: boolean) {
    this._header = new Uint32Array(buffer, LLFREE_BASE, LLFREE_BYTES >> 2);
    this._words = new Uint32Array(buffer);
    this._halves = new Uint16Array(buffer);
    this._isKinds = isKinds;
    this.frames = this.word(LLFREE_FRAMES_OFFSET);
    this.trees = this.word(LLFREE_TREES_OFFSET);
    this.treeHuge = 1 << this.word(LLFREE_TREE_SHIFT_OFFSET);
  }

  /** A word of the header by its byte offset. */
  word(offset: number): number {
    return this._header[offset >> 2] ?? 0;
  }

  get metadata(): LlfreeMetadata {
    const fields = this.word(LLFREE_FIELDS_OFFSET);
    const trees = this.word(LLFREE_TREE_WORDS_OFFSET);
    const slots = this.word(LLFREE_SLOTS_OFFSET);
    return {
      local: this.word(LLFREE_END_OFFSET) - slots,
      trees: slots - trees,
      lower: trees - fields,
    };
  }

  /** Huge frames of all trees, those behind the zone's end included. */
  get huges(): number {
    return this.trees * this.treeHuge;
  }

  entry(huge: number): LlfreeEntry {
    const line = Math.max(LLFREE_LINE_BYTES, 2 * this.treeHuge);
    const tree = Math.floor(huge / this.treeHuge);
    const at = this.word(LLFREE_ENTRIES_OFFSET) + tree * line + 2 * (huge % this.treeHuge);
    const bits = this._halves[at >>> 1] ?? 0;
    return {
      free: bits & LLFREE_ENTRY_FREE,
      isHuge: (bits & LLFREE_ENTRY_HUGE) !== 0,
      isEvicted: (bits & LLFREE_ENTRY_EVICTED) !== 0,
    };
  }

  tree(tree: number): LlfreeTree {
    const base = this.word(LLFREE_TREE_WORDS_OFFSET);
    const word = this._isKinds
      ? this._halves[(base >>> 1) + tree]
      : this._words[(base >>> 2) + tree];
    const bits = this._isKinds ? LLFREE_KINDS_FREE_BITS : LLFREE_FREE_BITS;
    const marks = (word ?? 0) >>> bits;
    return {
      free: (word ?? 0) & (2 ** bits - 1),
      isReserved: (marks & 1) === 1,
      class: marks >>> 1,
    };
  }

  /** Whether a frame's bit is set: allocated, and not as part of a huge frame. */
  isTaken(frame: number): boolean {
    const word = (this.word(LLFREE_FIELDS_OFFSET) >>> 2) + (frame >>> 5);
    return (((this._words[word] ?? 0) >>> (frame & 31)) & 1) === 1;
  }

  /** All slots that have reserved a tree. */
  *slots(): Generator<LlfreeSlot> {
    const rows = (this.treeHuge * PAGEBLOCK_FRAMES) >> LLFREE_ROW_SHIFT;
    for (let cls = 0; cls < this.word(LLFREE_CLASSES_OFFSET); cls += 1) {
      for (let index = 0; index < this.word(LLFREE_CPUS_OFFSET); index += 1) {
        const at = this._slotAt(cls, index) >>> 2;
        const [word = 0, row = 0] = this._words.subarray(at, at + 2);
        if ((word & 1) === 0) continue;
        yield { class: cls, index, tree: Math.floor(row / rows), row, free: word >>> 1 };
      }
    }
  }

  private _slotAt(cls: number, index: number): number {
    const base = this.word(LLFREE_SLOTS_OFFSET);
    if (this._isKinds) return base + index * LLFREE_LINE_BYTES + cls * LLFREE_SLOT_BYTES;
    const line = cls * this.word(LLFREE_CPUS_OFFSET) + index;
    return base + LLFREE_SLOTS_HEAD_BYTES + line * LLFREE_LINE_BYTES;
  }

  /** Free frames, and huge frames that are free as a whole: by the entries. */
  count(): { free: number; huge: number } {
    let free = 0;
    let huge = 0;
    for (let at = 0; at < this.huges; at += 1) {
      const one = this.entry(at).free;
      free += one;
      if (one === PAGEBLOCK_FRAMES) huge += 1;
    }
    return { free, huge };
  }
}
