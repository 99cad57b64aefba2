// Compaction's two scanners on the model: which frames a run's free scanner takes and hands out, and where its migrate
// scanner passes. When and how many a trace says (port.ts), or the model itself (compaction.ts).

import { isolateFree } from './isolate.ts';
import type { Zone } from './zone.ts';
import * as L from './types.ts';

const COSTLY_ORDER = 3;
const STRIDE_MAX = 32;

export interface ScanOptions {
  /** 0: none. */
  readonly order: number;
  readonly isAsync: boolean;
  /** No search for sources out of order. */
  readonly inOrder: boolean;
  readonly isDirect: boolean;
  readonly ignoresHints: boolean;
  /** Pages may go to pageblocks of any type. */
  readonly anyTarget: boolean;
  /** The migratetype asked for, if it is known. */
  readonly type: number | undefined;
}

/** What a zone remembers from run to run. */
export interface Positions {
  free: number;
  async: number;
  sync: number;
  /** Where scanners began when hints were last cleared; 0: never. */
  initFree: number;
  initSource: number;
}

export function blockStart(pfn: number): number {
  return pfn - (pfn % L.BLOCK_PAGES);
}

/** Where a search ended before it had seen all, or went another way: what fuzzers must come to. */
export const SEARCH_ENDS = [
  'a deep search of the lists that ends at its limit',
  'a shallow one that does',
  'a second best',
  'a jump to a pageblock with free blocks',
  'a search for sources that is over its budget',
] as const;
export type SearchEnd = (typeof SEARCH_ENDS)[number];

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
  private readonly positions: Positions;
  private readonly met: (end: SearchEnd) => void;
  target: number;
  source: number;
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
    { hints, positions }: { hints: Hints; positions: Positions },
    usedPages: (pfn: number) => number,
    met: (end: SearchEnd) => void = () => {},
  ) {
    this.zone = zone;
    this.options = options;
    this.target = target;
    this.source = source;
    this.hints = hints;
    this.positions = positions;
    this.usedPages = usedPages;
    this.met = met;
    this.searchOrder = options.order;
  }

  get heldPages(): number {
    return this.held.reduce((sum, list, order) => sum + list.length * 2 ** order, 0);
  }

  // ---- what the second trace shows ----

  /** A page needs a place, and none that is held is large enough. */
  seek(): void {
    if (this.options.order > 0) this.fastSearch();
    if (this.heldPages === 0) this.linearSearch();
  }

  /** Whether the search found a block, which is then held by nobody. */
  found(pfn: number, order: number): boolean {
    const list = this.held[order] ?? [];
    const at = list.indexOf(pfn);
    if (at >= 0) list.splice(at, 1);
    return at >= 0;
  }

  hold(pfn: number, order: number): void {
    this.held[order]?.push(pfn);
  }

  /** What the search found first and the kernel's did not, until so many are left. */
  settle(order: number, kept: number): number[] {
    const list = this.held[order] ?? [];
    return list.splice(0, Math.max(0, list.length - kept));
  }

  // ---- migrate scanner ----

  batch(source: number, pages: number, isDone: boolean): void {
    const block = blockStart(source);
    if (this.zone.contains(source) && block !== blockStart(this.source - 1)) this.walkTo(block);
    this.source = isDone ? block + L.BLOCK_PAGES : Math.max(source, block + 1);
    this.start(pages);
  }

  /** So many pages are to be moved. */
  start(pages: number): void {
    this.wanted = pages;
    this.handed = 0;
  }

  /** The scanners met, the free one at `target` with nothing found: they passed what is left. */
  finish(target: number): void {
    const lowest = blockStart(target) + L.BLOCK_PAGES;
    for (let block = blockStart(this.target); block >= lowest; block -= L.BLOCK_PAGES) {
      if (this.zone.hasBlock(block) && this.takesPages(block)) this.passTarget(block);
    }
    this.target = Math.min(this.target, target);
    // A run looks whether its scanners have met before its migrate scanner goes on.
    if (blockStart(this.target) > blockStart(this.source)) this.walkTo(-1);
  }

  private walkTo(block: number): void {
    for (let tried = 0; tried <= this.zone.spanned / L.BLOCK_PAGES; tried += 1) {
      const at = this.next();
      if (at === undefined || at === block) break;
      this.pass(at);
      this.source = at + L.BLOCK_PAGES;
    }
    if (block >= 0) this.begun(block);
  }

  /** A pageblock gave pages. */
  begun(block: number): void {
    if (!this.options.ignoresHints) this.hints.add(block);
  }

  /** A pageblock gave nothing, or all that it had. */
  pass(block: number): void {
    this.hints.add(block);
    this.cache(block + L.BLOCK_PAGES);
  }

  private cache(end: number): void {
    const { positions } = this;
    positions.async = Math.max(positions.async, end);
    if (!this.options.isAsync) positions.sync = Math.max(positions.sync, end);
  }

  /** The pageblock to look into next; undefined: the scanners have met. */
  next(): number | undefined {
    const from = this.nextSource();
    const block = this.nextBlock(from, from !== this.source && this.searchFails === 0);
    if (block === undefined) this.source = Math.max(from, blockStart(this.target));
    else this.source = Math.max(blockStart(from) === block ? from : block, this.zone.start);
    return block;
  }

  private nextSource(): number {
    const { zone, source } = this;
    const { order } = this.options;
    const inOrder = this.options.inOrder || this.options.ignoresHints;
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
        if (isOver) {
          this.met('a search for sources that is over its budget');
          break;
        }
        this.met('a jump to a pageblock with free blocks');
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
    const { isAsync, ignoresHints, type } = this.options;
    let isTrusted = jumped || ignoresHints;
    for (let block = blockStart(from); block + L.BLOCK_PAGES <= this.target;) {
      const isFresh = from <= block || from === this.zone.start;
      const isHinted = isFresh && !isTrusted && this.hints.has(block);
      if (this.zone.hasBlock(block) && !isHinted) {
        const isAlike = !isAsync || type === undefined || this.zone.type(block) === type;
        if (isAlike && this.usedPages(block) < L.BLOCK_PAGES) return block;
        this.cache(block + L.BLOCK_PAGES);
      }
      block += L.BLOCK_PAGES;
      isTrusted = ignoresHints;
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
    if (!this.options.anyTarget && this.zone.type(block) !== L.MOVABLE) return false;
    return this.options.ignoresHints || !this.hints.has(block);
  }

  private passTarget(block: number): void {
    this.hints.add(block);
    const below = Math.max(0, block - L.BLOCK_PAGES);
    this.positions.free = Math.min(this.positions.free, below);
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
        if (from === end) this.passTarget(block);
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
    const isStart = this.target >= this.positions.initFree;
    const { found, highest, lowest } = this.searchOrders(isStart);
    if (highest > 0 && highest >= this.positions.free) {
      this.positions.free = Math.max(0, highest - L.BLOCK_PAGES);
    }
    if (found !== undefined || !isStart) return found;
    if (highest > 0 && highest >= lowest) this.target = highest;
    else if (this.options.isDirect && lowest < Infinity) this.target = lowest;
    else return undefined;
    return this.zone.hasBlock(blockStart(this.target)) ? this.target : undefined;
  }

  private searchOrders(isStart: boolean): {
    found: number | undefined;
    highest: number;
    lowest: number;
  } {
    const { zone } = this;
    const top = this.options.order - 1;
    const distance = this.target - this.source;
    const below = (part: number): number => blockStart(this.target - Math.floor(distance / part));
    // past each other: nothing lies between them
    const wanted = distance < 0 ? Infinity : below(4);
    const lowest = distance < 0 ? Infinity : below(2);
    let highest = 0;
    const shallow = Math.floor((Math.floor(STRIDE_MAX / 2 ** this.searchFails) + 1) / 2);
    let limit = isStart ? L.BLOCK_PAGES / 2 : Math.max(1, shallow);
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
        highest = Math.max(highest, blockStart(pfn), zone.start);
        stop = i;
        if (pfn >= wanted) break;
        if (pfn >= lowest && pfn > second) {
          second = pfn;
          limit = Math.floor(limit / 2);
        }
        if (looked >= limit) {
          if (i > 0) this.met(isStart ? SEARCH_ENDS[0] : SEARCH_ENDS[1]);
          break;
        }
        stop = -1;
      }
      const isBest = stop >= 0 && (list[stop] ?? 0) >= wanted;
      const found = isBest ? (list[stop] ?? 0) : second;
      if (!isBest && found >= 0) this.met('a second best');
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
      return { found, highest, lowest };
    }
    this.searchOrder = this.searchOrder === 0 ? top : this.searchOrder - 1;
    this.searchFails += 1;
    return { found: undefined, highest, lowest };
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

  /** A place for a block of the order, if there is one. */
  handOut(order: number): number | undefined {
    let pfn = this.takeHeld(order);
    if (pfn === undefined) {
      this.seek();
      pfn = this.takeHeld(order);
    }
    if (pfn === undefined) return undefined;
    this.handedOut.add(pfn);
    this.wanted -= 2 ** order;
    this.handed += 2 ** order;
    return pfn;
  }

  /** The last place; undefined: there was none. */
  take(order: number, pages: number): number | undefined {
    let last: number | undefined;
    while (this.handed < pages) {
      last = this.handOut(order);
      if (last === undefined) break;
    }
    return last;
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
  nextHeld(): number | undefined {
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
