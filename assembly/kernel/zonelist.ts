// From a gfp mask to the zones and the list that may serve it, and the order in which kernel zones are asked.

import {
  KERNEL_ZONES,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../../src/abi/layout';
import { GFP_DMA, GFP_DMA32, GFP_HIGHMEM, GFP_MOVABLE, GFP_RECLAIMABLE } from '../../src/abi/gfp';
import { MIGRATE_UNMOVABLE } from '../../src/abi/migratetype';
import { Guest, guest } from '../base/guest';
import { zoneAt } from '../base/zone';

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
