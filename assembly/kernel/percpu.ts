// Per-cpu lists: small caches of free blocks in front of the kernel zones, one set per virtual CPU and zone.
// Sizing, refill, drain and auto-tuning are Linux 6.12's (docs/linux-memory.md A.10). CZones have none
// (docs/decisions/0010).
//
//  Pcp   0 count   4 high   8 highMin  12 highMax  16 batch  20 flags  24 allocFactor  28 freeCount
//       32 lists[14] {head, tail}     index = 3 * order + type; 12 and 13: order 9 (other, movable)

import {
  KERNEL_ZONES,
  KIND_PCP,
  LIST_BYTES,
  PCP_ALLOC_FACTOR_OFFSET,
  PCP_BATCH_OFFSET,
  PCP_BATCH_SCALE_MAX,
  PCP_COUNT_OFFSET,
  PCP_FLAGS_OFFSET,
  PCP_FLAG_FREE_HIGH_BATCH,
  PCP_FLAG_PREV_FREE_HIGH_ORDER,
  PCP_FREE_COUNT_OFFSET,
  PCP_HIGH_MAX_OFFSET,
  PCP_HIGH_MIN_OFFSET,
  PCP_HIGH_OFFSET,
  PCP_LISTS,
  PCP_LISTS_OFFSET,
  PCP_STRIDE,
  ZONE_FLAG_BELOW_HIGH,
  ZONE_FLAG_RECLAIM_ACTIVE,
} from '../../src/abi/layout';
import { COSTLY_ORDER, PAGEBLOCK_ORDER, THP_ORDER } from '../../src/abi/unit';
import { MIGRATE_MOVABLE, MIGRATE_PCPTYPES } from '../../src/abi/migratetype';
import { LOG_DRAIN, LOG_REFILL } from '../../src/abi/program';
import { STAT_DRAIN_BLOCKS, STAT_REFILL_BLOCKS } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status';
import { NIL, clearHead, linkPrev, setState } from '../base/frame';
import { guest, pcpsBase, recordsBase, statesBase } from '../base/guest';
import {
  listCutTail,
  listHead,
  listPopHead,
  listPopTail,
  listPushHead,
  listPushTail,
  listReset,
  listTail,
  listTailRun,
  setListHead,
  setListTail,
} from '../base/list';
import { isLogging, logBlock } from '../base/log';
import { blockType } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, zoneAt, zoneIndex } from '../base/zone';
import { freeOne, freeOneByOne } from './buddy';
import { Search, newSearch, searchesPlain, takeBlock } from './fallback';
import { HAS_LISTS, llfreeDrain } from './llfree';
import { NO_RUN, runFrames, runStart, takeBlocks } from './run';
import { PCP_TUNES } from './version';


@unmanaged
export class Pcp {
  count: i32;
  high: i32;
  highMin: i32;
  highMax: i32;
  batch: i32;
  flags: u32;
  allocFactor: i32;
  freeCount: i32;
}
if (offsetof<Pcp>('count') != PCP_COUNT_OFFSET) ERROR('Pcp.count moved');
if (offsetof<Pcp>('high') != PCP_HIGH_OFFSET) ERROR('Pcp.high moved');
if (offsetof<Pcp>('highMin') != PCP_HIGH_MIN_OFFSET) ERROR('Pcp.highMin moved');
if (offsetof<Pcp>('highMax') != PCP_HIGH_MAX_OFFSET) ERROR('Pcp.highMax moved');
if (offsetof<Pcp>('batch') != PCP_BATCH_OFFSET) ERROR('Pcp.batch moved');
if (offsetof<Pcp>('flags') != PCP_FLAGS_OFFSET) ERROR('Pcp.flags moved');
if (offsetof<Pcp>('allocFactor') != PCP_ALLOC_FACTOR_OFFSET) ERROR('Pcp.allocFactor moved');
if (offsetof<Pcp>('freeCount') != PCP_FREE_COUNT_OFFSET) ERROR('Pcp.freeCount moved');
if (offsetof<Pcp>() != PCP_LISTS_OFFSET) ERROR('Pcp and its lists drifted apart');
if (PCP_LISTS_OFFSET + PCP_LISTS * LIST_BYTES > PCP_STRIDE) ERROR('Pcp outgrew its stride');

/** First of the two lists of huge pages, behind those of the orders up to COSTLY_ORDER. */
const THP_LIST: u32 = MIGRATE_PCPTYPES * (COSTLY_ORDER + 1);
if (MIGRATE_PCPTYPES * (COSTLY_ORDER + 1) + 2 != PCP_LISTS) ERROR('a list for each order and type');


@inline
export function pcpAt(cpu: u32, zone: u32): Pcp {
  return changetype<Pcp>(pcpsBase + (cpu * KERNEL_ZONES + zone) * PCP_STRIDE);
}


@inline
export function pcpList(pcp: Pcp, index: u32): usize {
  return changetype<usize>(pcp) + PCP_LISTS_OFFSET + index * LIST_BYTES;
}


@inline
export function pcpAllowed(order: u32): bool {
  return order <= <u32>COSTLY_ORDER || order == THP_ORDER;
}


@inline
export function pcpIndex(order: u32, type: u32): u32 {
  if (order > <u32>COSTLY_ORDER) return THP_LIST + <u32>(type == MIGRATE_MOVABLE);
  return MIGRATE_PCPTYPES * order + type;
}


@inline
export function pcpOrder(index: u32): u32 {
  return index >= THP_LIST ? THP_ORDER : index / MIGRATE_PCPTYPES;
}

/** The type that a list is for; of huge pages, those that are not movable share one. */
@inline
export function pcpType(index: u32): u32 {
  return index >= THP_LIST ? index - THP_LIST : index % MIGRATE_PCPTYPES;
}

function pcpReset(pcp: Pcp): void {
  memory.fill(changetype<usize>(pcp), 0, PCP_STRIDE);
  pcp.batch = 1;
  for (let index: u32 = 0; index < <u32>PCP_LISTS; index++) listReset(pcpList(pcp, index));
}

/** Empty lists for every cpu of a zone: it has no memory yet, or none any more. */
export function pcpResetZone(index: u32): void {
  for (let cpu: u32 = 0; cpu < guest.cpus; cpu++) pcpReset(pcpAt(cpu, index));
}


@inline
export function clampHigh(pcp: Pcp, high: i32): i32 {
  return min(max(high, pcp.highMin), pcp.highMax);
}

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

/** Appends a block to the tail of its list. */
export function park(pcp: Pcp, pfn: u32, order: u32, type: u32): void {
  setState(pfn, KIND_PCP, order);
  listPushTail(pcpList(pcp, pcpIndex(order, type)), pfn);
  pcp.count += 1 << order;
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

/** Takes the head of a list; NIL if it is empty. */
export function pcpPop(pcp: Pcp, order: u32, type: u32): u32 {
  const pfn = listPopHead(pcpList(pcp, pcpIndex(order, type)));
  if (pfn != NIL) pcp.count -= 1 << order;
  return pfn;
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

/** How many frames a free drains where high is fixed: twice as many each time, until a request comes. */
function fixedDrain(pcp: Pcp, zone: Zone, order: u32): i32 {
  if (pcp.freeCount > 0 && order > 0 && order <= <u32>COSTLY_ORDER) return pcp.count;
  const batch = pcp.batch;
  const reclaims = (zone.flags & ZONE_FLAG_RECLAIM_ACTIVE) != 0;
  const threshold = reclaims ? min(batch << 2, pcp.high) : pcp.high;
  if (pcp.count < threshold) return 0;
  if (threshold < batch) return 1;
  const wanted = batch << pcp.freeCount;
  const most = threshold - batch;
  if (wanted < most) pcp.freeCount++;
  return min(max(wanted, batch), most);
}

/** The count at which a free drains the lists, adapting high to how much is freed. */
function drainThreshold(pcp: Pcp, zone: Zone, freeHigh: bool): i32 {
  const batch = pcp.batch;
  const high = clampHigh(pcp, pcp.high);
  pcp.high = high;
  if (high == 0) return 0;
  if (freeHigh) {
    pcp.high = max(high - (batch << PCP_BATCH_SCALE_MAX), pcp.highMin);
    return 0;
  }
  if ((zone.flags & ZONE_FLAG_RECLAIM_ACTIVE) != 0) {
    pcp.high = max(high - max(pcp.freeCount, batch), pcp.highMin);
    return min(batch << 2, pcp.high);
  }
  if (pcp.highMin == pcp.highMax) return high;
  if ((zone.flags & ZONE_FLAG_BELOW_HIGH) != 0) {
    pcp.high = max(high - max(pcp.freeCount, batch), pcp.highMin);
    return max(pcp.count, pcp.highMin);
  }
  if (pcp.count >= high) {
    const wanted = pcp.freeCount + batch;
    if (high < wanted) pcp.high = clampHigh(pcp, wanted);
  }
  return high;
}

function drainSize(pcp: Pcp, threshold: i32, freeHigh: bool): i32 {
  const batch = pcp.batch;
  if (freeHigh) return min(pcp.count, batch << PCP_BATCH_SCALE_MAX);
  if (threshold < batch) return 1;
  return min(max(pcp.freeCount, batch), threshold - batch);
}

/** Moves the tail of list `index` back to its zone; its frame, or NIL. */
export function drainOne(pcp: Pcp, zone: Zone, index: u32): u32 {
  const order = pcpOrder(index);
  const pfn = drainTail(zone, pcpList(pcp, index), order);
  if (pfn != NIL) pcp.count -= 1 << order;
  return pfn;
}

/** drainOne of a list whose place and order are known; the count is the caller's. */
@inline
function drainTail(zone: Zone, list: usize, order: u32): u32 {
  const pfn = listPopTail(list);
  if (pfn == NIL) return NIL;
  clearHead(pfn);
  freeOne(zone, pfn, order, blockType(pfn), 0);
  if (isLogging()) logBlock(LOG_DRAIN, pfn);
  return pfn;
}

/**
 * Moves neighbours at the tail of a list of single frames back to the zone, at most `most`: what as many drainTails do,
 * if each frame but the last is followed by the next. How many; 0: there is one such frame only.
 */
function drainRun(zone: Zone, list: usize, most: u32): u32 {
  const first = listTail(list);
  const frames = listTailRun(list, most);
  if (frames == 1) return 0;
  listCutTail(list, linkPrev(first + frames - 1));
  const end = first + frames;
  for (let at = first; at < end;) {
    let order = min<u32>(PAGEBLOCK_ORDER - 1, ctz<u32>(at));
    while (at + (1 << order) > end) order--;
    freeOneByOne(zone, at, order, blockType(at));
    at += 1 << order;
  }
  return frames;
}

/** Moves `frames` frames back to the zone: list `first` is emptied first, then the next, coldest pages first. */
export function drain(pcp: Pcp, zone: Zone, frames: i32, first: u32): void {
  let left = min(pcp.count, frames);
  let index = first;
  let blocks: u32 = 0;
  while (left > 0) {
    while (listTail(pcpList(pcp, index)) == NIL) index = index + 1 == PCP_LISTS ? 0 : index + 1;
    const list = pcpList(pcp, index);
    const order = pcpOrder(index);
    const before = left;
    while (left > 0 && listTail(list) != NIL) {
      const taken = order == 0 && !isLogging() ? drainRun(zone, list, left) : 0;
      if (taken == 0) drainTail(zone, list, order);
      left -= max(taken, 1 << order);
      blocks += max(taken, 1);
    }
    pcp.count -= before - left;
  }
  count(STAT_DRAIN_BLOCKS, blocks);
}

/** Puts a freed block at the head of its list without looking at sizes. */
export function pcpPush(pcp: Pcp, pfn: u32, order: u32, type: u32): void {
  setState(pfn, KIND_PCP, order);
  listPushHead(pcpList(pcp, pcpIndex(order, type)), pfn);
  pcp.count += 1 << order;
}

/** Puts a freed block on its list and adapts the sizes; how many frames are to be drained for it, 0: none. */
function pcpAccept(pcp: Pcp, zone: Zone, pfn: u32, order: u32, type: u32): i32 {
  pcp.allocFactor >>= 1;
  pcpPush(pcp, pfn, order, type);
  if (!PCP_TUNES) return fixedDrain(pcp, zone, order);
  const batch = pcp.batch;
  let freeHigh = false;
  if (order > 0 && order <= <u32>COSTLY_ORDER) {
    freeHigh =
      pcp.freeCount >= batch &&
      (pcp.flags & PCP_FLAG_PREV_FREE_HIGH_ORDER) != 0 &&
      ((pcp.flags & PCP_FLAG_FREE_HIGH_BATCH) == 0 || pcp.count >= batch);
    pcp.flags |= PCP_FLAG_PREV_FREE_HIGH_ORDER;
  } else {
    pcp.flags &= ~PCP_FLAG_PREV_FREE_HIGH_ORDER;
  }
  if (pcp.freeCount < batch << PCP_BATCH_SCALE_MAX) pcp.freeCount += 1 << order;
  const threshold = drainThreshold(pcp, zone, freeHigh);
  return pcp.count < threshold ? 0 : drainSize(pcp, threshold, freeHigh);
}

/** Frees a block to the per-cpu lists. True when it drained some of them to the zone. */
export function pcpGive(pcp: Pcp, zone: Zone, pfn: u32, order: u32, type: u32): bool {
  const frames = pcpAccept(pcp, zone, pfn, order, type);
  if (frames == 0) return false;
  drain(pcp, zone, frames, pcpIndex(order, type));
  return true;
}

/** Sets the sizes of a zone's lists on every cpu. */
export function setPcpSizes(index: u32, highMin: i32, highMax: i32, batch: i32): void {
  for (let cpu: u32 = 0; cpu < guest.cpus; cpu++) {
    const pcp = pcpAt(cpu, index);
    pcp.highMin = highMin;
    pcp.highMax = PCP_TUNES ? highMax : highMin;
    if (!PCP_TUNES) pcp.high = highMin;
    pcp.batch = batch;
  }
}

/** Where the vmstat worker lets high fall to: an eighth lower, not below what is needed. */
function decayedHigh(pcp: Pcp): i32 {
  if (pcp.high <= pcp.highMin) return pcp.high;
  const target = max(pcp.count - (pcp.batch << PCP_BATCH_SCALE_MAX), pcp.high - (pcp.high >> 3));
  return max(target, pcp.highMin);
}

/** The vmstat worker's turn, once a second: lets high fall by an eighth and drains down to it in batches. */
export function pcpDecay(pcp: Pcp, zone: Zone): void {
  if (!PCP_TUNES) return;
  pcp.high = decayedHigh(pcp);
  let excess = pcp.count - pcp.high;
  while (excess > 0) {
    const frames = min(excess, pcp.batch);
    drain(pcp, zone, frames, 0);
    excess -= frames;
  }
}

/** Empties the lists of one cpu and zone. */
@inline
export function drainCpu(zone: Zone, index: u32, cpu: u32): void {
  const pcp = pcpAt(cpu, index);
  drain(pcp, zone, pcp.count, 0);
}

/** Empties every cpu's lists of a kernel zone (drain_all_pages for one zone). */
export function drainZone(zone: Zone): void {
  const index = zoneIndex(zone);
  if (index >= <u32>KERNEL_ZONES) return;
  for (let cpu: u32 = 0; cpu < guest.cpus; cpu++) drainCpu(zone, index, cpu);
}

/** Empties every cpu's lists of every kernel zone. */
export function drainAll(): void {
  if (!HAS_LISTS) llfreeDrain();
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) drainZone(zoneAt(index));
}

function powerOfTwoBelow(value: u32): u32 {
  return value == 0 ? 0 : (<u32>1) << (31 - clz<u32>(value));
}

/** How many blocks go between a zone of this size and its lists at once (zone_batchsize). */
function batchOf(managed: u32): u32 {
  const base = max<u32>(min<u32>(managed >> 10, 256) / 4, 1);
  const batch = powerOfTwoBelow(base + base / 2) - 1;
  return max<u32>(batch, 1);
}

/** Sizes the lists of a zone after its watermarks or size changed; unpopulated zones get high 0, batch 1. */
export function pcpResize(index: u32): void {
  const zone = zoneAt(index);
  const empty = zone.present == 0;
  const batch: u32 = empty ? 1 : batchOf(zone.managed);
  let highMin: u32 = 0;
  let highMax: u32 = 0;
  if (!empty) {
    const most = guest.pcpFraction >= 8 ? zone.managed / guest.pcpFraction : zone.wmarkLow;
    const cap = guest.pcpFraction >= 8 ? most : zone.managed / 8;
    highMin = max(most / guest.cpus, batch << 2);
    highMax = max(cap / guest.cpus, batch << 2);
  }
  setPcpSizes(index, highMin, highMax, batch);
}

/** So many turns of the vmstat worker of one cpu; see decay. */
function decayOne(cpu: u32, turns: u32): i32 {
  let zones = 0;
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    const pcp = pcpAt(cpu, index);
    const before = pcp.count;
    for (let turn: u32 = 0; turn < turns && max(pcp.high, pcp.count) > pcp.highMin; turn++) {
      pcpDecay(pcp, zoneAt(index));
    }
    if (pcp.count != before || pcp.count > pcp.highMin) zones++;
  }
  return zones;
}

/**
 * So many turns of the vmstat worker of one cpu, or of each (NIL). In how many zones they drained, or later ones will if
 * nothing else happens: where there is none, turns only let high fall, and can be made up for.
 */
export function decay(cpu: u32, turns: u32): i32 {
  if (cpu != NIL) return cpu < guest.cpus ? decayOne(cpu, turns) : STATUS_BAD_ARGUMENT;
  let zones = 0;
  for (let each: u32 = 0; each < guest.cpus; each++) zones += decayOne(each, turns);
  return zones;
}
