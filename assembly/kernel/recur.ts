// Whether some frames taken one by one from the per-cpu lists, and given back in the same order, leave the kernel's zones as
// they were, but for the order of those frames on their list: it is turned round, and a second time turned back.
//
// That is so when the requests are served from one list without a refill, the frees go to the same list without a drain,
// and high stays: each condition is one of request and percpu, asked without carrying it out.

import {
  KERNEL_ZONES,
  ZONE_FLAG_BELOW_HIGH,
  ZONE_FLAG_BOOSTED_WATERMARK,
  ZONE_FLAG_RECLAIM_ACTIVE,
} from '../../src/abi/layout';
import { ALLOC_WMARK_HIGH } from '../../src/abi/gfp';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { NIL, linkNext } from '../base/frame';
import { guest } from '../base/guest';
import { listHead, listRun, runLast } from '../base/list';
import { blockStart, blockType } from '../base/pageblock';
import { zoneAt } from '../base/zone';
import { Pcp, pcpAt, pcpIndex, pcpList } from './percpu';
import { fastFlags } from './request';
import { watermarkFast, wmark } from './watermark';
import { highestZone, requestType, zonelistAt } from './zonelist';

/** Flags of a zone with which a request or a free adapts something. */
const ADAPTING: u32 = ZONE_FLAG_BELOW_HIGH | ZONE_FLAG_BOOSTED_WATERMARK | ZONE_FLAG_RECLAIM_ACTIVE;

/** Whether no turn of any cpu's vmstat worker would find something to do. */
export function listsAtRest(): bool {
  for (let cpu: u32 = 0; cpu < guest.cpus; cpu++) {
    for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
      const pcp = pcpAt(cpu, index);
      if (max(pcp.high, pcp.count) > pcp.highMin) return false;
    }
  }
  return true;
}

/** Index of the zone that a request is served from as long as that is above its high mark; NIL: none is. */
function servingZone(gfp: u32): u32 {
  const highest = highestZone(gfp);
  for (let position: u32 = 0; position < guest.zonelistCount; position++) {
    const index = zonelistAt(position);
    if (index > highest) continue;
    const zone = zoneAt(index);
    if ((zone.flags & ADAPTING) != 0) return NIL;
    const mark = wmark(zone, ALLOC_WMARK_HIGH);
    return watermarkFast(zone, 0, mark, highest, fastFlags(gfp, highest)) ? index : NIL;
  }
  return NIL;
}

/**
 * Whether so many takes and as many frees meet the lists of one cpu below their high, where nothing is drained and high
 * does not move. What counts frees and refills in a row is then the same after each such call, and so are the flags.
 */
function staysBelowHigh(pcp: Pcp, frames: u32): bool {
  if (pcp.high != pcp.highMin || pcp.high > pcp.highMax || pcp.count >= pcp.high) return false;
  return frames > 31 || (pcp.freeCount | pcp.allocFactor) >> frames == 0;
}

/** Whether frames from the first of a list on go back to it when they are freed. */
function areAtHome(first: u32, frames: u32, type: u32): bool {
  let pfn = first;
  for (let left = frames; left > 0;) {
    if (pfn == NIL) return false;
    const run = listRun(pfn, left);
    const last = runLast(pfn, run);
    for (let at = blockStart(min(pfn, last)); at <= max(pfn, last); at += PAGEBLOCK_FRAMES) {
      if (blockType(at) != type) return false;
    }
    left -= abs(run);
    pfn = linkNext(last);
  }
  return true;
}

/** The first of the frames that so many requests take, if freeing them undoes it (see above); else NIL. */
export function recurringFrames(gfp: u32, frames: u32, cpu: u32): u32 {
  const index = servingZone(gfp);
  if (index == NIL || frames == 0) return NIL;
  const pcp = pcpAt(cpu, index);
  const type = requestType(gfp);
  const first = listHead(pcpList(pcp, pcpIndex(0, type)));
  return staysBelowHigh(pcp, frames) && areAtHome(first, frames, type) ? first : NIL;
}
