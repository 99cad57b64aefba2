// Blocks from the per-cpu lists, and how those are filled from the zone when they are empty.

import { KIND_PCP, PCP_BATCH_SCALE_MAX, ZONE_FLAG_BELOW_HIGH } from '../../src/abi/layout';
import { LOG_REFILL } from '../../src/abi/program';
import { STAT_REFILL_BLOCKS } from '../../src/abi/stat';
import { NIL } from '../base/frame';
import { recordsBase, statesBase } from '../base/guest';
import { listHead, listPopHead, listTail, setListHead, setListTail } from '../base/list';
import { isLogging, logBlock } from '../base/log';
import { count } from '../base/stats';
import { Zone } from '../base/zone';
import { Search, newSearch, searchesPlain, takeBlock } from './fallback';
import { Pcp, clampHigh, park, pcpIndex, pcpList, pcpPop } from './percpu';
import { NO_RUN, runFrames, runStart, takeBlocks } from './run';
import { PCP_TUNES } from './version';

/** How many blocks a refill takes from the zone now. Widens high and the factor as a side effect. */
function refillSize(pcp: Pcp, zone: Zone, order: u32): i32 {
  const base = pcp.batch;
  if (!PCP_TUNES) return base > 1 ? max(base >> order, 2) : base;
  let high = clampHigh(pcp, pcp.high);
  pcp.high = high;
  if (high < base) return 1;
  let blocks = order > 0 ? base : base << pcp.allocFactor;
  if (pcp.highMin != pcp.highMax && (zone.flags & ZONE_FLAG_BELOW_HIGH) == 0) {
    high = min(high + blocks, pcp.highMax);
    pcp.high = high;
  }
  if (order == 0) {
    const room = max(high - pcp.count - base, base);
    if (blocks <= room && pcp.allocFactor < PCP_BATCH_SCALE_MAX) pcp.allocFactor++;
    blocks = min(blocks, room);
  }
  return blocks > 1 ? max(blocks >> order, 2) : blocks;
}

/** Moves one block from the zone to the tail of a list; the frame, or NIL. */
function refillOne(pcp: Pcp, zone: Zone, order: u32, type: u32, flags: u32, search: Search): u32 {
  const pfn = takeBlock(zone, order, type, flags, search);
  if (pfn == NIL) return NIL;
  park(pcp, pfn, order, type);
  if (isLogging()) logBlock(LOG_REFILL, pfn);
  return pfn;
}

/**
 * Takes up to `want` blocks off the smallest free block that serves and appends them to a list, in one go: what as many
 * single takes would have got, for they use a block up from its low end. How many; 0 when the zone has none.
 */
function refillRun(pcp: Pcp, zone: Zone, order: u32, type: u32, want: i32): i32 {
  const run = takeBlocks(zone, order, type, want);
  if (run == NO_RUN) return 0;
  const pfn = runStart(run);
  const blocks = runFrames(run) >> order;
  const list = pcpList(pcp, pcpIndex(order, type));
  const records = recordsBase;
  const states = statesBase;
  let before = listTail(list);
  let at = pfn;
  if (before == NIL) setListHead(list, pfn);
  else store<u32>(records + ((<usize>before) << 3), pfn);
  for (let block: u32 = 1; block < blocks; block++) {
    const next = at + (1 << order);
    store<u8>(states + at, KIND_PCP | order);
    store<u64>(records + ((<usize>at) << 3), ((<u64>before) << 32) | next);
    before = at;
    at = next;
  }
  store<u8>(states + at, KIND_PCP | order);
  store<u64>(records + ((<usize>at) << 3), ((<u64>before) << 32) | NIL);
  setListTail(list, at);
  pcp.count += runFrames(run);
  return blocks;
}

/** Fills an empty list with `blocks` blocks; how many were got. */
export function refill(pcp: Pcp, zone: Zone, order: u32, type: u32, blocks: i32, flags: u32): i32 {
  const search = newSearch(0);
  let got = 0;
  while (got < blocks) {
    const run =
      searchesPlain(search) && !isLogging() ? refillRun(pcp, zone, order, type, blocks - got) : 0;
    if (run == 0 && refillOne(pcp, zone, order, type, flags, search) == NIL) break;
    got += max(run, 1);
  }
  count(STAT_REFILL_BLOCKS, got);
  return got;
}

/** A block from the per-cpu lists, refilled when empty; NIL if the zone has none. */
export function pcpTake(pcp: Pcp, zone: Zone, order: u32, type: u32, flags: u32): u32 {
  pcp.freeCount >>= 1;
  refillIfEmpty(pcp, zone, order, type, flags);
  return pcpPop(pcp, order, type);
}

/** Fills the list that serves order and type if it is empty, by as much as the sizes say. */
@inline
export function refillIfEmpty(pcp: Pcp, zone: Zone, order: u32, type: u32, flags: u32): void {
  if (listHead(pcpList(pcp, pcpIndex(order, type))) == NIL) {
    refill(pcp, zone, order, type, refillSize(pcp, zone, order), flags);
  }
}

/** pcpTake of a list that has a block; NIL when it is empty, and nothing has changed. */
@inline
export function pcpTakeQuickly(pcp: Pcp, order: u32, type: u32): u32 {
  const pfn = listPopHead(pcpList(pcp, pcpIndex(order, type)));
  if (pfn == NIL) return NIL;
  pcp.freeCount >>= 1;
  pcp.count -= 1 << order;
  return pfn;
}
