// One zone of the model: free lists as plain arrays (head first), pageblock types, counters.

import { type Lag, LIVE_RULES, type ModelRules } from './lag.ts';
import { BLOCK_PAGES, HIGHATOMIC, ISOLATE, ORDERS, TYPES } from './types.ts';

/** One CPU's lists of a zone. */
export interface Pcp {
  count: number;
  high: number;
  highMin: number;
  highMax: number;
  batch: number;
  flags: number;
  allocFactor: number;
  freeCount: number;
  /** By list index, head first. */
  lists: number[][];
}

export function emptyPcp(): Pcp {
  return {
    count: 0,
    high: 0,
    highMin: 0,
    highMax: 0,
    batch: 1,
    flags: 0,
    allocFactor: 0,
    freeCount: 0,
    lists: Array.from({ length: 14 }, () => []),
  };
}

export class Zone {
  readonly index: number;
  readonly name: string;
  start: number;
  spanned: number;
  present = 0;
  managed = 0;
  marks: { min: number; low: number; high: number } = { min: 0, low: 0, high: 0 };
  boost = 0;
  reserve: number[] = [0, 0, 0, 0, 0];
  /** Pages in HIGHATOMIC pageblocks, free or not. */
  reservedHighatomic = 0;
  flags = 0;
  /** [order][type], head first. */
  free: number[][][] = Array.from({ length: ORDERS }, () =>
    Array.from({ length: TYPES }, () => []),
  );
  /** Order and type of each block on a free list, by its first page. */
  heads: Map<number, { order: number; type: number }> = new Map();
  /** NR_FREE_PAGES: pages on free lists other than ISOLATE's. */
  freePages = 0;
  freeHighatomic = 0;
  private types = new Map<number, number>();
  pcps: Pcp[] = [];
  rules: ModelRules = LIVE_RULES;
  /** Undefined: watermarks see the exact count. */
  lag: Lag | undefined;
  private isNetting = false;
  private netPages = 0;

  constructor(index: number, name: string, start: number, spanned: number) {
    this.index = index;
    this.name = name;
    this.start = start;
    this.spanned = spanned;
  }

  get end(): number {
    return this.start + this.spanned;
  }

  contains(pfn: number): boolean {
    return pfn >= this.start && pfn < this.end;
  }

  /** Pageblock type of a page. Blocks are MOVABLE until told otherwise. */
  type(pfn: number): number {
    return this.types.get(Math.floor(pfn / BLOCK_PAGES)) ?? 1;
  }

  /** Whether a pageblock is memory of the zone; its type is below 0 in a hole. */
  hasBlock(block: number): boolean {
    return block + BLOCK_PAGES > this.start && block < this.end && this.type(block) >= 0;
  }

  setType(pfn: number, type: number): void {
    this.types.set(Math.floor(pfn / BLOCK_PAGES), type);
  }

  /** Retypes all pageblocks of a block of order >= 9. */
  setTypes(pfn: number, order: number, type: number): void {
    for (let p = pfn; p < pfn + 2 ** order; p += BLOCK_PAGES) this.setType(p, type);
  }

  list(order: number, type: number): number[] {
    const list = this.free[order]?.[type];
    if (list === undefined) throw new RangeError(`no free list ${order}/${type}`);
    return list;
  }

  add(pfn: number, order: number, type: number, toTail: boolean): void {
    if (this.heads.has(pfn)) throw new Error(`block ${pfn} is on a list already`);
    const list = this.list(order, type);
    if (toTail) list.push(pfn);
    else list.unshift(pfn);
    this.heads.set(pfn, { order, type });
    this.count(order, type, 1);
  }

  remove(pfn: number): { order: number; type: number } {
    const block = this.heads.get(pfn);
    if (block === undefined) throw new Error(`block ${pfn} is on no list`);
    const list = this.list(block.order, block.type);
    list.splice(list.indexOf(pfn), 1);
    this.heads.delete(pfn);
    this.count(block.order, block.type, -1);
    return block;
  }

  /** Moves a free block to the tail of another type's list. */
  move(pfn: number, type: number): void {
    this.net(() => {
      const { order } = this.remove(pfn);
      this.add(pfn, order, type, true);
    });
  }

  /** A step that the kernel counts once, however many blocks come and go in it. */
  net<T>(step: () => T): T {
    if (this.isNetting) return step();
    this.isNetting = true;
    const done = step();
    this.isNetting = false;
    this.lag?.change(this.netPages);
    this.netPages = 0;
    return done;
  }

  private count(order: number, type: number, sign: number): void {
    if (type === ISOLATE) return;
    const pages = sign * 2 ** order;
    this.freePages += pages;
    if (type === HIGHATOMIC) this.freeHighatomic += pages;
    if (this.isNetting) this.netPages += pages;
    else this.lag?.change(pages);
  }
}
