// Compaction in a compiled recording, on the model: which frames a run's free scanner takes and hands out, and where its
// migrate scanner passes. The trace says when and how many (src/recording/program/compaction.ts).

import { isolateFree } from './isolate.ts';
import type { Zone } from './zone.ts';
import * as L from './types.ts';

const COSTLY_ORDER = 3;
const STRIDE_MAX = 32;

export interface ScanOptions {
  /** 0: from edge to edge, hints ignored. */
  readonly order: number;
  readonly isAsync: boolean;
  /** No search for sources out of order. */
  readonly inOrder: boolean;
}

function blockStart(pfn: number): number {
  return pfn - (pfn % L.BLOCK_PAGES);
}

/** Hints of a zone's pageblocks: nothing found there lately. They outlive runs. */
export type Hints = Set<number>;

/** One run of compaction in one zone. */
export class Scan {
  /** By order, next one first. */
  readonly held: number[][] = Array.from({ length: L.ORDERS }, () => []);
  private readonly handedOut = new Set<number>();
  private readonly zone: Zone;
  private readonly options: ScanOptions;
  private readonly hints: Hints;
  /** Pages of blocks in use by their first frame, as far as known. */
  private readonly usedPages: (pfn: number) => number;
  private target: number;
  private source: number;
  private wanted = 0;
  private handed = 0;
  private searchOrder: number;
  private searchFails = 0;
  /** Lowest pageblock jumped to; 0 none, -1 used up. */
  private jumped = 0;

  constructor(
    zone: Zone,
    options: ScanOptions,
    { target, source }: { target: number; source: number },
    hints: Hints,
    usedPages: (pfn: number) => number,
  ) {
    this.zone = zone;
    this.options = options;
    this.target = target;
    this.source = source;
    this.hints = hints;
    this.usedPages = usedPages;
    this.searchOrder = options.order;
  }

  private get heldPages(): number {
    return this.held.reduce((sum, list, order) => sum + list.length * 2 ** order, 0);
  }

  // ---- migrate scanner ----

  batch(source: number, pages: number, isDone: boolean): void {
    const block = blockStart(source);
    if (this.zone.contains(source) && block !== blockStart(this.source - 1)) this.walkTo(block);
    this.source = isDone ? block + L.BLOCK_PAGES : Math.max(source, block + 1);
    this.wanted = pages;
    this.handed = 0;
  }

  /** The scanners met, the free one at `target` with nothing found: they passed what is left. */
  finish(target: number): void {
    const lowest = blockStart(target) + L.BLOCK_PAGES;
    for (let block = blockStart(this.target); block >= lowest; block -= L.BLOCK_PAGES) {
      if (this.zone.hasBlock(block) && this.takesPages(block)) this.hints.add(block);
    }
    this.target = Math.min(this.target, target);
    this.walkTo(-1);
  }

  private walkTo(block: number): void {
    const { zone, hints } = this;
    for (let tried = 0; tried <= zone.spanned / L.BLOCK_PAGES; tried += 1) {
      const from = this.nextSource();
      const at = this.nextBlock(from, from !== this.source && this.searchFails === 0);
      if (at === undefined || at === block) break;
      hints.add(at);
      this.source = at + L.BLOCK_PAGES;
    }
    if (this.options.order > 0 && block >= 0) hints.add(block);
  }

  private nextSource(): number {
    const { zone, source } = this;
    const { order, inOrder } = this.options;
    const isInside = source !== zone.start && source !== blockStart(source);
    if (isInside || inOrder || order <= COSTLY_ORDER || this.target < source) return source;
    const half = Math.floor((this.target - source) / 2);
    const limit = blockStart(source + (source === zone.start ? half : Math.floor(half / 4)));
    let budget = Math.floor(STRIDE_MAX / 2 ** this.searchFails) + 1;
    for (let o = order - 1; o >= COSTLY_ORDER && budget > 0; o -= 1) {
      const list = zone.list(o, L.MOVABLE);
      for (const [at, pfn] of [...list].entries()) {
        const isOver = budget === 0;
        if (!isOver) budget -= 1;
        if (!isOver && (pfn >= limit || this.hints.has(blockStart(pfn)))) continue;
        list.push(...list.splice(0, at + 1)); // looked at: behind the rest
        if (isOver) break;
        if (this.jumped >= 0) this.jumped = this.jumped === 0 ? pfn : Math.min(this.jumped, pfn);
        this.searchFails = 0;
        return Math.max(blockStart(pfn), zone.start);
      }
    }
    this.searchFails += 1;
    if (this.jumped <= 0) return source;
    const back = this.jumped;
    this.jumped = -1;
    return back;
  }

  private nextBlock(from: number, jumped: boolean): number | undefined {
    let isTrusted = jumped;
    for (let block = blockStart(from); block + L.BLOCK_PAGES <= this.target;) {
      const isFresh = from <= block || from === this.zone.start;
      const isHinted = isFresh && !isTrusted && this.options.order > 0 && this.hints.has(block);
      if (this.zone.hasBlock(block) && !isHinted) return block;
      block += L.BLOCK_PAGES;
      isTrusted = false;
    }
    return undefined;
  }

  // ---- free scanner ----

  private collect(from: number, end: number, stride: number): number {
    const { zone } = this;
    let at = from;
    while (at < end) {
      const head = zone.heads.get(at);
      if (head === undefined) {
        const pages = this.usedPages(at);
        at += (at + pages <= end ? pages - 1 : 0) + stride;
        continue;
      }
      if (!isolateFree(zone, at)) return at;
      this.held[head.order]?.push(at);
      at += 2 ** head.order;
      if (this.heldPages >= this.wanted) return Math.min(at, end);
      at += stride - 1;
    }
    return end;
  }

  private takesPages(block: number): boolean {
    const large = this.options.order > 0 ? this.options.order : L.BLOCK_ORDER;
    if ((this.zone.heads.get(block)?.order ?? -1) >= large) return false;
    if (this.zone.type(block) !== L.MOVABLE) return false;
    return this.options.order === 0 || !this.hints.has(block);
  }

  private linearSearch(): void {
    const { zone } = this;
    const lowest = blockStart(this.source) + L.BLOCK_PAGES;
    let stride = this.options.isAsync ? STRIDE_MAX : 1;
    let from = this.target;
    for (let block = blockStart(from); block >= lowest;) {
      const end = Math.min(block + L.BLOCK_PAGES, zone.end);
      if (zone.hasBlock(block) && this.takesPages(block)) {
        const before = this.heldPages;
        from = this.collect(from, end, stride);
        if (from === end) this.hints.add(block);
        if (this.heldPages >= this.wanted || from < end) {
          if (from === end) from = block - L.BLOCK_PAGES;
          break;
        }
        stride = this.heldPages > before ? 1 : Math.min(STRIDE_MAX, stride * 2);
      }
      block -= L.BLOCK_PAGES;
      from = block;
    }
    this.target = from;
  }

  /** Looks through the lists of free blocks; the block found, or where to go on instead. */
  private searchLists(): number | undefined {
    const { zone } = this;
    const top = this.options.order - 1;
    const distance = this.target - this.source;
    const wanted = blockStart(this.target - Math.floor(distance / 4));
    const lowest = blockStart(this.target - Math.floor(distance / 2));
    let highest = 0;
    let limit = L.BLOCK_PAGES / 2;
    this.searchOrder = Math.min(top, this.searchOrder);
    const first = this.searchOrder;
    for (let step = 0; step <= top; step += 1) {
      const order = (first - step + top + 1) % (top + 1);
      const list = zone.list(order, L.MOVABLE);
      if (!zone.free[order]?.some((blocks) => blocks.length > 0)) continue;
      let looked = 0;
      let second = -1;
      let stop = -1;
      for (let i = list.length - 1; i >= 0; i -= 1) {
        const pfn = list[i] ?? 0;
        looked += 1;
        highest = Math.max(highest, blockStart(pfn), 0);
        stop = i;
        if (pfn >= wanted) break;
        if (pfn >= lowest && pfn > second) {
          second = pfn;
          limit = Math.floor(limit / 2);
        }
        if (looked >= limit) break;
        stop = -1;
      }
      const isBest = stop >= 0 && (list[stop] ?? 0) >= wanted;
      const found = isBest ? (list[stop] ?? 0) : second;
      const turnTo = found >= 0 ? list.indexOf(found) : stop;
      if (turnTo > 0) list.push(...list.splice(0, turnTo));
      if (looked >= limit) limit = Math.max(1, Math.floor(limit / 2));
      if (isBest) {
        this.searchFails = 0;
        this.searchOrder = order;
      }
      if (found < 0) continue;
      if (!isolateFree(zone, found)) break;
      this.held[order]?.push(found);
      return found;
    }
    this.searchOrder = this.searchOrder === 0 ? top : this.searchOrder - 1;
    this.searchFails += 1;
    if (highest < lowest || highest === 0) return undefined;
    this.target = highest;
    return highest;
  }

  private fastSearch(): void {
    const { zone } = this;
    const found = this.searchLists();
    if (found === undefined || this.heldPages >= this.wanted || this.options.isAsync) return;
    const end = Math.min(blockStart(found) + L.BLOCK_PAGES, zone.end);
    const stopped = this.collect(Math.max(blockStart(found), zone.start), end, 1);
    if (stopped === end) this.hints.add(blockStart(found));
  }

  private takeHeld(order: number): number | undefined {
    for (let size = order; size < L.ORDERS; size += 1) {
      const pfn = this.held[size]?.shift();
      if (pfn === undefined) continue;
      for (let half = size - 1; half >= order; half -= 1) this.held[half]?.unshift(pfn + 2 ** half);
      return pfn;
    }
    return undefined;
  }

  private handOut(order: number): number | undefined {
    let pfn = this.takeHeld(order);
    if (pfn === undefined) {
      if (this.options.order > 0) this.fastSearch();
      if (this.heldPages === 0) this.linearSearch();
      pfn = this.takeHeld(order);
    }
    if (pfn === undefined) return undefined;
    this.handedOut.add(pfn);
    this.wanted -= 2 ** order;
    this.handed += 2 ** order;
    return pfn;
  }

  take(order: number, pages: number): void {
    while (this.handed < pages && this.handOut(order) !== undefined);
  }

  /** A place comes back; false if this run never handed it out. */
  takeBack(pfn: number, order: number): boolean {
    while (!this.handedOut.has(pfn) && this.wanted > 0 && this.handOut(order) !== undefined);
    if (!this.handedOut.delete(pfn)) return false;
    this.give(pfn, order);
    return true;
  }

  give(pfn: number, order: number): void {
    this.held[order]?.unshift(pfn);
    this.wanted += 2 ** order;
    this.handed -= 2 ** order;
  }

  /** What the run releases next. */
  next(): number | undefined {
    return this.held.flat()[0];
  }

  /** A block leaves the run; false if it does not hold it. */
  leave(pfn: number, order: number): boolean {
    const list = this.held[order] ?? [];
    const at = list.indexOf(pfn);
    if (at < 0) return false;
    list.splice(at, 1);
    return true;
  }
}
