// From a gfp mask to the zones and the list that may serve it, and the order in which kernel zones are asked.

import {
  KERNEL_ZONES,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../../src/abi/layout';
import {
  GFP_ATOMIC,
  GFP_BALLOON,
  GFP_COMP,
  GFP_DIRECT_RECLAIM,
  GFP_DMA,
  GFP_DMA32,
  GFP_FS,
  GFP_HARDWALL,
  GFP_HIGH,
  GFP_HIGHMEM,
  GFP_HIGHUSER_MOVABLE,
  GFP_IO,
  GFP_KERNEL,
  GFP_KSWAPD_RECLAIM,
  GFP_MOVABLE,
  GFP_NOMEMALLOC,
  GFP_NORETRY,
  GFP_NOWAIT,
  GFP_NOWARN,
  GFP_RECLAIMABLE,
  GFP_TRANSHUGE,
  GFP_TRANSHUGE_LIGHT,
  GFP_USER,
} from '../../src/abi/gfp';
import { MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE } from '../../src/abi/migratetype';
import { Guest, guest } from '../base/guest';
import { zoneAt } from '../base/zone';

if (GFP_KERNEL != (GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM | GFP_IO | GFP_FS)) ERROR('GFP_KERNEL');
if (GFP_ATOMIC != (GFP_HIGH | GFP_KSWAPD_RECLAIM)) ERROR('GFP_ATOMIC');
if (GFP_NOWAIT != (GFP_KSWAPD_RECLAIM | GFP_NOWARN)) ERROR('GFP_NOWAIT');
if (GFP_USER != (GFP_KERNEL | GFP_HARDWALL)) ERROR('GFP_USER');
if (GFP_HIGHUSER_MOVABLE != (GFP_USER | GFP_HIGHMEM | GFP_MOVABLE)) ERROR('GFP_HIGHUSER_MOVABLE');
if (GFP_TRANSHUGE != (GFP_TRANSHUGE_LIGHT | GFP_DIRECT_RECLAIM)) ERROR('GFP_TRANSHUGE');
if (
  GFP_TRANSHUGE_LIGHT !=
  ((GFP_HIGHUSER_MOVABLE | GFP_COMP | GFP_NOMEMALLOC | GFP_NOWARN) &
    ~(GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM))
) {
  ERROR('GFP_TRANSHUGE_LIGHT');
}
if (GFP_BALLOON != (GFP_HIGHUSER_MOVABLE | GFP_NOMEMALLOC | GFP_NORETRY | GFP_NOWARN)) {
  ERROR('GFP_BALLOON');
}
if (GFP_MOVABLE >> 3 != MIGRATE_MOVABLE || GFP_RECLAIMABLE >> 3 != MIGRATE_RECLAIMABLE) {
  ERROR('the mobility bits of a mask are its type');
}

/** gfp_zone: the highest zone a request may use. */
export function highestZone(gfp: u32): u32 {
  if ((gfp & GFP_DMA) != 0) return ZONE_DMA;
  if ((gfp & GFP_DMA32) != 0) return ZONE_DMA32;
  const highmem = (gfp & GFP_HIGHMEM) != 0;
  return highmem && (gfp & GFP_MOVABLE) != 0 ? ZONE_MOVABLE : ZONE_NORMAL;
}

/** gfp_migratetype: the list a request is served from. */
@inline
export function requestType(gfp: u32): u32 {
  if (guest.mobilityOff != 0) return MIGRATE_UNMOVABLE;
  return (gfp & (GFP_MOVABLE | GFP_RECLAIMABLE)) >> 3;
}


@inline
export function zonelistAt(position: u32): u32 {
  return load<u32>(
    changetype<usize>(guest) + ((<usize>position) << 2),
    offsetof<Guest>('zonelist0'),
  );
}

/** Populated kernel zones from the highest down. Rebuilt when a zone becomes populated or empty. */
export function buildZonelist(): void {
  let length: u32 = 0;
  for (let index: i32 = KERNEL_ZONES - 1; index >= 0; index--) {
    if (zoneAt(index).present == 0) continue;
    const at = changetype<usize>(guest) + ((<usize>length) << 2);
    store<u32>(at, index, offsetof<Guest>('zonelist0'));
    length++;
  }
  guest.zonelistCount = length;
}
