// Watermarks: sizes, reserves, boost and tests (docs/linux-memory.md A.12 to A.14).

import { seenFree } from './lag.ts';
import type { Zone } from './zone.ts';
import * as L from './types.ts';

const RESERVE_RATIOS: readonly number[] = [256, 256, 32, 0];
const SCALE_FACTOR = 10; // watermark_scale_factor, 1/10000
const BOOST_FACTOR = 15000;

/** Integer square root. */
function isqrt(value: number): number {
  let root = Math.floor(Math.sqrt(value));
  while (root * root > value) root -= 1;
  while ((root + 1) * (root + 1) <= value) root += 1;
  return root;
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

/** Pages beyond the high mark in zones up to NORMAL. */
function lowmemPages(zones: readonly Zone[]): number {
  let pages = 0;
  for (const zone of zones) {
    if (zone.index <= L.NORMAL) pages += Math.max(zone.managed - zone.marks.high, 0);
  }
  return pages;
}

/** min_free_kbytes without a user value. */
export function minFreeKbytes(zones: readonly Zone[]): number {
  return clamp(isqrt(16 * 4 * lowmemPages(zones)), 128, 262144);
}

/** khugepaged's raise: made when the marks of the first round stand, and measured against them. */
export function thpMinFreeKbytes(zones: readonly Zone[], kbytes: number): number {
  const populated = zones.filter((zone) => zone.index <= L.NORMAL && zone.present > 0).length;
  const pages = Math.min(L.BLOCK_PAGES * 11 * populated, Math.floor(lowmemPages(zones) / 20));
  return Math.max(kbytes, pages * 4);
}

/** min, low and high of every zone from min_free_kbytes; resets the boosts. */
export function setWatermarks(zones: readonly Zone[], minFree: number): void {
  const pagesMin = Math.floor(minFree / 4);
  const lowmem = zones
    .filter((zone) => zone.index !== L.MOVABLE_ZONE)
    .reduce((sum, zone) => sum + zone.managed, 0);
  for (const zone of zones) {
    const share = Math.floor((pagesMin * zone.managed) / lowmem);
    const isMovable = zone.index === L.MOVABLE_ZONE;
    const min = isMovable ? clamp(Math.floor(zone.managed / 1024), 32, 128) : share;
    const step = Math.max(Math.floor(share / 4), Math.floor((zone.managed * SCALE_FACTOR) / 10000));
    zone.marks = { min, low: min + step, high: min + 2 * step };
    zone.boost = 0;
  }
}

/** Grouping by mobility needs a pageblock for each type beyond the high marks. */
export function hasRoomForGrouping(zones: readonly Zone[]): boolean {
  const beyond = zones.reduce((sum, z) => sum + Math.max(z.managed - z.marks.high, 0), 0);
  return beyond >= L.BLOCK_PAGES * L.TYPES;
}

/** lowmem_reserve of every zone. */
export function setReserves(zones: readonly Zone[]): void {
  for (const zone of zones) {
    const ratio = RESERVE_RATIOS[zone.index] ?? 0;
    let above = 0;
    for (let j = 0; j < zone.reserve.length; j += 1) {
      if (j > zone.index) above += zones.find((other) => other.index === j)?.managed ?? 0;
      zone.reserve[j] = j > zone.index && ratio > 0 ? Math.floor(above / ratio) : 0;
    }
  }
}

/** Each claim attempt below order 9 raises the marks for a while (A.13). */
export function raiseBoost(zone: Zone): boolean {
  if (zone.managed < 4 * L.BLOCK_PAGES || zone.marks.high === 0) return false;
  const limit = Math.max(L.BLOCK_PAGES, Math.floor((zone.marks.high * BOOST_FACTOR) / 10000));
  zone.boost = Math.min(zone.boost + L.BLOCK_PAGES, limit);
  return true;
}

export function mark(zone: Zone, which: L.Watermark): number {
  return zone.marks[which] + zone.boost;
}

function hasReserveRights(rights: L.Rights): boolean {
  return rights.minReserve || rights.nonBlock || rights.highatomic || rights.oom;
}

function unusable(zone: Zone, order: number, rights: L.Rights): number {
  const highatomic = hasReserveRights(rights) ? 0 : zone.freeHighatomic;
  return 2 ** order - 1 + highatomic;
}

/** zone_watermark_ok (A.14). */
export function watermarkOk(
  zone: Zone,
  order: number,
  limit: number,
  highestZone: number,
  rights: L.Rights,
): boolean {
  const free = seenFree(zone) - unusable(zone, order, rights);
  let min = limit;
  if (rights.minReserve) {
    min -= Math.floor(min / 2);
    if (rights.nonBlock) min -= Math.floor(min / 4);
  }
  if (rights.oom) min -= Math.floor(min / 2);
  if (free <= min + (zone.reserve[highestZone] ?? 0)) return false;
  if (order === 0) return true;
  for (let o = order; o < L.ORDERS; o += 1) {
    for (let type = 0; type < L.HIGHATOMIC; type += 1) {
      if (zone.list(o, type).length > 0) return true;
    }
    if ((rights.highatomic || rights.oom) && zone.list(o, L.HIGHATOMIC).length > 0) return true;
  }
  return false;
}

/** The variant of the fast path, with its shortcut for order 0 and its retry without boost. */
export function watermarkFast(
  zone: Zone,
  order: number,
  limit: number,
  highestZone: number,
  rights: L.Rights,
): boolean {
  if (order === 0) {
    const free = seenFree(zone);
    const usable = free - Math.min(free, unusable(zone, 0, rights));
    if (usable > limit + (zone.reserve[highestZone] ?? 0)) return true;
  }
  if (watermarkOk(zone, order, limit, highestZone, rights)) return true;
  if (order > 0 || !rights.minReserve || zone.boost === 0 || rights.mark !== 'min') return false;
  return watermarkOk(zone, 0, zone.marks.min, highestZone, rights);
}
