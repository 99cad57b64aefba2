// Pageblock isolation, contiguous ranges, single-block isolation (docs/linux-memory.md A.19).

import { freeBlockOf, freeOne, moveFreePages } from './buddy.ts';
import { watermarkOk } from './watermark.ts';
import type { Zone } from './zone.ts';
import * as L from './types.ts';

/** Retypes a pageblock with its free pages; a free block larger than it is cut at its edges. */
function retype(zone: Zone, block: number, type: number): void {
  const head = freeBlockOf(zone, block);
  const order = head < 0 ? -1 : (zone.heads.get(head)?.order ?? -1);
  if (order <= L.BLOCK_ORDER) {
    moveFreePages(zone, block, type);
    return;
  }
  zone.remove(head);
  zone.setType(block, type);
  for (let p = head; p < head + 2 ** order; p += L.BLOCK_PAGES) {
    freeOne(zone, p, L.BLOCK_ORDER, zone.type(p));
  }
}

export function isolateBlock(zone: Zone, block: number): void {
  retype(zone, block, L.ISOLATE);
}

/** Back to `type`; a free block whose buddy is free too is freed again so that they merge. */
export function unisolateBlock(zone: Zone, block: number, type: number): void {
  const head = freeBlockOf(zone, block);
  const order = head < 0 ? -1 : (zone.heads.get(head)?.order ?? -1);
  const buddy = block ^ L.BLOCK_PAGES;
  const merges =
    head === block &&
    order === L.BLOCK_ORDER &&
    zone.heads.get(buddy)?.order === order &&
    zone.type(buddy) !== L.ISOLATE;
  if (!merges) {
    retype(zone, block, type);
    return;
  }
  zone.remove(block);
  zone.setType(block, type);
  freeOne(zone, block, order, type, true);
}

/** Takes the free blocks that touch [start, end) off the lists; parts outside are freed again. */
export function claimRange(zone: Zone, start: number, end: number): number {
  let taken = 0;
  for (let p = start; p < end;) {
    const head = freeBlockOf(zone, p);
    if (head < 0) {
      p += 1;
      continue;
    }
    const { order } = zone.remove(head);
    const blockEnd = head + 2 ** order;
    giveBack(zone, head, Math.max(head, start));
    giveBack(zone, Math.min(blockEnd, end), blockEnd);
    taken += Math.min(blockEnd, end) - Math.max(head, start);
    p = blockEnd;
  }
  return taken;
}

/** Frees [from, to) in the largest aligned blocks up to a pageblock. */
function giveBack(zone: Zone, from: number, to: number): void {
  for (let p = from; p < to;) {
    let order = 0;
    while (order < L.BLOCK_ORDER && p % 2 ** (order + 1) === 0 && p + 2 ** (order + 1) <= to)
      order += 1;
    freeOne(zone, p, order, zone.type(p));
    p += 2 ** order;
  }
}

/** __isolate_free_page: false when the min mark forbids it. */
export function isolateFree(zone: Zone, pfn: number): boolean {
  const order = zone.heads.get(pfn)?.order;
  if (order === undefined) throw new Error(`block ${pfn} is not free`);
  if (zone.type(pfn) !== L.ISOLATE) {
    const limit = zone.marks.min + 2 ** order;
    if (!watermarkOk(zone, 0, limit, 0, L.NO_RIGHTS)) return false;
  }
  detach(zone, pfn, order);
  return true;
}

/** isolateFree without a look at the mark. */
export function detach(zone: Zone, pfn: number, order: number): void {
  zone.remove(pfn);
  if (order < L.BLOCK_ORDER - 1) return;
  for (let p = pfn; p < pfn + 2 ** order; p += L.BLOCK_PAGES) {
    if (L.isMergeable(zone.type(p))) moveFreePages(zone, p, L.MOVABLE);
  }
}

/** __putback_isolated_page: to the list's tail, as the pageblock's type. */
export function putBack(zone: Zone, pfn: number, order: number): number {
  return freeOne(zone, pfn, order, zone.type(pfn), true).order;
}
