// The model's zones to and from the pagestate form.

import type { PcpState, ZoneState } from '../../src/recording/read/pagestate.ts';
import { type Pcp, Zone } from './zone.ts';
import * as L from './types.ts';

function loadPcp(pcp: PcpState): Pcp {
  return { ...pcp, lists: pcp.lists.map((list) => [...list]) };
}

function savePcp(pcp: Pcp): PcpState {
  return { ...pcp, lists: pcp.lists.map((list) => Uint32Array.from(list)) };
}

export function loadZone(from: ZoneState): Zone {
  const zone = new Zone(from.index, from.name, from.startPfn, from.spanned);
  zone.present = from.present;
  zone.managed = from.managed;
  zone.marks = { min: from.min, low: from.low, high: from.high };
  zone.boost = from.boost;
  zone.reserve = [...from.reserve];
  zone.reservedHighatomic = from.highatomic;
  zone.flags = from.flags;
  const firstBlock = from.startPfn - (from.startPfn % L.BLOCK_PAGES);
  from.blocks.forEach((type, i) => {
    zone.setType(firstBlock + i * L.BLOCK_PAGES, type);
  });
  from.free.forEach((list, i) => {
    for (const pfn of list) zone.add(pfn, Math.floor(i / L.TYPES), i % L.TYPES, true);
  });
  zone.pcps = from.pcps.map(loadPcp);
  return zone;
}

export function saveZone(zone: Zone): ZoneState {
  const firstBlock = zone.start - (zone.start % L.BLOCK_PAGES);
  const blocks: number[] = [];
  for (let p = firstBlock; p < zone.end; p += L.BLOCK_PAGES) blocks.push(zone.type(p));
  return {
    name: zone.name,
    index: zone.index,
    startPfn: zone.start,
    spanned: zone.spanned,
    present: zone.present,
    managed: zone.managed,
    ...zone.marks,
    boost: zone.boost,
    reserve: [...zone.reserve],
    highatomic: zone.reservedHighatomic,
    flags: zone.flags,
    blocks: Int8Array.from(blocks),
    free: zone.free.flat().map((list) => Uint32Array.from(list)),
    pcps: zone.pcps.map(savePcp),
  };
}
