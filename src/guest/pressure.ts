// What the guest does when the allocator finds no frame: the slow path's order, and kswapd. Reclaim
// takes clean page cache only: the guests have no swap, so anonymous memory stays.

import { type Core, MIGRATE_MOVABLE } from '../core/index.ts';

/** Pages that direct reclaim takes at a time (SWAP_CLUSTER_MAX). */
export const SWAP_CLUSTER_MAX = 32;

/** Pages that can be given up, as Linux's shrinkers: the page cache is one. */
export interface Shrinker {
  /** Pages that it holds. */
  readonly pages: number;
  /** Gives up to so many back to the allocator. Frames freed. */
  shrink(pages: number): number;
}

type CanShrink = Pick<Shrinker, 'shrink'>;

/**
 * One round of the slow path, until something was freed: reclaim, then per-cpu lists back to the
 * zones, then the high-order atomic reserve. False: nothing is left but to kill.
 */
export function makeRoom(core: Core, cache: CanShrink): boolean {
  if (cache.shrink(SWAP_CLUSTER_MAX) > 0) return true;
  const before = freeFrames(core);
  core.pages.drainAll();
  if (freeFrames(core) > before) return true;
  return core.pages.releaseHighatomic(MIGRATE_MOVABLE, true) > 0;
}

/** Free frames of the kernel zones, without those on per-cpu lists. */
export function freeFrames(core: Core): number {
  let sum = 0;
  for (const zone of core.kernelZones) sum += zone.free;
  return sum;
}

function balanced(core: Core): boolean {
  return core.kernelZones.some((z) => z.managed > 0 && z.free > z.highMark + z.boost);
}

/**
 * kswapd's turn: shrinks the page cache until one zone is above its high watermark, boost included,
 * or nothing is left; then the boost it saw when it began is over (docs/linux-memory.md A.13).
 * Pages freed.
 */
export function runKswapd(core: Core, cache: CanShrink): number {
  const seen = core.kernelZones.map((zone) => zone.boost);
  let freed = 0;
  while (!balanced(core)) {
    const got = cache.shrink(SWAP_CLUSTER_MAX);
    if (got === 0) break;
    freed += got;
  }
  core.kernelZones.forEach((zone, index) => {
    zone.boost -= Math.min(zone.boost, seen[index] ?? 0);
  });
  return freed;
}
