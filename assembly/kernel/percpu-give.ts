// Single frames freed to the per-cpu lists many at a time, as long as that changes no more than counts.

import {
  KIND_PCP,
  PCP_BATCH_SCALE_MAX,
  PCP_FLAG_PREV_FREE_HIGH_ORDER,
  ZONE_FLAG_BELOW_HIGH,
  ZONE_FLAG_RECLAIM_ACTIVE,
} from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { NIL } from '../base/frame';
import { recordsBase, statesBase } from '../base/guest';
import { listHead, runLast, setListHead, setListTail } from '../base/list';
import { blockPlace } from '../base/pageblock';
import { Zone } from '../base/zone';
import { Pcp, clampHigh, pcpIndex, pcpList } from './percpu';
import { PCP_TUNES } from './version';

/**
 * How many single frames can be freed to the lists now before a free has to look at the sizes: none of them drains, or
 * changes more than the counts. 0: the next one must be given by itself.
 */
function quietRoom(pcp: Pcp, zone: Zone): i32 {
  if ((zone.flags & (ZONE_FLAG_RECLAIM_ACTIVE | ZONE_FLAG_BELOW_HIGH)) != 0) return 0;
  return max(clampHigh(pcp, pcp.high) - 1 - pcp.count, 0);
}

/** Frame numbers from the first on, at most `most`, that follow each other in a pageblock: how many, below zero if downwards. */
@inline
function neighbours(frames: usize, most: u32): i32 {
  const first = load<u32>(frames);
  const within = first & (PAGEBLOCK_FRAMES - 1);
  const step = most > 1 && load<u32>(frames, 4) == first - 1 ? -1 : 1;
  const end = min(most, step < 0 ? within + 1 : PAGEBLOCK_FRAMES - within);
  let run: u32 = 1;
  while (run < end && load<u32>(frames + ((<usize>run) << 2)) == first + step * run) run++;
  return step * run;
}

/**
 * Pushes neighbours before the head of a list, one after the other: `run` of them from `pfn` upwards, or below zero downwards.
 * The last of them, which the caller makes the head.
 */
@inline
function pushRun(list: usize, head: u32, pfn: u32, run: i32): u32 {
  const records = recordsBase;
  const step = run < 0 ? -1 : 1;
  const last = runLast(pfn, run);
  memory.fill(statesBase + min(pfn, last), <u8>KIND_PCP, abs(run));
  if (head == NIL) setListTail(list, pfn);
  else store<u32>(records + ((<usize>head) << 3), pfn, 4);
  let record = records + ((<usize>pfn) << 3);
  store<u32>(record, head);
  for (let at = pfn; at != last; at += step) {
    store<u32>(record, at + step, 4);
    record += (<isize>step) << 3;
    store<u32>(record, at);
  }
  store<u32>(record, NIL, 4);
  return last;
}

/**
 * Frees single frames of one list and of pageblocks with one table word, as long as there is room: what as many calls of
 * pcpGive do. `frames` is a table of frame numbers. How many were freed; 0: the first must be given by itself.
 */
export function pcpGiveRun(pcp: Pcp, zone: Zone, type: u32, frames: usize, most: u32): u32 {
  const room = <u32>quietRoom(pcp, zone);
  if (room == 0) return 0;
  const list = pcpList(pcp, pcpIndex(0, type));
  const place = blockPlace(load<u32>(frames));
  const end = min(most, room);
  let head = listHead(list);
  let given: u32 = 0;
  while (given < end) {
    const at = frames + ((<usize>given) << 2);
    const pfn = load<u32>(at);
    if (blockPlace(pfn) != place) break;
    const run = neighbours(at, end - given);
    head = pushRun(list, head, pfn, run);
    given += abs(run);
  }
  setListHead(list, head);
  noteQuiet(pcp, given);
  return given;
}

/** The counts after so many quiet frees. */
@inline
function noteQuiet(pcp: Pcp, frees: u32): void {
  const cap = pcp.batch << PCP_BATCH_SCALE_MAX;
  pcp.count += frees;
  pcp.high = clampHigh(pcp, pcp.high);
  pcp.allocFactor >>= min<u32>(frees, 31);
  pcp.flags &= ~PCP_FLAG_PREV_FREE_HIGH_ORDER;
  if (!PCP_TUNES) return;
  if (pcp.freeCount < cap) pcp.freeCount = min<i32>(pcp.freeCount + frees, cap);
}
