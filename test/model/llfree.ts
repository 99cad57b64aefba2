// The slow, obvious model of LLFree: an array of frames, lists of trees and slots, everything else counted when it is asked.
// A check on assembly/llfree (docs/decisions/0048-llfree).

import { STATUS_BAD_STATE, STATUS_NO_MEMORY } from '../../src/abi/status.ts';
import type { LlfreeConfig } from '../../src/core/index.ts';

const HUGE = 512;
const ROW = 64;

export interface ModelTree {
  free: number;
  isReserved: boolean;
  class: number;
}

export interface ModelSlot {
  tree: number;
  row: number;
  free: number;
}

/** `list` from an index on, and round. */
function circle<Item>(list: readonly Item[], first: number): Item[] {
  return [...list.slice(first), ...list.slice(0, first)];
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

/** Frames, huge frames, trees and slots; how a tree is found for a request is in the two classes below. */
export abstract class LlfreeModel {
  readonly frames: number;
  readonly treeHuge: number;
  readonly trees: ModelTree[];
  /** By class and index. */
  readonly slots: (ModelSlot | undefined)[][];
  readonly #isTaken: boolean[];
  /** Huge frames that are allocated as such, or are not there. */
  readonly isHuge: boolean[];
  readonly isEvicted: boolean[];
  wasEvicted = false;
  lastClass = 0;

  constructor(config: LlfreeConfig, classes: number, cpus: number, fresh: number) {
    const { frames, treeHuge = 8, isAllocated = false } = config;
    this.frames = frames;
    this.treeHuge = treeHuge;
    const trees = Math.ceil(frames / (treeHuge * HUGE));
    const huges = range(trees * treeHuge);
    this.#isTaken = huges.flatMap((huge) => range(HUGE).map((at) => huge * HUGE + at >= frames));
    this.isHuge = huges.map((huge) => isAllocated || huge * HUGE >= frames);
    this.isEvicted = huges.map(() => false);
    this.slots = range(classes).map(() => range(cpus).map(() => undefined));
    this.trees = range(trees).map((tree) => ({
      free: this.counted(tree),
      isReserved: false,
      class: fresh,
    }));
  }

  get treeFrames(): number {
    return this.treeHuge * HUGE;
  }

  /** Free frames of a huge frame. */
  freeIn(huge: number): number {
    if (this.isHuge[huge] === true) return 0;
    let free = 0;
    for (let at = huge * HUGE; at < (huge + 1) * HUGE; at += 1) if (!this.#isTaken[at]) free += 1;
    return free;
  }

  /** Free frames of a tree, whoever may have them. */
  counted(tree: number): number {
    return range(this.treeHuge).reduce((sum, k) => sum + this.freeIn(tree * this.treeHuge + k), 0);
  }

  treeOf(frame: number): number {
    return Math.floor(frame / this.treeFrames);
  }

  tree(at: number): ModelTree {
    return this.trees[at] as ModelTree;
  }

  slot(cls: number, index: number | undefined): ModelSlot | undefined {
    return index === undefined ? undefined : this.slots[cls]?.[index];
  }

  setSlot(cls: number, index: number, slot: ModelSlot | undefined): void {
    (this.slots[cls] as (ModelSlot | undefined)[])[index] = slot;
  }

  /** All trees: the start, one before, one after, two before... */
  around(start: number, from: number, to: number): number[] {
    const { length } = this.trees;
    return range(to)
      .slice(from)
      .map((k) => start + (k % 2 === 0 ? k / 2 : -(k + 1) / 2))
      .map((tree) => ((tree % length) + length) % length);
  }

  #areFree(frame: number, count: number): boolean {
    for (let at = frame; at < frame + count; at += 1) {
      if (this.#isTaken[at] === true || this.isHuge[Math.floor(at / HUGE)] === true) return false;
    }
    return true;
  }

  #mark(frame: number, count: number, isTaken: boolean): void {
    this.#isTaken.fill(isTaken, frame, frame + count);
  }

  /** Where a block could begin, in the order in which LLFree looks. */
  *#places(row: number, order: number): Generator<number> {
    const count = 2 ** order;
    const first = this.treeOf(row * ROW) * this.treeFrames;
    const within = row * ROW - first;
    if (count >= HUGE) {
      const groups = range(this.treeFrames / count);
      for (const group of circle(groups, Math.floor(within / count))) yield first + group * count;
      return;
    }
    const step = Math.max(count, ROW);
    const parts = circle(range(HUGE / step), Math.floor((within % HUGE) / step));
    for (const huge of circle(range(this.treeHuge), Math.floor(within / HUGE))) {
      for (const part of parts) {
        const from = first + huge * HUGE + part * step;
        for (let at = from; at < from + step; at += count) yield at;
      }
    }
  }

  takeAt(frame: number, order: number): boolean {
    const count = 2 ** order;
    if (!this.#areFree(frame, count)) return false;
    const huge = Math.floor(frame / HUGE);
    this.wasEvicted = this.isEvicted[huge] as boolean;
    if (count < HUGE) this.#mark(frame, count, true);
    else this.isHuge.fill(true, huge, huge + count / HUGE);
    return true;
  }

  protected evictedLast(): boolean {
    return false;
  }

  /** From the tree of a row, looking from there on. */
  takeFrom(row: number, order: number): number | undefined {
    const isInstalled = (frame: number): boolean =>
      range(Math.max(1, 2 ** order / HUGE)).every(
        (k) => this.isEvicted[Math.floor(frame / HUGE) + k] === false,
      );
    for (const sweep of this.evictedLast() ? ['installed', 'all'] : ['all']) {
      for (const frame of this.#places(row, order)) {
        if (sweep === 'installed' && !isInstalled(frame)) continue;
        if (this.takeAt(frame, order)) return frame;
      }
    }
    return undefined;
  }

  #giveAt(frame: number, order: number): boolean {
    const count = 2 ** order;
    const huge = Math.floor(frame / HUGE);
    if (count >= HUGE) {
      const group = range(count / HUGE).map((k) => huge + k);
      if (!group.every((at) => this.isHuge[at] === true)) return false;
      for (const at of group) this.isHuge[at] = false;
      return true;
    }
    if (this.isHuge[huge] === true) {
      this.isHuge[huge] = false;
      this.#mark(huge * HUGE, HUGE, true);
    }
    for (let at = frame; at < frame + count; at += 1) if (this.#isTaken[at] === false) return false;
    this.#mark(frame, count, false);
    return true;
  }

  abstract addFree(tree: number, frames: number): void;
  abstract unreserve(slot: ModelSlot, cls: number): void;
  protected abstract take(order: number, cls: number, slot?: number): number | undefined;
  protected abstract takeGiven(
    order: number,
    cls: number,
    slot: number | undefined,
    frame: number,
  ): number | undefined;
  protected abstract count(frame: number, order: number, cls: number, slot?: number): void;

  get(order: number, cls: number, slot?: number, frame?: number): number {
    const got =
      frame === undefined ? this.take(order, cls, slot) : this.takeGiven(order, cls, slot, frame);
    return got ?? STATUS_NO_MEMORY;
  }

  put(frame: number, order: number, cls: number, slot?: number): number {
    if (!this.#giveAt(frame, order)) return STATUS_BAD_STATE;
    this.count(frame, order, cls, slot);
    return 0;
  }

  swapSlot(cls: number, index: number, slot: ModelSlot): void {
    const former = this.slot(cls, index);
    this.setSlot(cls, index, slot);
    if (former !== undefined) this.unreserve(former, cls);
  }

  drain(index: number): void {
    this.slots.forEach((slots, cls) => {
      const slot = slots[index];
      this.setSlot(cls, index, undefined);
      if (slot !== undefined) this.unreserve(slot, cls);
    });
  }

  /** From a slot that holds enough; what does not fit goes to the tree. */
  takeFromSlot(slot: ModelSlot, order: number): number | undefined {
    slot.free -= 2 ** order;
    const frame = this.takeFrom(slot.row, order);
    if (frame === undefined) this.addFree(slot.tree, 2 ** order);
    else slot.row = Math.floor(frame / ROW);
    return frame;
  }
}
