// Loading a kernel's allocator state piece by piece (the pagestate form). What is in use is not part of that form:
// frames of MOVABLE pageblocks are taken for movable, all others for kernel memory, each by itself.

import {
  KERNEL_ZONES,
  KIND_MOVABLE,
  KIND_TAIL,
  KIND_UNMOVABLE,
  PAGEBLOCK_NO_ZONE,
  PCP_LISTS,
  ZONE_NORMAL,
} from '../../src/abi/layout';
import { ORDERS, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { MIGRATE_MOVABLE, MIGRATE_TYPES } from '../../src/abi/migratetype';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../src/abi/status';
import { guest, spanFrames, statesBase } from '../base/guest';
import { setBlockType, setBlockZone } from '../base/pageblock';
import { noteTouched } from '../base/touched';
import { zoneAt, zoneEnd } from '../base/zone';
import { accountFree, linkFree } from '../kernel/buddy';
import { HAS_LISTS } from '../kernel/llfree';
import { park, pcpAt, pcpOrder, pcpType } from '../kernel/percpu';
import { computeMinFree, decideMobility } from '../kernel/watermark';
import { buildZonelist } from '../kernel/zonelist';

/** Type of one pageblock of a zone, -1 for a hole. Its frames count as in use until a list names them. */
export function stateBlock(pfn: u32, zone: u32, type: i32): i32 {
  if (!HAS_LISTS) return STATUS_BAD_STATE;
  if (pfn + PAGEBLOCK_FRAMES > spanFrames || zone >= <u32>KERNEL_ZONES || type >= MIGRATE_TYPES) {
    return STATUS_BAD_ARGUMENT;
  }
  if (type < 0) {
    setBlockZone(pfn, PAGEBLOCK_NO_ZONE);
    return 0;
  }
  noteTouched(pfn, PAGEBLOCK_FRAMES);
  setBlockZone(pfn, zone);
  setBlockType(pfn, type);
  const kind = type == MIGRATE_MOVABLE ? KIND_MOVABLE : KIND_UNMOVABLE;
  const first = max(pfn, zoneAt(zone).start);
  const last = min(pfn + PAGEBLOCK_FRAMES, zoneEnd(zoneAt(zone)));
  if (first < last) memory.fill(statesBase + first, <u8>kind, last - first);
  return 0;
}

/** Appends a block to a free list; lists are given head first. */
export function stateFree(zone: u32, order: u32, type: u32, pfn: u32): i32 {
  const bad = zone >= <u32>KERNEL_ZONES || order >= <u32>ORDERS || type >= <u32>MIGRATE_TYPES;
  if (bad || pfn >= spanFrames || (pfn & ((1 << order) - 1)) != 0) return STATUS_BAD_ARGUMENT;
  memory.fill(statesBase + pfn, <u8>KIND_TAIL, 1 << order);
  linkFree(zoneAt(zone), pfn, order, type, true);
  accountFree(zoneAt(zone), 1 << order, type);
  return 0;
}

/** Appends a block to a per-cpu list. Of its counters only the frames on it are counted; the others are for the host to write. */
export function stateParked(cpu: u32, zone: u32, list: u32, pfn: u32): i32 {
  const bad = cpu >= guest.cpus || zone >= <u32>KERNEL_ZONES || list >= <u32>PCP_LISTS;
  if (bad || pfn >= spanFrames) return STATUS_BAD_ARGUMENT;
  const order = pcpOrder(list);
  memory.fill(statesBase + pfn, <u8>KIND_TAIL, 1 << order);
  park(pcpAt(cpu, zone), pfn, order, pcpType(list));
  return 0;
}

/**
 * After the last piece: zonelist, grouping by mobility, and whether khugepaged had raised min_free_kbytes: the marks say so
 * when they are higher than the size of memory explains (rounding: one frame a zone).
 */
export function stateDone(): void {
  buildZonelist();
  decideMobility();
  computeMinFree(false);
  let marks: u32 = 0;
  for (let index: u32 = 0; index <= <u32>ZONE_NORMAL; index++) marks += zoneAt(index).wmarkMin;
  guest.thp = marks > (guest.minFreeKb >> 2) + guest.zonelistCount ? 1 : 0;
}
