// Free, merge, split (docs/linux-memory.md A.4 to A.6, A.19).

import type { Zone } from './zone.ts';
import * as L from './types.ts';

/** Whether a block that was just freed is likely to merge soon: then it goes to the list's tail. */
function mergeIsLikely(zone: Zone, pfn: number, order: number): boolean {
  if (order >= L.MAX_ORDER - 1) return false;
  const buddy = pfn ^ (1 << order);
  const parent = pfn & buddy;
  const parentBuddy = parent ^ (1 << (order + 1));
  return zone.heads.get(parentBuddy)?.order === order + 1;
}

/** Frees one block as `type`, merging upwards. */
export function freeOne(
  zone: Zone,
  pfn: number,
  order: number,
  type: number,
  toTail = false,
): { pfn: number; order: number } {
  return zone.net(() => merge(zone, pfn, order, type, toTail));
}

function merge(
  zone: Zone,
  pfn: number,
  order: number,
  type: number,
  toTail: boolean,
): { pfn: number; order: number } {
  let block = pfn;
  let o = order;
  while (o < L.MAX_ORDER) {
    const buddy = block ^ (1 << o);
    const found = zone.heads.get(buddy);
    if (found === undefined || found.order !== o) break;
    const theirs = zone.type(buddy);
    if (o >= L.BLOCK_ORDER && theirs !== type) {
      if (!L.isMergeable(theirs) || !L.isMergeable(type)) break;
    }
    zone.remove(buddy);
    if (theirs !== type && o >= L.BLOCK_ORDER) zone.setTypes(buddy, o, type);
    block &= buddy;
    o += 1;
  }
  zone.add(block, o, type, toTail || mergeIsLikely(zone, block, o));
  return { pfn: block, order: o };
}

/** Frees a block of any order, each pageblock of it as its own type. */
export function freeWhole(zone: Zone, pfn: number, order: number, toTail = false): void {
  const step = Math.min(order, L.BLOCK_ORDER);
  for (let p = pfn; p < pfn + 2 ** order; p += 2 ** step) {
    freeOne(zone, p, step, zone.type(p), toTail);
  }
}

/** Cuts a block of `high` down to `low`; the upper halves go to the list heads of `type`. */
export function expand(zone: Zone, pfn: number, low: number, high: number, type: number): void {
  for (let o = high - 1; o >= low; o -= 1) zone.add(pfn + 2 ** o, o, type, false);
}

/** Takes the smallest block that serves; -1 if the type has none. */
export function takeSmallest(zone: Zone, order: number, type: number): number {
  for (let o = order; o < L.ORDERS; o += 1) {
    const pfn = zone.list(o, type)[0];
    if (pfn === undefined) continue;
    zone.net(() => {
      zone.remove(pfn);
      expand(zone, pfn, order, o, type);
    });
    return pfn;
  }
  return -1;
}

/** First page of the free block that holds a page; -1 if it is not free. */
export function freeBlockOf(zone: Zone, pfn: number): number {
  for (let o = 0; o < L.ORDERS; o += 1) {
    const head = pfn - (pfn % 2 ** o);
    if (zone.heads.get(head)?.order === o) return head;
  }
  return -1;
}

/** Free blocks inside a pageblock, ascending. */
export function freeBlocksIn(zone: Zone, pfn: number): number[] {
  const start = pfn - (pfn % L.BLOCK_PAGES);
  const found: number[] = [];
  for (let p = start; p < start + L.BLOCK_PAGES;) {
    const block = zone.heads.get(p);
    if (block !== undefined) found.push(p);
    p += block === undefined ? 1 : 2 ** block.order;
  }
  return found;
}

/** Moves a pageblock's free blocks (each below order 10) to a type's tails and retypes it. */
export function moveFreePages(zone: Zone, pfn: number, type: number): number {
  let pages = 0;
  for (const block of freeBlocksIn(zone, pfn)) {
    pages += 2 ** (zone.heads.get(block)?.order ?? 0);
    zone.move(block, type);
  }
  zone.setType(pfn, type);
  return pages;
}

/** Whether a pageblock lies wholly inside the zone: only then it can change its type. */
export function isWholeBlock(zone: Zone, pfn: number): boolean {
  const start = pfn - (pfn % L.BLOCK_PAGES);
  return zone.contains(start) && zone.contains(start + L.BLOCK_PAGES - 1);
}
