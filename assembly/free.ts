// The front door of frees: a block goes back to the kernel zone or the CZone that it lies in.

import { KERNEL_ZONES, KIND_MOVABLE, KIND_UNMOVABLE, PAGEBLOCK_NO_ZONE } from '../src/abi/layout';
import { ORDERS } from '../src/abi/unit';
import { CZONE_DYING } from '../src/abi/czone';
import { STAT_FREE_CALLS, STAT_FREE_PAGES } from '../src/abi/stat';
import { STATUS_BAD_ARGUMENT } from '../src/abi/status';
import { stateOf } from './base/frame';
import { guest, spanFrames } from './base/guest';
import { blockPlace, placeZone } from './base/pageblock';
import { count } from './base/stats';
import { Zone, zoneAt } from './base/zone';
import { settleDying } from './czone/block';
import { FREE_TO_HEAD, freeSplit, giveBack } from './kernel/allocator';

/** Frees 2^order frames. The caller counts it (countFrees). */
export function freeBlock(pfn: u32, order: u32, cpu: u32): void {
  freePlaced(blockPlace(pfn), pfn, order, cpu);
}

/** freeBlock for those who know the word of the frame's pageblock (blockPlace). */
@inline
function freePlaced(place: u32, pfn: u32, order: u32, cpu: u32): void {
  const index = placeZone(place);
  const zone = zoneAt(index);
  if (index >= <u32>KERNEL_ZONES) freeInCzone(zone, pfn, order);
  else giveBack(zone, place, pfn, order, cpu);
}

function freeInCzone(zone: Zone, pfn: u32, order: u32): void {
  freeSplit(zone, pfn, order, FREE_TO_HEAD);
  if (zone.state == CZONE_DYING) settleDying(zone, pfn);
}


@inline
export function countFrees(calls: u32, frames: u32): void {
  count(STAT_FREE_CALLS, calls);
  count(STAT_FREE_PAGES, frames);
}

/** Frees a block that allocPages gave. */
export function freePages(pfn: u32, order: u32, cpu: u32): i32 {
  if (pfn >= spanFrames || order >= <u32>ORDERS || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const place = blockPlace(pfn);
  if (placeZone(place) == PAGEBLOCK_NO_ZONE) return STATUS_BAD_ARGUMENT;
  const state = stateOf(pfn);
  if (state != (KIND_MOVABLE | order) && state != (KIND_UNMOVABLE | order)) {
    return STATUS_BAD_ARGUMENT;
  }
  freePlaced(place, pfn, order, cpu);
  countFrees(1, 1 << order);
  return 0;
}
