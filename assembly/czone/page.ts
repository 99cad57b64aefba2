// Page requests that name a CZone: for hosts that place raw pages by owner (recordings under other
// placements). Memory objects take their frames from runs instead (run).

import { ORDERS } from '../../src/abi/unit';
import { GFP_MOVABLE } from '../../src/abi/gfp';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { STAT_ALLOC_CALLS, STAT_ALLOC_PAGES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_NO_MEMORY } from '../../src/abi/status';
import { NIL } from '../base/frame';
import { count } from '../base/stats';
import { zoneAt } from '../base/zone';
import { czoneGrow, isCzone } from './zone';
import { markAllocated, takeSmallest } from '../kernel/allocator';

/**
 * 2^order movable frames of a CZone, which grows by a block when it has none. Head frame, or
 * STATUS_NO_MEMORY when the zone's limit or the pool is reached. freePages takes the block back.
 */
export function czoneAllocPages(index: u32, gfp: u32, order: u32, tag: u32): i32 {
  if (!isCzone(index) || order >= <u32>ORDERS || (gfp & GFP_MOVABLE) == 0) {
    return STATUS_BAD_ARGUMENT;
  }
  const zone = zoneAt(index);
  let pfn = takeSmallest(zone, order, MIGRATE_MOVABLE);
  if (pfn == NIL && czoneGrow(index, 1) == 1) pfn = takeSmallest(zone, order, MIGRATE_MOVABLE);
  if (pfn == NIL) return STATUS_NO_MEMORY;
  markAllocated(pfn, order, gfp, tag);
  count(STAT_ALLOC_CALLS, 1);
  count(STAT_ALLOC_PAGES, 1 << order);
  return pfn;
}
