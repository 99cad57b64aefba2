// gfp masks: type, highest zone, rights (docs/linux-memory.md A.11, A.16).

import * as L from './types.ts';

const DMA_BIT = 0x1;
const HIGHMEM = 0x2;
const DMA32_BIT = 0x4;
const MOVABLE_BIT = 0x8;
const TYPE_BITS = 0x18;
const HIGH = 0x20;
const DIRECT_RECLAIM = 0x400;
const KSWAPD_RECLAIM = 0x800;
const NOMEMALLOC = 0x80000;

export function typeOf(gfp: number): number {
  return (gfp & TYPE_BITS) >> 3;
}

export function isMovableRequest(gfp: number): boolean {
  return typeOf(gfp) === L.MOVABLE;
}

export function highestZoneOf(gfp: number): number {
  if ((gfp & DMA_BIT) !== 0) return L.DMA;
  if ((gfp & DMA32_BIT) !== 0) return L.DMA32;
  const both = MOVABLE_BIT | HIGHMEM;
  return (gfp & both) === both ? L.MOVABLE_ZONE : L.NORMAL;
}

export function mayReclaim(gfp: number): boolean {
  return (gfp & DIRECT_RECLAIM) !== 0;
}

/** Rights in the fast path: the low mark. */
export function fastRights(gfp: number, noFragment: boolean): L.Rights {
  return { ...L.NO_RIGHTS, noFragment, wakeKswapd: (gfp & KSWAPD_RECLAIM) !== 0 };
}

/** Rights in the slow path: the min mark and what the mask adds. */
export function slowRights(gfp: number, order: number): L.Rights {
  const minReserve = (gfp & HIGH) !== 0;
  const nonBlock = !mayReclaim(gfp) && (gfp & NOMEMALLOC) === 0;
  return {
    ...L.NO_RIGHTS,
    mark: 'min',
    minReserve,
    nonBlock,
    highatomic: nonBlock && minReserve && order > 0,
    wakeKswapd: (gfp & KSWAPD_RECLAIM) !== 0,
  };
}

/** What a task that is being killed for want of memory may take; undefined: its request wants no reserves. */
export function victimRights(gfp: number): L.Rights | undefined {
  if ((gfp & NOMEMALLOC) !== 0) return undefined;
  return { ...L.NO_RIGHTS, mark: 'min', oom: true, wakeKswapd: (gfp & KSWAPD_RECLAIM) !== 0 };
}
