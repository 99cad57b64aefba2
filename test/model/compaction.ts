// Compaction of a live guest on the model: when it runs, what its scanners find, what moves where (docs/linux-memory.md
// B.1). Slow and obvious. Pages that move are MOVABLE blocks in use; the model holds no objects and no balloon.

import * as gfps from './gfp.ts';
import { canClaim } from './fallback.ts';
import type { Model } from './model.ts';
import { bulkFree } from './pcp.ts';
import {
  type Hints,
  type Positions,
  Scan,
  type ScanOptions,
  type SearchEnd,
  blockStart,
} from './scan.ts';
import { mark, watermarkOk } from './watermark.ts';
import type { Zone } from './zone.ts';
import * as L from './types.ts';

export const ASYNC = 0;
export const SYNC_LIGHT = 1;
export const SYNC_FULL = 2;

export const PARTIAL = 1;
export const COMPLETE = 2;
export const SUCCESS = 3;
export const CONTENDED = 4;
export const DEFERRED = 5;
export const SKIPPED = -9;
/** Moves are told of through a log: a run that fills it ends, and can be made again. */
export const MOVES_FULL = -11;
const MOVES_MAX = 1440;

const COSTLY_ORDER = 3;
const CLUSTER_PAGES = 32;
const SAMPLE_PAGES = 8;
const MET = 256; // zone flag: a direct run's scanners have met

interface Deferral {
  considered: number;
  shift: number;
  orderFailed: number;
}

interface Goal {
  readonly mode: number;
  readonly isWhole: boolean;
  readonly cpu: number;
  /** Scattered percent to reach. */
  readonly percent?: number;
}

export class Compactor {
  /** Pages that moved in the last call, in order: from, to. */
  readonly moves: [from: number, to: number][] = [];
  /** How often searches ended in each way. */
  readonly met: Map<SearchEnd, number> = new Map<SearchEnd, number>();
  private readonly model: Model;
  private readonly hints: Hints = new Set();
  private readonly positions = new Map<Zone, Positions>();
  private readonly deferrals = new Map<Zone, Deferral>();

  constructor(model: Model) {
    this.model = model;
    for (const zone of model.zones) {
      this.positions.set(zone, { free: 0, async: 0, sync: 0, initFree: 0, initSource: 0 });
      this.deferrals.set(zone, { considered: 0, shift: 0, orderFailed: 0 });
      this.toEdges(zone);
    }
  }

  // ---- when ----

  direct(gfp: number, order: number, mode: number, cpu: number): number {
    this.moves.length = 0;
    const highest = gfps.highestZoneOf(gfp);
    let best = SKIPPED;
    for (const zone of this.model.zones.toReversed()) {
      if (zone.index > highest) continue;
      if (mode !== SYNC_FULL && this.isDeferred(zone, order)) {
        if (best < 0) best = DEFERRED;
        continue;
      }
      const type = this.model.typeOf(gfp);
      const options = optionsFor(order, type, mode, { isWhole: false, isDirect: true });
      const result = this.tryZone(zone, highest, 'min', options, { mode, isWhole: false, cpu });
      if (result === MOVES_FULL) return result;
      if (result === SUCCESS) {
        this.undefer(zone, order);
        return result;
      }
      if (mode !== ASYNC && cameToNothing(result)) this.defer(zone, order);
      if (result > 0) best = result;
    }
    return best;
  }

  background(order: number, highest: number, cpu: number): number {
    this.moves.length = 0;
    if (order === 0) return 0;
    let served = 0;
    for (const zone of this.model.zones) {
      if (zone.index > highest || zone.present === 0 || this.isDeferred(zone, order)) continue;
      const how = { isWhole: false, isDirect: false };
      const options = optionsFor(order, L.UNMOVABLE, SYNC_LIGHT, how);
      const goal = { mode: SYNC_LIGHT, isWhole: false, cpu };
      const result = this.tryZone(zone, highest, 'min', options, goal);
      if (result === MOVES_FULL) return result;
      if (result === SUCCESS) {
        this.undefer(zone, order);
        served += 1;
      } else if (cameToNothing(result)) {
        this.model.drainAll(zone.index);
        this.defer(zone, order);
      }
    }
    return served;
  }

  whole(zone: Zone, cpu: number, percent?: number): number {
    this.moves.length = 0;
    const options = optionsFor(0, L.MOVABLE, SYNC_LIGHT, { isWhole: true, isDirect: false });
    const goal = { mode: SYNC_LIGHT, isWhole: true, cpu };
    return this.run(zone, options, percent === undefined ? goal : { ...goal, percent });
  }

  forgetHints(): void {
    for (const zone of this.model.zones) if ((zone.flags & MET) !== 0) this.clearHints(zone);
  }

  private tryZone(
    zone: Zone,
    highest: number,
    which: L.Watermark,
    options: ScanOptions,
    goal: Goal,
  ): number {
    const { order } = options;
    if (watermarkOk(zone, order, mark(zone, which), highest, L.NO_RIGHTS)) return SUCCESS;
    if (!isSuitable(zone, order, highest)) return SKIPPED;
    const { considered, shift, orderFailed } = this.deferral(zone);
    if (order >= orderFailed && shift === 6 && considered >= 64) this.clearHints(zone);
    return this.run(zone, options, goal);
  }

  private deferral(zone: Zone): Deferral {
    return this.deferrals.get(zone) as Deferral;
  }

  private isDeferred(zone: Zone, order: number): boolean {
    const deferral = this.deferral(zone);
    if (order < deferral.orderFailed) return false;
    const limit = 2 ** deferral.shift;
    deferral.considered = Math.min(deferral.considered + 1, limit);
    return deferral.considered < limit;
  }

  private defer(zone: Zone, order: number): void {
    const deferral = this.deferral(zone);
    deferral.considered = 0;
    deferral.shift = Math.min(6, deferral.shift + 1);
    deferral.orderFailed = Math.min(deferral.orderFailed, order);
  }

  private undefer(zone: Zone, order: number): void {
    const deferral = this.deferral(zone);
    if (order >= deferral.orderFailed) deferral.orderFailed = order + 1;
  }

  /** A request got its block after compaction. */
  served(pfn: number, order: number): void {
    const zone = this.model.zones.find((one) => one.contains(pfn));
    if (zone === undefined) return;
    zone.flags &= ~MET;
    this.undefer(zone, order);
    const deferral = this.deferral(zone);
    deferral.considered = 0;
    deferral.shift = 0;
  }

  // ---- hints and positions ----

  private place(zone: Zone): Positions {
    return this.positions.get(zone) as Positions;
  }

  private toEdges(zone: Zone): void {
    const position = this.place(zone);
    position.async = blockStart(zone.start);
    position.sync = position.async;
    position.free = blockStart(zone.end - 1);
  }

  private clearHints(zone: Zone): void {
    const position = this.place(zone);
    zone.flags &= ~MET;
    let up = blockStart(zone.start);
    let down = blockStart(zone.end - 1);
    let source = -1;
    let target = -1;
    for (; up < down; up += L.BLOCK_PAGES, down -= L.BLOCK_PAGES) {
      if (this.reopens(zone, up, true, source >= 0) && source < 0) source = up;
      if (this.reopens(zone, down, target >= 0, true) && target < 0) target = down;
    }
    if (source >= 0) position.initSource = source;
    if (target >= 0) position.initFree = target;
    const both = source >= 0 && target >= 0;
    position.async = both ? source : up;
    position.sync = position.async;
    position.free = both ? target : down;
  }

  private reopens(zone: Zone, block: number, gives: boolean, takes: boolean): boolean {
    const { inUse } = this.model;
    if (!zone.hasBlock(block) || (inUse.get(block) ?? 0) >= L.BLOCK_ORDER) return false;
    if (gives && takes && !this.hints.has(block)) return true;
    if (!gives && zone.type(block) !== L.MOVABLE) return false;
    for (let p = block; p < block + L.BLOCK_PAGES; p += SAMPLE_PAGES) {
      const isPage = inUse.has(p) && this.model.isMovable(p);
      if (!((gives && isPage) || (takes && zone.heads.has(p)))) continue;
      this.hints.delete(block);
      return true;
    }
    return false;
  }

  // ---- a run ----

  private run(zone: Zone, options: ScanOptions, goal: Goal): number {
    const position = this.place(zone);
    const inZone = (pfn: number): boolean => zone.contains(pfn) && !options.ignoresHints;
    const cached = options.isAsync ? position.async : position.sync;
    const source = inZone(cached) ? cached : zone.start;
    const target = inZone(position.free) ? position.free : blockStart(zone.end - 1);
    const scan = new Scan(
      zone,
      options,
      { source, target },
      { hints: this.hints, positions: position },
      (pfn) => 2 ** (this.model.inUse.get(pfn) ?? 0),
      (end) => this.met.set(end, (this.met.get(end) ?? 0) + 1),
    );
    const isWhole = source <= Math.max(zone.start, position.initSource);
    const result = this.scan(zone, scan, options, goal, isWhole);
    let highest = 0;
    scan.held.forEach((list, order) => {
      for (const pfn of list.splice(0)) {
        highest = Math.max(highest, pfn);
        this.model.freePages(pfn, order, goal.cpu);
      }
    });
    if (highest > 0) position.free = Math.max(position.free, blockStart(highest));
    return result;
  }

  private scan(zone: Zone, scan: Scan, options: ScanOptions, goal: Goal, isWhole: boolean): number {
    const position = this.place(zone);
    let leads = options.isAsync && position.async === position.sync;
    let lastMoved: number | undefined;
    for (;;) {
      const state = this.finished(zone, scan, options, goal, isWhole);
      if (state !== undefined) return state;
      const block = scan.next();
      const isRest = lastMoved !== undefined && blockStart(lastMoved) === block;
      const sources = block === undefined ? [] : this.collect(zone, scan, block, options, isRest);
      if (sources.length > 0 && block !== undefined) {
        leads = false;
        lastMoved = Math.max(zone.start, block);
        const end = this.move(scan, sources, goal.cpu);
        if (end === MOVES_FULL) return end;
        const haveMet = blockStart(scan.target) <= blockStart(scan.source);
        if (end === CONTENDED && !haveMet) return end;
      } else if (leads) position.sync = position.async;
      const edge = scan.source - (scan.source % 2 ** options.order);
      if (options.order === 0 || lastMoved === undefined || lastMoved >= edge) continue;
      const pcp = this.model.pcp(zone, goal.cpu);
      bulkFree(zone, pcp, pcp.count, 0, () => {});
      lastMoved = undefined;
    }
  }

  private finished(
    zone: Zone,
    scan: Scan,
    { order, type, isDirect }: ScanOptions,
    { percent }: Goal,
    isWhole: boolean,
  ): number | undefined {
    if (blockStart(scan.target) <= blockStart(scan.source)) {
      this.toEdges(zone);
      if (isDirect) zone.flags |= MET;
      return isWhole ? COMPLETE : PARTIAL;
    }
    if (percent !== undefined) return scatter(zone) <= percent ? SUCCESS : undefined;
    if (order === 0 || scan.source % L.BLOCK_PAGES !== 0) return undefined;
    for (let at = order; at < L.ORDERS; at += 1) {
      if (zone.list(at, type ?? 0).length > 0 || canClaim(zone, at, type ?? 0)) return SUCCESS;
    }
    return undefined;
  }

  /** Blocks to move, from where the migrate scanner stands on. */
  private collect(
    zone: Zone,
    scan: Scan,
    block: number,
    { order }: ScanOptions,
    isRest: boolean,
  ): number[] {
    const { inUse } = this.model;
    const end = block + L.BLOCK_PAGES;
    const isFresh = scan.source === block || scan.source === zone.start;
    const large = order > 0 ? order : L.BLOCK_ORDER;
    const most = isRest ? Infinity : CLUSTER_PAGES;
    const sources: number[] = [];
    let pages = 0;
    let at = scan.source;
    while (at < end && pages < most) {
      const size = inUse.get(at);
      if (size !== undefined && size < large && this.model.isMovable(at)) {
        sources.push(at);
        pages += 2 ** size;
      }
      at += 2 ** (size ?? 0);
    }
    scan.source = Math.min(at, end);
    if (at < end || (pages > 0 && !isRest)) {
      if (isFresh) scan.begun(block);
    } else scan.pass(block);
    scan.start(pages);
    return sources;
  }

  /** Moves blocks, the last first, then frees where they were. CONTENDED: a page found no place. */
  private move(scan: Scan, sources: readonly number[], cpu: number): number | undefined {
    const { model } = this;
    const moved: number[] = [];
    let end: number | undefined;
    for (const from of sources.toReversed()) {
      const order = model.inUse.get(from) ?? 0;
      const isFull = this.moves.length === MOVES_MAX;
      const to = isFull ? undefined : scan.handOut(order);
      if (isFull) end = MOVES_FULL;
      else if (to === undefined && order === 0) end = CONTENDED;
      if (end !== undefined) break;
      if (to === undefined) continue;
      model.setInUse(to, order, true);
      moved.push(from);
      this.moves.push([from, to]);
    }
    for (const from of moved) model.freePages(from, model.inUse.get(from) ?? 0, cpu);
    return end;
  }
}

function cameToNothing(result: number): boolean {
  return result === COMPLETE || result === PARTIAL;
}

function optionsFor(
  order: number,
  type: number,
  mode: number,
  { isWhole, isDirect }: { isWhole: boolean; isDirect: boolean },
): ScanOptions {
  return {
    order,
    type,
    isDirect,
    isAsync: mode === ASYNC,
    inOrder: isDirect && type !== L.MOVABLE,
    ignoresHints: isWhole || mode === SYNC_FULL,
    anyTarget: mode === SYNC_FULL,
  };
}

/** Free pages outside free 2 MiB blocks, in percent of the free ones. */
export function scatter(zone: Zone): number {
  const pages = zone.free.map((types, order) => types.flat().length * 2 ** order);
  const free = pages.reduce((sum, count) => sum + count, 0);
  const large = pages.slice(L.BLOCK_ORDER).reduce((sum, count) => sum + count, 0);
  return free === 0 ? 0 : Math.floor(((free - large) * 100) / free);
}

function fragmentationIndex(zone: Zone, order: number): number {
  const blocks = zone.free.map((types) => types.flat().length);
  if (blocks.slice(order).some((count) => count > 0)) return -1000;
  const count = blocks.reduce((sum, n) => sum + n, 0);
  if (count === 0) return 0;
  const pages = blocks.reduce((sum, n, size) => sum + n * 2 ** size, 0);
  return 1000 - Math.floor((1000 + Math.floor((pages * 1000) / 2 ** order)) / count);
}

function isSuitable(zone: Zone, order: number, highest: number): boolean {
  const isCostly = order > COSTLY_ORDER;
  const limit = mark(zone, isCostly ? 'low' : 'min') + 2 * 2 ** order;
  if (!watermarkOk(zone, 0, limit, highest, L.NO_RIGHTS)) return false;
  const index = fragmentationIndex(zone, order);
  return !isCostly || index < 0 || index > 500;
}
