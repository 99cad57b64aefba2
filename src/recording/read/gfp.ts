// What a gfp mask asks for: the highest zone and the migratetype (docs/linux-memory.md A.11). The
// compilers run without a core, so this is the host's copy of what assembly/kernel/zonelist.ts says.

import {
  GFP_DMA,
  GFP_DMA32,
  GFP_HIGHMEM,
  GFP_MOVABLE,
  GFP_RECLAIMABLE,
  MIGRATE_MOVABLE,
  MIGRATE_RECLAIMABLE,
  MIGRATE_UNMOVABLE,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../../core/index.ts';

/** Both bits: pages that a user's memory may have anywhere, and that can be moved. */
const GFP_ANYWHERE = GFP_HIGHMEM | GFP_MOVABLE;

/** Highest zone that a mask allows. */
export function highestZone(gfp: number): number {
  if ((gfp & GFP_DMA) !== 0) return ZONE_DMA;
  if ((gfp & GFP_DMA32) !== 0) return ZONE_DMA32;
  return (gfp & GFP_ANYWHERE) === GFP_ANYWHERE ? ZONE_MOVABLE : ZONE_NORMAL;
}

export function migratetypeOf(gfp: number): number {
  if ((gfp & GFP_RECLAIMABLE) !== 0) return MIGRATE_RECLAIMABLE;
  return (gfp & GFP_MOVABLE) !== 0 ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE;
}
