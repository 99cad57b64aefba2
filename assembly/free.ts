// The front door of frees: a block goes back to the kernel zone or the CZone that it lies in.

import { KERNEL_ZONES, KIND_MOVABLE, KIND_UNMOVABLE, PAGEBLOCK_NO_ZONE } from '../src/abi/layout';
import { ORDERS } from '../src/abi/unit';
import { CZONE_DYING } from '../src/abi/czone';
import { STAT_FREE_CALLS, STAT_FREE_PAGES } from '../src/abi/stat';
import { STATUS_BAD_ARGUMENT } from '../src/abi/status';
import { kindOf, orderOf } from './base/frame';
import { guest, spanFrames } from './base/guest';
import { blockZone } from './base/pageblock';
import { count } from './base/stats';
import { zoneAt } from './base/zone';
import { settleDying } from './czone/block';
import { FREE_TO_HEAD, freeSplit, giveBack } from './kernel/allocator';

/** Frees 2^order frames. The caller counts it (countFrees). */
export function freeBlock(pfn: u32, order: u32, cpu: u32): void {
  const index = blockZone(pfn);
  const zone = zoneAt(index);
  if (index >= <u32>KERNEL_ZONES) {
    freeSplit(zone, pfn, order, FREE_TO_HEAD);
    if (zone.state == CZONE_DYING) settleDying(zone, pfn);
    return;
  }
  giveBack(zone, index, pfn, order, cpu);
}


@inline
export function countFrees(calls: u32, frames: u32): void {
  count(STAT_FREE_CALLS, calls);
  count(STAT_FREE_PAGES, frames);
}

/** Frees a block that allocPages gave. */
export function freePages(pfn: u32, order: u32, cpu: u32): i32 {
  if (pfn >= spanFrames || order >= <u32>ORDERS || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  if (blockZone(pfn) == PAGEBLOCK_NO_ZONE) return STATUS_BAD_ARGUMENT;
  const kind = kindOf(pfn);
  if (kind != KIND_MOVABLE && kind != KIND_UNMOVABLE) return STATUS_BAD_ARGUMENT;
  if (orderOf(pfn) != order) return STATUS_BAD_ARGUMENT;
  freeBlock(pfn, order, cpu);
  countFrees(1, 1 << order);
  return 0;
}
