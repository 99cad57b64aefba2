// Runs of frames for the pages of a CZone's owner, and what happens when the zone is full. There are no per-cpu lists and
// no watermarks (docs/decisions/0010).

import { NONE } from '../../src/abi/unit';
import { CZONE_GROW_ASK, CZONE_LIMIT_BORROW, CZONE_LIMIT_GROW } from '../../src/abi/czone';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
  STAT_CZONE_BORROWED_PAGES,
  STAT_CZONE_GROWN_ON_DEMAND,
  STAT_CZONE_LIMIT_HITS,
  STAT_CZONE_LIMIT_RAISES,
  STAT_CZONE_OOMS,
} from '../../src/abi/stat';
import { STATUS_NO_MEMORY, STATUS_ZONE_FULL, STATUS_ZONE_LIMIT } from '../../src/abi/status';
import { guest } from '../base/guest';
import { count } from '../base/stats';
import { Zone, zoneAt, zoneIndex } from '../base/zone';
import { pool } from './pool';
import { czoneGrow } from './zone';
import { NO_RUN, allocBlock, makeRun, runFrames, takeRun } from '../kernel/allocator';

/** One frame of the kernel's zones at the zone's limit. It is no block of the zone's and is freed where it came from. */
function borrow(zone: Zone, gfp: u32, cpu: u32): i64 {
  const pfn = allocBlock(gfp, 0, cpu);
  if (pfn < 0) return pfn;
  zone.borrowed++;
  count(STAT_CZONE_BORROWED_PAGES, 1);
  return makeRun(pfn, 1);
}

/** The zone that answered STATUS_ZONE_FULL last, NONE: none has. */
export function czoneFullZone(): i32 {
  return pool().fullZone == 0 ? NONE : pool().fullZone;
}

/** Blocks to add to a full zone by its policy. Zero: borrow. Below zero: the request's answer. */
function blocksToAdd(zone: Zone): i32 {
  const block = guest.czoneBlockFrames;
  if (zone.managed + block <= zone.limit) {
    if (zone.growBlocks != CZONE_GROW_ASK) return zone.growBlocks;
    pool().fullZone = zoneIndex(zone);
    return STATUS_ZONE_FULL;
  }
  count(STAT_CZONE_LIMIT_HITS, 1);
  if (zone.policy == CZONE_LIMIT_BORROW) return 0;
  if (zone.policy == CZONE_LIMIT_GROW) {
    zone.limit = zone.managed + block;
    count(STAT_CZONE_LIMIT_RAISES, 1);
    return 1;
  }
  count(STAT_CZONE_OOMS, 1);
  return STATUS_ZONE_LIMIT;
}

/**
 * A run of at most `want` neighbouring frames for the zone's owner. Grows the zone when it is full. The run (kernel/run),
 * or below zero STATUS_ZONE_FULL, _ZONE_LIMIT, _NO_MEMORY (the pool is empty), or a status of the kernel's zones.
 */
export function czoneRun(index: u32, want: u32, gfp: u32, cpu: u32): i64 {
  const zone = zoneAt(index);
  let run = takeRun(zone, want);
  if (run == NO_RUN) {
    const blocks = blocksToAdd(zone);
    if (blocks < 0) return blocks;
    if (blocks == 0) return borrow(zone, gfp, cpu);
    if (czoneGrow(index, blocks) < 1) return STATUS_NO_MEMORY;
    count(STAT_CZONE_GROWN_ON_DEMAND, 1);
    run = takeRun(zone, want);
  }
  zone.objectFrames += runFrames(run);
  count(STAT_ALLOC_CALLS, runFrames(run));
  count(STAT_ALLOC_PAGES, runFrames(run));
  return run;
}
