// Per-cpu lists: sizes, auto-tuning, refill and drain amounts (docs/linux-memory.md A.10).

import { freeOne } from './buddy.ts';
import { fixedDrain } from './lag.ts';
import { watermarkOk } from './watermark.ts';
import { type Pcp, type Zone, emptyPcp } from './zone.ts';
import * as L from './types.ts';

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

/** batch of a zone from its managed pages. */
export function pcpBatch(managed: number): number {
  const base = Math.max(1, Math.floor(Math.min(Math.floor(managed / 1024), 256) / 4));
  const grown = base + Math.floor(base / 2);
  return Math.max(1, 2 ** Math.floor(Math.log2(grown)) - 1);
}

/** Sets batch, high_min and high_max of a zone's per-cpu lists from managed and the low mark. */
export function sizePcps(zone: Zone, cpus: number): void {
  while (zone.pcps.length < cpus) zone.pcps.push(emptyPcp());
  const batch = pcpBatch(zone.managed);
  for (const pcp of zone.pcps) {
    pcp.batch = batch;
    pcp.highMin = Math.max(Math.floor(zone.marks.low / cpus), 4 * batch);
    pcp.highMax = Math.max(Math.floor(Math.floor(zone.managed / 8) / cpus), 4 * batch);
    if (!zone.rules.pcpTunes) {
      pcp.highMax = pcp.highMin;
      pcp.high = pcp.highMin;
    }
  }
}

/** How many blocks a refill of an empty list asks for. */
export function refillCount(zone: Zone, pcp: Pcp, order: number): number {
  if (!zone.rules.pcpTunes) {
    return pcp.batch > 1 ? Math.max(Math.floor(pcp.batch / 2 ** order), 2) : pcp.batch;
  }
  pcp.high = clamp(pcp.high, pcp.highMin, pcp.highMax);
  if (pcp.high < pcp.batch) return 1;
  let count = order > 0 ? pcp.batch : pcp.batch * 2 ** pcp.allocFactor;
  if (pcp.highMin !== pcp.highMax && (zone.flags & L.BELOW_HIGH) === 0) {
    pcp.high = Math.min(pcp.high + count, pcp.highMax);
  }
  if (order === 0) {
    const room = Math.max(pcp.high - pcp.count - pcp.batch, pcp.batch);
    if (count <= room && pcp.allocFactor < L.BATCH_SCALE_MAX) pcp.allocFactor += 1;
    count = Math.min(count, room);
  }
  return count > 1 ? Math.max(Math.floor(count / 2 ** order), 2) : count;
}

/** The count at which a free drains (pcp.high moves on the way). */
function drainThreshold(zone: Zone, pcp: Pcp, freeHigh: boolean): number {
  const { highMin, highMax, batch } = pcp;
  pcp.high = clamp(pcp.high, highMin, highMax);
  const { high } = pcp;
  if (high === 0) return 0;
  if (freeHigh) {
    pcp.high = Math.max(high - batch * 2 ** L.BATCH_SCALE_MAX, highMin);
    return 0;
  }
  const lowered = Math.max(high - Math.max(pcp.freeCount, batch), highMin);
  if ((zone.flags & L.RECLAIM_ACTIVE) !== 0) {
    pcp.high = lowered;
    return Math.min(4 * batch, pcp.high);
  }
  if (highMin === highMax) return high;
  if ((zone.flags & L.BELOW_HIGH) !== 0) {
    pcp.high = lowered;
    return Math.max(pcp.count, highMin);
  }
  if (pcp.count >= high && pcp.high < pcp.freeCount + batch) {
    pcp.high = clamp(pcp.freeCount + batch, highMin, highMax);
  }
  return high;
}

function drainCount(pcp: Pcp, high: number, freeHigh: boolean): number {
  if (freeHigh) return Math.min(pcp.count, pcp.batch * 2 ** L.BATCH_SCALE_MAX);
  if (high < pcp.batch) return 1;
  return Math.min(Math.max(pcp.freeCount, pcp.batch), high - pcp.batch);
}

/** First non-empty list from `from` upwards, wrapping; -1 if all are empty. */
export function firstList(pcp: Pcp, from: number): number {
  for (let i = 0; i < pcp.lists.length; i += 1) {
    const list = (from + i) % pcp.lists.length;
    if ((pcp.lists[list]?.length ?? 0) > 0) return list;
  }
  return -1;
}

/** Gives the coldest block of a list back to the buddy lists. */
export function drainOne(zone: Zone, pcp: Pcp, list: number): number {
  const pfn = pcp.lists[list]?.pop();
  if (pfn === undefined) throw new Error(`per-cpu list ${list} is empty`);
  const order = L.pcpListOrder(list);
  pcp.count -= 2 ** order;
  freeOne(zone, pfn, order, zone.type(pfn));
  return pfn;
}

export type DrainLog = (pfn: number, order: number) => void;

/** Drains at least `pages` pages, list by list from `from`, each emptied before the next. */
export function bulkFree(zone: Zone, pcp: Pcp, pages: number, from: number, log: DrainLog): void {
  let left = Math.min(pages, pcp.count);
  let list = from;
  while (left > 0) {
    list = firstList(pcp, list);
    if (list < 0) return;
    const order = L.pcpListOrder(list);
    log(drainOne(zone, pcp, list), order);
    left -= 2 ** order;
  }
}

/** Puts a freed block on its list and drains if the list set has grown too large. */
export function pcpFree(zone: Zone, pcp: Pcp, pfn: number, order: number, log: DrainLog): void {
  const blockType = zone.type(pfn);
  const list = L.pcpList(order, blockType >= L.HIGHATOMIC ? L.MOVABLE : blockType);
  pcp.allocFactor >>= 1;
  pcp.lists[list]?.unshift(pfn);
  pcp.count += 2 ** order;
  const wanted = zone.rules.pcpTunes ? tunedDrain(zone, pcp, order) : fixedDrain(zone, order, pcp);
  if (Math.min(wanted, pcp.count) === 0) return;
  bulkFree(zone, pcp, wanted, list, log);
  if ((zone.flags & L.BELOW_HIGH) === 0) return;
  const limit = zone.marks.high + zone.boost;
  if (watermarkOk(zone, 0, limit, L.MOVABLE_ZONE, L.NO_RIGHTS)) zone.flags &= ~L.BELOW_HIGH;
}

/** How many pages a free drains; high moves on the way. */
function tunedDrain(zone: Zone, pcp: Pcp, order: number): number {
  const keeps = zone.rules.pcpKeepsBlocks ? pcp.highMin >> 1 : 0;
  let freeHigh = false;
  if (order >= 1 && order <= 3) {
    freeHigh =
      pcp.freeCount >= pcp.batch + keeps &&
      (pcp.flags & L.PREV_FREE_HIGH_ORDER) !== 0 &&
      ((pcp.flags & L.FREE_HIGH_BATCH) === 0 || pcp.count >= pcp.batch);
    pcp.flags |= L.PREV_FREE_HIGH_ORDER;
  } else pcp.flags &= ~L.PREV_FREE_HIGH_ORDER;
  if (pcp.freeCount < pcp.batch * 2 ** L.BATCH_SCALE_MAX) pcp.freeCount += 2 ** order;
  const high = drainThreshold(zone, pcp, freeHigh);
  return pcp.count < high ? 0 : drainCount(pcp, high, freeHigh);
}

/** The vmstat worker's turn: high falls by an eighth, and the lists are drained down to it in batches. */
export function decay(zone: Zone, pcp: Pcp, log: DrainLog): void {
  if (!zone.rules.pcpTunes) return;
  if (pcp.high > pcp.highMin) {
    const lowest = pcp.count - pcp.batch * 2 ** L.BATCH_SCALE_MAX;
    pcp.high = Math.max(lowest, pcp.high - (pcp.high >> 3), pcp.highMin);
  }
  for (let left = pcp.count - pcp.high; left > 0; left -= pcp.batch) {
    bulkFree(zone, pcp, Math.min(left, pcp.batch), 0, log);
  }
}

/** Empties the lists of one CPU. */
export function drainCpu(zone: Zone, pcp: Pcp, log: DrainLog): void {
  bulkFree(zone, pcp, pcp.count, 0, log);
}

export function drainAll(zone: Zone, log: DrainLog): void {
  for (const pcp of zone.pcps) drainCpu(zone, pcp, log);
}
