// What happens when a type has no block: claim a foreign pageblock or steal one block (A.6 to A.8).

import { expand, freeBlocksIn, isWholeBlock, moveFreePages, takeSmallest } from './buddy.ts';
import { raiseBoost } from './watermark.ts';
import type { Zone } from './zone.ts';
import * as L from './types.ts';

/** MOVABLE requests claim only from blocks of at least this order (pageblock_order / 2). */
const CLAIM_ORDER = 4;

const FALLBACKS: readonly (readonly number[])[] = [
  [L.RECLAIMABLE, L.MOVABLE],
  [L.RECLAIMABLE, L.UNMOVABLE],
  [L.UNMOVABLE, L.MOVABLE],
];

/** Decides whether a pageblock below order 9 may be claimed; the default counts pages. */
export type ClaimTest = (zone: Zone, block: number, order: number, type: number) => boolean;

export interface FallbackWorld {
  /** Whether a page in use can be migrated. */
  isMovable(pfn: number): boolean;
}

/** The fallback type with a block of exactly this order, or -1. */
function fallbackAt(zone: Zone, order: number, type: number): number {
  for (const other of FALLBACKS[type] ?? []) if (zone.list(order, other).length > 0) return other;
  return -1;
}

/** At least half of the pageblock is free or alike (A.7). */
export function countingClaimTest(world: FallbackWorld): ClaimTest {
  return (zone, block, _order, type) => {
    const start = block - (block % L.BLOCK_PAGES);
    let free = 0;
    let movable = 0;
    const blocks = new Set(freeBlocksIn(zone, start));
    for (let p = start; p < start + L.BLOCK_PAGES;) {
      const order = blocks.has(p) ? (zone.heads.get(p)?.order ?? 0) : -1;
      if (order >= 0) free += 2 ** order;
      else if (world.isMovable(p)) movable += 1;
      p += order >= 0 ? 2 ** order : 1;
    }
    let alike = 0;
    if (type === L.MOVABLE) alike = movable;
    else if (zone.type(start) === L.MOVABLE) alike = L.BLOCK_PAGES - free - movable;
    return free + alike >= L.BLOCK_PAGES / 2;
  };
}

/** Whether a request could claim a block of exactly this order. */
export function canClaim(zone: Zone, order: number, type: number): boolean {
  return (order >= CLAIM_ORDER || type !== L.MOVABLE) && fallbackAt(zone, order, type) >= 0;
}

function claimAt(
  zone: Zone,
  order: number,
  type: number,
  at: number,
  search: Search,
  test: ClaimTest,
): number {
  const other = fallbackAt(zone, at, type);
  const block = zone.list(at, other)[0] ?? -1;
  if (at >= L.BLOCK_ORDER) {
    zone.remove(block);
    zone.setTypes(block, at, type);
    zone.net(() => expand(zone, block, order, at, type));
    return block;
  }
  if (raiseBoost(zone) && search.wakeKswapd) zone.flags |= L.BOOSTED;
  if (!isWholeBlock(zone, block) || !test(zone, block, at, type)) return -1;
  moveFreePages(zone, block, type);
  return takeSmallest(zone, order, type);
}

function claim(zone: Zone, order: number, type: number, search: Search, test: ClaimTest): number {
  const lowest = search.noFragment && order < L.BLOCK_ORDER ? L.BLOCK_ORDER : order;
  for (let at = L.MAX_ORDER; at >= lowest; at -= 1) {
    if (fallbackAt(zone, at, type) < 0) continue;
    if (at < CLAIM_ORDER && type === L.MOVABLE) break;
    const pfn = claimAt(zone, order, type, at, search, test);
    if (pfn >= 0) return pfn;
  }
  return -1;
}

function steal(zone: Zone, order: number, type: number): number {
  for (let at = order; at < L.ORDERS; at += 1) {
    const other = fallbackAt(zone, at, type);
    if (other < 0) continue;
    const block = zone.list(at, other)[0] ?? -1;
    zone.net(() => {
      zone.remove(block);
      expand(zone, block, order, at, other);
    });
    return block;
  }
  return -1;
}

/** A search for one or, in a refill, several blocks: what failed before is not tried again (A.6). */
export interface Search {
  readonly noFragment: boolean;
  /** The request may wake kswapd: a boost is flagged. */
  readonly wakeKswapd: boolean;
  last: 'own' | 'steal';
}

export function newSearch(noFragment: boolean, wakeKswapd: boolean): Search {
  return { noFragment, wakeKswapd, last: 'own' };
}

/** Takes one block from the buddy lists, by the type's own lists, a claim, or a steal; or -1. */
export function rmqueue(
  zone: Zone,
  order: number,
  type: number,
  search: Search,
  test: ClaimTest,
): number {
  if (search.last === 'own') {
    const own = takeSmallest(zone, order, type);
    if (own >= 0 || type >= L.HIGHATOMIC) return own;
    const claimed = claim(zone, order, type, search, test);
    if (claimed >= 0 || search.noFragment) return claimed;
  }
  const stolen = steal(zone, order, type);
  if (stolen >= 0) search.last = 'steal';
  return stolen;
}
