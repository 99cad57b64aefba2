// A zone gets memory and loses it, whoever says so: a driver of the guest (hotplug, contig) or the trace of a real kernel
// (recorded/hotplug). docs/linux-memory.md B.4.

import { KIND_TAIL } from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { statesBase } from '../base/guest';
import { blockStart, blockZone, setBlockSkip, setBlockType, setBlockZone } from '../base/pageblock';
import { noteTouched } from '../base/touched';
import { Zone, resetScanners, zoneAt, zoneEnd } from '../base/zone';
import { FREE_TO_TAIL, freeSplit, pcpResetZone } from '../kernel/allocator';
import { decideMobility } from '../kernel/watermark';
import { buildZonelist } from '../kernel/zonelist';

/** The zone's span grows to hold [start, end). Compaction starts from its new edges. */
function growSpan(zone: Zone, start: u32, end: u32): void {
  const empty = zone.spanned == 0;
  const last = empty ? end : max(end, zoneEnd(zone));
  if (empty || start < zone.start) zone.start = start;
  zone.spanned = last - zone.start;
  resetScanners(zone);
}

/** The zone's span ends before [start, end) or begins behind it, where that is an edge of it, and pageblocks of others. */
function shrinkSpan(zone: Zone, index: u32, start: u32, end: u32): void {
  let first = zone.start;
  let last = zoneEnd(zone);
  if (end >= last) {
    last = max(start, first);
    while (last > first && blockZone(last - PAGEBLOCK_FRAMES) != index) last -= PAGEBLOCK_FRAMES;
  }
  if (start <= first) {
    first = end;
    while (first < last && blockZone(first) != index) first += PAGEBLOCK_FRAMES;
  }
  const empty = first >= last;
  zone.start = empty ? 0 : first;
  zone.spanned = empty ? 0 : last - first;
  resetScanners(zone);
}

/** A zone has its first memory, or has lost its last: zonelists, grouping by mobility. */
export function populationChanged(): void {
  buildZonelist();
  decideMobility();
}

/** [start, end) becomes memory of the zone, in pageblocks of the type. Its frames are not handed over yet. */
export function growZone(index: u32, start: u32, end: u32, type: u32): void {
  const zone = zoneAt(index);
  growSpan(zone, start, end);
  noteTouched(start, end - start);
  for (let at = blockStart(start); at < end; at += PAGEBLOCK_FRAMES) {
    setBlockZone(at, index);
    setBlockType(at, type);
    setBlockSkip(at, false);
  }
  zone.present += end - start;
}

/** [start, end), which nobody uses and no list holds, is no memory of the zone any more. */
export function shrinkZone(index: u32, start: u32, end: u32): void {
  const zone = zoneAt(index);
  zone.present -= min(end - start, zone.present);
  shrinkSpan(zone, index, start, end);
  if (zone.present == 0) pcpResetZone(index);
}

/** Hands a block of new memory to the allocator, at the tails of the lists. */
export function handOver(zone: Zone, pfn: u32, order: u32): void {
  zone.managed += 1 << order;
  memory.fill(statesBase + pfn, <u8>KIND_TAIL, 1 << order);
  freeSplit(zone, pfn, order, FREE_TO_TAIL);
}
