// HyperAlloc's monitor: the host reads the tables of a guest on LLFree, and takes huge frames that they call free. What the guest
// has written there is not believed: a huge frame must lie in its zone's span. Which ones it has taken the host keeps for itself
// (src/virtio/llfree); what is behind them it releases as any range.

import { KERNEL_ZONES } from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { STAT_BACKED_PAGES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_NO_MEMORY } from '../../src/abi/status';
import { countBits, fillBits } from '../base/bitmap';
import { NIL } from '../base/frame';
import { backedBase, guest, spanFrames, templateBase } from '../base/guest';
import { blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, zoneAt, zoneEnd } from '../base/zone';
import { useZone } from '../kernel/allocator';
import { giveBack, install, reclaim } from '../llfree/monitor';


@inline
function isHuge(zone: Zone, pfn: u32): bool {
  return pfn >= zone.start && pfn + PAGEBLOCK_FRAMES <= zoneEnd(zone);
}

/** Index of the kernel zone in which a huge frame begins, or NIL. */
function zoneOf(pfn: u32): u32 {
  if (pfn >= spanFrames || (pfn & (PAGEBLOCK_FRAMES - 1)) != 0) return NIL;
  const index = blockZone(pfn);
  return index < <u32>KERNEL_ZONES && isHuge(zoneAt(index), pfn) ? index : NIL;
}

/**
 * Takes the next huge frame of a zone that is free, softly or hard. STATUS_NO_MEMORY: there is none that nobody has reserved;
 * STATUS_BAD_STATE: the tables call free what is not the zone's.
 */
export function monitorReclaim(index: u32, hard: u32): i32 {
  if (index >= <u32>KERNEL_ZONES) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  if (zone.spanned == 0) return STATUS_NO_MEMORY;
  const base = useZone(index);
  const frame = reclaim(hard != 0);
  if (frame == NIL) return STATUS_NO_MEMORY;
  if (!isHuge(zone, base + frame)) return STATUS_BAD_STATE;
  if (hard != 0) zone.free -= PAGEBLOCK_FRAMES;
  return base + frame;
}

/** A huge frame that was taken hard is the guest's again, without memory. 0, or STATUS_BAD_STATE: the guest says it was not. */
export function monitorReturn(pfn: u32): i32 {
  const index = zoneOf(pfn);
  if (index == NIL) return STATUS_BAD_ARGUMENT;
  if (!giveBack(pfn - useZone(index))) return STATUS_BAD_STATE;
  zoneAt(index).free += PAGEBLOCK_FRAMES;
  return 0;
}

/**
 * Puts zeroed memory behind a huge frame that was released, and has the guest see it. Frames that had none; STATUS_BAD_STATE:
 * it was not released, or the guest says that it was not taken.
 */
export function monitorInstall(pfn: u32): i32 {
  const index = zoneOf(pfn);
  if (index == NIL) return STATUS_BAD_ARGUMENT;
  if (countBits(templateBase, pfn, PAGEBLOCK_FRAMES) != 0) return STATUS_BAD_STATE;
  if (!install(pfn - useZone(index))) return STATUS_BAD_STATE;
  const fresh = PAGEBLOCK_FRAMES - countBits(backedBase, pfn, PAGEBLOCK_FRAMES);
  fillBits(backedBase, pfn, PAGEBLOCK_FRAMES, true);
  guest.backedCount += fresh;
  count(STAT_BACKED_PAGES, fresh);
  return fresh;
}
