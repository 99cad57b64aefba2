// What the guest does when the allocator finds no frame: the slow path's order, and kswapd. Reclaim takes clean page
// cache only: the guests have no swap, so anonymous memory stays.

import {
  GUEST_BASE,
  GUEST_ZONES_OFFSET,
  KERNEL_ZONES,
  MIGRATE_MOVABLE,
  ZONE_BOOST_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_STRIDE,
  ZONE_WMARK_HIGH_OFFSET,
} from '../core/index.ts';
import type { Core } from '../core/index.ts';
import type { PageCache } from './page-cache.ts';

/** Pages that direct reclaim takes at a time (SWAP_CLUSTER_MAX). */
export const SWAP_CLUSTER_MAX = 32;

/**
 * One round of the slow path, until something was freed: reclaim, then per-cpu lists back to the zones, then the
 * high-order atomic reserve. False: nothing is left but to kill.
 */
export function makeRoom(core: Core, files: PageCache): boolean {
  if (files.shrink(SWAP_CLUSTER_MAX) > 0) return true;
  const before = freeFrames(core);
  core.raw.drainAll();
  if (freeFrames(core) > before) return true;
  return core.raw.releaseHighatomic(MIGRATE_MOVABLE, 1) > 0;
}

function zoneAddress(core: Core, index: number, offset: number): number {
  const base = core.words[(GUEST_BASE + GUEST_ZONES_OFFSET) >> 2] as number;
  return (base + index * ZONE_STRIDE + offset) >> 2;
}

function zoneWord(core: Core, index: number, offset: number): number {
  return core.words[zoneAddress(core, index, offset)] as number;
}

/** Free frames of the kernel zones, without those on per-cpu lists. */
export function freeFrames(core: Core): number {
  let sum = 0;
  for (let index = 0; index < KERNEL_ZONES; index += 1) {
    sum += zoneWord(core, index, ZONE_FREE_OFFSET);
  }
  return sum;
}

function balanced(core: Core): boolean {
  for (let index = 0; index < KERNEL_ZONES; index += 1) {
    if (zoneWord(core, index, ZONE_MANAGED_OFFSET) === 0) continue;
    const boost = zoneWord(core, index, ZONE_BOOST_OFFSET);
    const high = zoneWord(core, index, ZONE_WMARK_HIGH_OFFSET) + boost;
    if (zoneWord(core, index, ZONE_FREE_OFFSET) > high) return true;
  }
  return false;
}

/** Boosts of the kernel zones: what mixing mobility in pageblocks has added to the watermarks. */
function boosts(core: Core): number[] {
  return Array.from({ length: KERNEL_ZONES }, (_, index) =>
    zoneWord(core, index, ZONE_BOOST_OFFSET),
  );
}

/**
 * kswapd's turn: shrinks the page cache until one zone is above its high watermark, boost included, or nothing is left;
 * then the boost it saw when it began is over (docs/linux-memory.md A.13). Pages freed.
 */
export function runKswapd(core: Core, files: PageCache): number {
  const seen = boosts(core);
  let freed = 0;
  while (!balanced(core)) {
    const got = files.shrink(SWAP_CLUSTER_MAX);
    if (got === 0) break;
    freed += got;
  }
  boosts(core).forEach((now, index) => {
    core.words[zoneAddress(core, index, ZONE_BOOST_OFFSET)] = now - Math.min(now, seen[index] ?? 0);
  });
  return freed;
}
