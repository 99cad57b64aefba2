// Free-running recordings: the core decides by itself what a free or the vmstat worker drains; where the kernel did
// otherwise its decision is followed, unlogged (so it counts as wrong), and high moves to where it explains it.

import { KERNEL_ZONES, PCP_LISTS } from '../../src/abi/layout';
import { MIGRATE_ISOLATE, MIGRATE_MOVABLE, MIGRATE_PCPTYPES } from '../../src/abi/migratetype';
import { NIL, linkPrev } from '../base/frame';
import { listTail } from '../base/list';
import { logPause, logResume } from '../base/log';
import { blockType, blockZone } from '../base/pageblock';
import { WORK_BYTES, WORK_DRY_DRAIN } from '../base/work';
import { Zone, zoneAt } from '../base/zone';
import {
  Pcp,
  clampHigh,
  decayedHigh,
  drain,
  pcpAccept,
  pcpAllowed,
  pcpAt,
  pcpDecay,
  pcpIndex,
  pcpList,
  pcpOrder,
} from '../kernel/percpu';
import { clearBelowHigh } from '../kernel/watermark';

/** A drain carried out in thought: where it stands. */
@unmanaged
class DryDrain {
  index: u32;
  at: u32;
  lists: u32;
}
if (<i32>offsetof<DryDrain>() > WORK_BYTES) ERROR('DryDrain outgrew its room');

function dryStart(pcp: Pcp, first: u32): DryDrain {
  const dry = changetype<DryDrain>(WORK_DRY_DRAIN);
  dry.index = first;
  dry.at = listTail(pcpList(pcp, first));
  dry.lists = 1;
  return dry;
}

/** Goes on by at least `frames` frames, as drain() would; how many it is. */
function dryDrain(dry: DryDrain, pcp: Pcp, frames: i32): i32 {
  let done = 0;
  while (done < frames) {
    while (dry.at == NIL) {
      if (dry.lists == PCP_LISTS) return done;
      dry.index = dry.index + 1 == PCP_LISTS ? 0 : dry.index + 1;
      dry.at = listTail(pcpList(pcp, dry.index));
      dry.lists++;
    }
    done += 1 << pcpOrder(dry.index);
    dry.at = linkPrev(dry.at);
  }
  return done;
}

/** Drains what the kernel drained, without logging. */
function drainAsShown(pcp: Pcp, zone: Zone, shown: i32, first: u32): void {
  const was = logPause();
  drain(pcp, zone, shown, first);
  logResume(was);
}

/** Frees a block to the per-cpu lists when the kernel is known to have drained `shown` frames. False: no such lists. */
export function releaseFollowing(pfn: u32, order: u32, cpu: u32, shown: i32): bool {
  const index = blockZone(pfn);
  const held = blockType(pfn);
  if (index >= <u32>KERNEL_ZONES || !pcpAllowed(order) || held == MIGRATE_ISOLATE) return false;
  const type = held >= <u32>MIGRATE_PCPTYPES ? <u32>MIGRATE_MOVABLE : held;
  const zone = zoneAt(index);
  const pcp = pcpAt(cpu, index);
  const wanted = pcpAccept(pcp, zone, pfn, order, type);
  const first = pcpIndex(order, type);
  const dry = dryStart(pcp, first);
  const own = dryDrain(dry, pcp, min(wanted, pcp.count));
  if (own == shown) {
    drain(pcp, zone, wanted, first);
  } else {
    if (own == 0) pcp.high = min(pcp.high, pcp.count);
    else if (shown == 0) pcp.high = max(pcp.high, pcp.count + 1);
    pcp.high = clampHigh(pcp, pcp.high);
    drainAsShown(pcp, zone, shown, first);
  }
  if (own > 0 || shown > 0) clearBelowHigh(zone);
  return true;
}

/** The vmstat worker's turn when the kernel is known to have drained `shown` frames; below zero: not known. */
export function decayFollowing(pcp: Pcp, zone: Zone, shown: i32): void {
  const dry = dryStart(pcp, 0);
  let own = 0;
  for (let left = pcp.count - decayedHigh(pcp); left > 0; left -= pcp.batch) {
    own += dryDrain(dry, pcp, min(left, pcp.batch));
  }
  if (shown < 0 || own == shown) {
    pcpDecay(pcp, zone);
    return;
  }
  drainAsShown(pcp, zone, shown, 0);
  if (shown > 0) pcp.high = max(pcp.count, pcp.highMin);
}
