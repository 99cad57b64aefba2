// The front door of frees: a block goes back to the kernel zone or the CZone that it lies in.

import { KERNEL_ZONES, KIND_MOVABLE, KIND_UNMOVABLE, PAGEBLOCK_NO_ZONE } from '../src/abi/layout';
import { ORDERS } from '../src/abi/unit';
import { MIGRATE_ISOLATE, MIGRATE_MOVABLE, MIGRATE_PCPTYPES } from '../src/abi/migratetype';
import { CZONE_DYING } from '../src/abi/czone';
import { STAT_FREE_CALLS, STAT_FREE_PAGES } from '../src/abi/stat';
import { STATUS_BAD_ARGUMENT } from '../src/abi/status';
import { kindOf, orderOf } from './base/frame';
import { guest, spanFrames } from './base/guest';
import { blockType, blockZone } from './base/pageblock';
import { count } from './base/stats';
import { zoneAt } from './base/zone';
import { settleDying } from './czone/block';
import { FREE_TO_HEAD, freeOne, freeSplit } from './kernel/buddy';
import { pcpAllowed, pcpAt, pcpGive } from './kernel/percpu';
import { clearBelowHigh } from './kernel/watermark';

/**
 * Frees 2^order frames the way the kernel does: per-cpu lists where there are some, else the zone.
 * The caller counts it (countFrees).
 */
export function freeBlock(pfn: u32, order: u32, cpu: u32): void {
  const index = blockZone(pfn);
  const zone = zoneAt(index);
  if (index >= <u32>KERNEL_ZONES) {
    freeSplit(zone, pfn, order, FREE_TO_HEAD);
    if (zone.state == CZONE_DYING) settleDying(zone, pfn);
    return;
  }
  if (!pcpAllowed(order)) {
    freeSplit(zone, pfn, order, 0);
    return;
  }
  let type = blockType(pfn);
  if (type >= <u32>MIGRATE_PCPTYPES) {
    if (type == MIGRATE_ISOLATE) {
      freeOne(zone, pfn, order, type, 0);
      return;
    }
    type = MIGRATE_MOVABLE;
  }
  if (pcpGive(pcpAt(cpu, index), zone, pfn, order, type)) clearBelowHigh(zone);
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
