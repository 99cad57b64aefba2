// The slow, obvious model of Linux 6.12's page allocator: plain arrays and maps, no cleverness.
// A check on the core, written from docs/linux-memory.md (A, B) alone.

import type { AllocatorState } from '../../src/recording/read/pagestate.ts';
import type { AllocatorUnderTest, BootLayout } from './allocator.ts';
import * as buddy from './buddy.ts';
import {
  type ClaimTest,
  type FallbackWorld,
  type Search,
  countingClaimTest,
  newSearch,
  rmqueue,
} from './fallback.ts';
import * as gfps from './gfp.ts';
import { applyRules, boundLag, lagMost, LIVE_RULES, type ModelRules, unboundLag } from './lag.ts';
import * as pcps from './pcp.ts';
import { loadZone, saveZone } from './state.ts';
import * as marks from './watermark.ts';
import { type Pcp, Zone, emptyPcp } from './zone.ts';
import * as L from './types.ts';

export const ZONE_NAMES: readonly string[] = ['DMA', 'DMA32', 'Normal', 'Movable'];

export type KswapdStep = 'begins' | 'ends' | 'sleeps';

export interface ModelEvents {
  refilled(pfn: number, order: number): void;
  drained(pfn: number, order: number): void;
}

/** A search with the rights of a request. */
function searchFor(rights: L.Rights): Search {
  return newSearch(rights.noFragment, rights.wakeKswapd);
}

const SILENT: ModelEvents = { refilled: () => {}, drained: () => {} };

export class Model implements AllocatorUnderTest, FallbackWorld {
  /** Ascending index; only zones with memory. */
  zones: Zone[] = [];
  cpus = 1;
  thp = false;
  /** min_free_kbytes. */
  private minFree = 0;
  /** Pages are grouped by mobility. */
  grouping = true;
  events: ModelEvents = SILENT;
  /** Pages in use that can be migrated. */
  private readonly movable = new Set<number>();
  /** Orders of blocks that requests got, by their first page. */
  readonly inUse: Map<number, number> = new Map();
  /** By zone: its boost when kswapd's run began. */
  private readonly seenBoost = new Map<number, number>();
  private readonly claimTest: ClaimTest = countingClaimTest(this);
  private readonly rules: ModelRules;

  constructor(rules: ModelRules = LIVE_RULES) {
    this.rules = rules;
  }

  /** The CPU that acts from now on. */
  onCpu(cpu: number): void {
    for (const { lag } of this.zones) if (lag !== undefined) lag.cpu = cpu;
  }

  // ---- zones ----

  zone(index: number): Zone {
    const zone = this.zones.find((z) => z.index === index);
    if (zone === undefined) throw new RangeError(`no zone ${index}`);
    return zone;
  }

  zoneOf(pfn: number): Zone | undefined {
    return this.zones.find((zone) => zone.contains(pfn));
  }

  addZone(index: number, start: number, spanned: number): Zone {
    const zone = new Zone(index, ZONE_NAMES[index] ?? '', start, spanned);
    applyRules(zone, this.rules, this.cpus);
    for (let cpu = 0; cpu < this.cpus; cpu += 1) zone.pcps.push(emptyPcp());
    this.zones.push(zone);
    this.zones.sort((a, b) => a.index - b.index);
    return zone;
  }

  pcp(zone: Zone, cpu: number): Pcp {
    const pcp = zone.pcps[cpu];
    if (pcp === undefined) throw new RangeError(`no cpu ${cpu}`);
    return pcp;
  }

  // ---- boot and state ----

  boot(layout: BootLayout): void {
    this.zones = [];
    this.movable.clear();
    this.inUse.clear();
    this.cpus = layout.cpus;
    this.thp = layout.thp;
    for (const { index, start, spanned, free } of layout.zones) {
      const zone = this.addZone(index, start, spanned);
      zone.present = spanned;
      for (const range of free) this.handOver(zone, range.start, range.end);
    }
    this.grouping = marks.hasRoomForGrouping(this.zones);
    this.retune();
  }

  /** The list a mask is served from; grouping by mobility is off in tiny guests (A.2). */
  typeOf(gfp: number): number {
    return this.grouping ? gfps.typeOf(gfp) : L.UNMOVABLE;
  }

  /** Boot hand-over: ascending, largest aligned blocks, to the tails (A.20). */
  private handOver(zone: Zone, start: number, end: number): void {
    for (let pfn = start; pfn < end;) {
      let order = L.MAX_ORDER;
      while (pfn % 2 ** order !== 0 || pfn + 2 ** order > end) order -= 1;
      buddy.freeWhole(zone, pfn, order, true);
      zone.managed += 2 ** order;
      pfn += 2 ** order;
    }
  }

  /** Watermarks, reserves and per-cpu sizes from the zones' sizes. */
  retune(): void {
    this.minFree = marks.minFreeKbytes(this.zones);
    marks.setWatermarks(this.zones, this.minFree);
    if (this.thp) {
      this.minFree = marks.thpMinFreeKbytes(this.zones, this.minFree);
      marks.setWatermarks(this.zones, this.minFree);
    }
    marks.setReserves(this.zones);
    for (const zone of this.zones) {
      pcps.sizePcps(zone, this.cpus);
      if (zone.lag !== undefined) zone.lag.most = lagMost(zone, this.cpus);
    }
  }

  /** Huge pages are switched on: reserves and the counts' threshold stay as they were (A.12). */
  startKhugepaged(): void {
    this.thp = true;
    this.minFree = marks.thpMinFreeKbytes(this.zones, this.minFree);
    marks.setWatermarks(this.zones, this.minFree);
    for (const zone of this.zones) pcps.sizePcps(zone, this.cpus);
  }

  state(): AllocatorState {
    return { label: 'model', zones: this.zones.map(saveZone) };
  }

  loadState(state: AllocatorState): void {
    this.zones = state.zones.map(loadZone);
    this.cpus = Math.max(1, ...this.zones.map((zone) => zone.pcps.length));
    this.zones.forEach((zone, i) => {
      applyRules(zone, this.rules, this.cpus, state.zones[i]?.lagMost);
    });
    const minPages = this.zones
      .filter((zone) => zone.index !== L.MOVABLE_ZONE)
      .reduce((sum, zone) => sum + zone.marks.min, 0);
    this.minFree = marks.minFreeKbytes(this.zones);
    this.thp = minPages * 4 > this.minFree + 4 * this.zones.length;
    this.movable.clear();
    for (const zone of this.zones) this.assumeMovable(zone);
  }

  /** A state does not say what is in use: take pages of MOVABLE pageblocks for movable. */
  private assumeMovable(zone: Zone): void {
    const parked = new Set<number>();
    for (const pcp of zone.pcps) {
      pcp.lists.forEach((list, index) => {
        for (const pfn of list)
          for (let p = pfn; p < pfn + 2 ** L.pcpListOrder(index); p += 1) parked.add(p);
      });
    }
    for (let p = zone.start; p < zone.end;) {
      const order = zone.heads.get(p)?.order;
      if (order === undefined && zone.type(p) === L.MOVABLE && !parked.has(p)) this.movable.add(p);
      p += order === undefined ? 1 : 2 ** order;
    }
  }

  isMovable(pfn: number): boolean {
    return this.movable.has(pfn);
  }

  setMovable(pfn: number, order: number, movable: boolean): void {
    for (let p = pfn; p < pfn + 2 ** order; p += 1) {
      if (movable) this.movable.add(p);
      else this.movable.delete(p);
    }
  }

  setInUse(pfn: number, order: number, movable: boolean): void {
    this.inUse.set(pfn, order);
    this.setMovable(pfn, order, movable);
  }

  // ---- single steps ----

  rmqueue(zone: number, order: number, type: number, test: ClaimTest = this.claimTest): number {
    return rmqueue(this.zone(zone), order, type, newSearch(false, false), test);
  }

  freeOne(pfn: number, order: number): void {
    const zone = this.zoneOf(pfn);
    if (zone === undefined) throw new RangeError(`frame ${pfn} is in no zone`);
    this.setMovable(pfn, order, false);
    buddy.freeWhole(zone, pfn, order);
  }

  pcpRefillOne(
    zone: number,
    order: number,
    type: number,
    cpu: number,
    test: ClaimTest = this.claimTest,
  ): number {
    const z = this.zone(zone);
    const pfn = rmqueue(z, order, type, newSearch(false, false), test);
    if (pfn >= 0) this.park(z, cpu, order, type, pfn);
    return pfn;
  }

  /** Appends a block to the tail of a per-cpu list. */
  park(zone: Zone, cpu: number, order: number, type: number, pfn: number): void {
    const pcp = this.pcp(zone, cpu);
    pcp.lists[L.pcpList(order, type)]?.push(pfn);
    pcp.count += 2 ** order;
  }

  pcpDrainOne(zone: number, list: number, cpu: number): number {
    const z = this.zone(zone);
    const pcp = this.pcp(z, cpu);
    const first = pcps.firstList(pcp, list);
    return first < 0 ? -1 : pcps.drainOne(z, pcp, first);
  }

  /** Takes the head of a per-cpu list; -1 if it is empty. */
  pop(zone: Zone, cpu: number, order: number, type: number): number {
    const pcp = this.pcp(zone, cpu);
    const pfn = pcp.lists[L.pcpList(order, type)]?.shift();
    if (pfn === undefined) return -1;
    pcp.count -= 2 ** order;
    return pfn;
  }

  // ---- requests ----

  allocPages(gfp: number, order: number, cpu: number): number {
    const preferred = this.zones.findLast((zone) => zone.index <= gfps.highestZoneOf(gfp));
    const noFragment = preferred?.index === L.NORMAL;
    let pfn = this.fromFreelist(gfp, order, cpu, gfps.fastRights(gfp, noFragment));
    if (pfn < 0 && noFragment)
      pfn = this.fromFreelist(gfp, order, cpu, gfps.fastRights(gfp, false));
    if (pfn < 0) pfn = this.fromFreelist(gfp, order, cpu, gfps.slowRights(gfp, order));
    if (pfn < 0 && gfps.mayReclaim(gfp)) pfn = this.afterDrain(gfp, order, cpu);
    if (pfn >= 0) this.setInUse(pfn, order, gfps.isMovableRequest(gfp));
    return pfn;
  }

  /** A request that was refused before, after its task has reclaimed: still in the slow path. */
  allocAgain(gfp: number, order: number, cpu: number): number {
    const pfn = this.fromFreelist(gfp, order, cpu, gfps.slowRights(gfp, order));
    if (pfn >= 0) this.setInUse(pfn, order, gfps.isMovableRequest(gfp));
    return pfn;
  }

  /** The last attempt of a task that is being killed for want of memory. */
  allocVictim(gfp: number, order: number, cpu: number): number {
    const rights = gfps.victimRights(gfp);
    const pfn = rights === undefined ? -1 : this.fromFreelist(gfp, order, cpu, rights);
    if (pfn >= 0) this.setInUse(pfn, order, gfps.isMovableRequest(gfp));
    return pfn;
  }

  /** An attempt that came to nothing: zones below their high mark are flagged. */
  refuse(gfp: number, order: number): void {
    const highest = gfps.highestZoneOf(gfp);
    for (const zone of this.zones) {
      if (zone.index <= highest) this.mayUse(zone, order, highest, gfps.slowRights(gfp, order));
    }
  }

  /** kswapd's run begins, or ends and takes away the boost that it saw; it sleeps until it is woken. */
  kswapd(step: KswapdStep, highest: number): void {
    for (const zone of this.zones) {
      if (step === 'begins') boundLag(zone, this.cpus);
      else if (step === 'sleeps') unboundLag(zone, this.cpus);
      if (zone.index > highest) continue;
      if (step === 'begins') {
        zone.flags |= L.RECLAIM_ACTIVE;
        this.seenBoost.set(zone.index, zone.boost);
      } else if (step === 'ends') {
        zone.flags &= ~L.RECLAIM_ACTIVE;
        zone.boost = Math.max(0, zone.boost - (this.seenBoost.get(zone.index) ?? 0));
      }
    }
  }

  /** What direct reclaim does without a page to reclaim: release reserves, drain, try once more. */
  private afterDrain(gfp: number, order: number, cpu: number): number {
    this.releaseHighatomic(gfp, false);
    this.drainAll();
    return this.fromFreelist(gfp, order, cpu, gfps.slowRights(gfp, order));
  }

  /** get_page_from_freelist (A.15). */
  private fromFreelist(gfp: number, order: number, cpu: number, rights: L.Rights): number {
    const highest = gfps.highestZoneOf(gfp);
    for (const zone of this.zones.toReversed()) {
      if (zone.index > highest || zone.present === 0) continue;
      if (!this.mayUse(zone, order, highest, rights)) continue;
      const pfn = this.fromZone(zone, order, this.typeOf(gfp), cpu, rights);
      if (rights.wakeKswapd) zone.flags &= ~L.BOOSTED;
      if (pfn < 0) continue;
      if (rights.highatomic) this.reserveHighatomic(zone, pfn, order);
      return pfn;
    }
    return -1;
  }

  private mayUse(zone: Zone, order: number, highest: number, rights: L.Rights): boolean {
    if ((zone.flags & L.BELOW_HIGH) === 0) {
      const high = marks.mark(zone, 'high');
      if (marks.watermarkFast(zone, order, high, highest, rights)) return true;
      zone.flags |= L.BELOW_HIGH;
    }
    if (rights.noWatermarks) return true;
    return marks.watermarkFast(zone, order, marks.mark(zone, rights.mark), highest, rights);
  }

  private fromZone(zone: Zone, order: number, type: number, cpu: number, rights: L.Rights): number {
    if (L.isPcpOrder(order)) {
      const pfn = this.fromPcp(zone, order, type, cpu, rights);
      if (pfn >= 0) return pfn;
    }
    if (rights.highatomic) {
      const pfn = buddy.takeSmallest(zone, order, L.HIGHATOMIC);
      if (pfn >= 0) return pfn;
    }
    const pfn = rmqueue(zone, order, type, searchFor(rights), this.claimTest);
    if (pfn >= 0 || (!rights.oom && !rights.nonBlock)) return pfn;
    return buddy.takeSmallest(zone, order, L.HIGHATOMIC);
  }

  private fromPcp(zone: Zone, order: number, type: number, cpu: number, rights: L.Rights): number {
    this.pcp(zone, cpu).freeCount >>= 1;
    return this.popOrRefill(zone, order, type, cpu, searchFor(rights));
  }

  /** The head of a per-cpu list, refilled first if it is empty. */
  popOrRefill(zone: Zone, order: number, type: number, cpu: number, search: Search): number {
    const pcp = this.pcp(zone, cpu);
    if ((pcp.lists[L.pcpList(order, type)]?.length ?? 0) === 0) {
      let count = pcps.refillCount(zone, pcp, order);
      for (; count > 0; count -= 1) {
        const pfn = rmqueue(zone, order, type, search, this.claimTest);
        if (pfn < 0) break;
        this.park(zone, cpu, order, type, pfn);
        this.events.refilled(pfn, order);
      }
    }
    return this.pop(zone, cpu, order, type);
  }

  /** The zone a bulk request takes its pages from: the first that can spare them all. */
  bulkZone(gfp: number, pages: number): Zone | undefined {
    const highest = gfps.highestZoneOf(gfp);
    const rights = gfps.fastRights(gfp, false);
    return this.zones.findLast(
      (zone) =>
        zone.index <= highest &&
        marks.watermarkFast(zone, 0, marks.mark(zone, 'low') + pages, highest, rights),
    );
  }

  /** alloc_pages_bulk: order-0 pages of one zone. */
  allocBulk(gfp: number, pages: number, cpu: number): number[] {
    const zone = this.bulkZone(gfp, pages);
    const taken: number[] = [];
    if (zone === undefined) return taken;
    while (taken.length < pages) {
      const pfn = this.popOrRefill(zone, 0, this.typeOf(gfp), cpu, newSearch(false, true));
      if (pfn < 0) break;
      this.setMovable(pfn, 0, gfps.isMovableRequest(gfp));
      taken.push(pfn);
    }
    return taken;
  }

  freePages(pfn: number, order: number, cpu: number): void {
    const zone = this.zoneOf(pfn);
    if (zone === undefined) throw new RangeError(`frame ${pfn} is in no zone`);
    this.setMovable(pfn, order, false);
    this.inUse.delete(pfn);
    if (!L.isPcpOrder(order) || zone.type(pfn) === L.ISOLATE) buddy.freeWhole(zone, pfn, order);
    else pcps.pcpFree(zone, this.pcp(zone, cpu), pfn, order, this.events.drained);
  }

  // ---- background ----

  decay(cpu: number): void {
    for (const zone of this.zones) this.decayZone(zone, cpu);
  }

  decayZone(zone: Zone, cpu: number): void {
    zone.lag?.handOver(cpu);
    pcps.decay(zone, this.pcp(zone, cpu), this.events.drained);
  }

  /** Empties the per-cpu lists of all zones, or of one. */
  drainCpu(zone: Zone, cpu: number): void {
    pcps.drainCpu(zone, this.pcp(zone, cpu), this.events.drained);
  }

  drainAll(only = -1): void {
    for (const zone of this.zones) {
      if (only < 0 || zone.index === only) pcps.drainAll(zone, this.events.drained);
    }
  }

  // ---- HIGHATOMIC ----

  private reserveHighatomic(zone: Zone, pfn: number, order: number): void {
    const percent = Math.floor(zone.managed / 100);
    if (percent < L.BLOCK_PAGES) return;
    const limit = Math.ceil(percent / L.BLOCK_PAGES) * L.BLOCK_PAGES;
    if (zone.reservedHighatomic >= limit || !L.isMergeable(zone.type(pfn))) return;
    if (order < L.BLOCK_ORDER) {
      if (!buddy.isWholeBlock(zone, pfn)) return;
      buddy.moveFreePages(zone, pfn, L.HIGHATOMIC);
      zone.reservedHighatomic += L.BLOCK_PAGES;
    } else {
      zone.setTypes(pfn, order, L.HIGHATOMIC);
      zone.reservedHighatomic += 2 ** order;
    }
  }

  /** Gives one HIGHATOMIC pageblock back to a request's type; `force` takes the last one too. */
  releaseHighatomic(gfp: number, force: boolean): boolean {
    for (const zone of this.zones.toReversed()) {
      if (zone.index > gfps.highestZoneOf(gfp)) continue;
      if (!force && zone.reservedHighatomic <= L.BLOCK_PAGES) continue;
      for (let order = 0; order < L.ORDERS; order += 1) {
        const pfn = zone.list(order, L.HIGHATOMIC)[0];
        if (pfn === undefined) continue;
        zone.reservedHighatomic -= Math.min(L.BLOCK_PAGES, zone.reservedHighatomic);
        if (order < L.BLOCK_ORDER) buddy.moveFreePages(zone, pfn, gfps.typeOf(gfp));
        else {
          zone.move(pfn, gfps.typeOf(gfp));
          zone.setTypes(pfn, order, gfps.typeOf(gfp));
        }
        return true;
      }
    }
    return false;
  }
}
