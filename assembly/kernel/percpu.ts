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
import { LOG_DRAIN } from '../../src/abi/program';
import { STAT_DRAIN_BLOCKS } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status';
import { NIL, clearHead, linkPrev, setLinkNext, setLinkPrev, setState } from '../base/frame';
import { guest, pcpsBase } from '../base/guest';
import {
  listCutTail,
  listPopHead,
  listPopTail,
  listPushHead,
  listPushTail,
  listReset,
  listTail,
  listTailRun,
} from '../base/list';
import { isLogging, logBlock } from '../base/log';
import { blockType, placeType } from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, zoneAt, zoneIndex } from '../base/zone';
import { freeOne } from './buddy';
import { freeOneByOne, freeOneByOneDown } from './buddy-run';
import { HAS_LISTS, llfreeDrain } from './llfree';
import { COUNTS_LAG, PCP_KEEPS_BLOCKS, PCP_TUNES } from './version';


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

/** Appends a block to the tail of its list. */
export function park(pcp: Pcp, pfn: u32, order: u32, type: u32): void {
  setState(pfn, KIND_PCP, order);
  listPushTail(pcpList(pcp, pcpIndex(order, type)), pfn);
  pcp.count += 1 << order;
}

/** Takes the head of a list; NIL if it is empty. */
export function pcpPop(pcp: Pcp, order: u32, type: u32): u32 {
  const pfn = listPopHead(pcpList(pcp, pcpIndex(order, type)));
  if (pfn != NIL) pcp.count -= 1 << order;
  return pfn;
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
 * if each frame but the last is followed by the next, or by the one before it. How many; 0: there is one such frame only.
 */
function drainRun(zone: Zone, list: usize, most: u32): u32 {
  if (COUNTS_LAG) return 0;
  const first = listTail(list);
  const step = linkPrev(first) - first;
  if (step != 1 && step != -1) return 0;
  const frames = listTailRun(list, step, most);
  if (frames == 1) return 0;
  listCutTail(list, linkPrev(first + step * (frames - 1)));
  if (step == 1) drainUp(zone, first, first + frames);
  else drainDown(zone, first + 1 - frames, first + 1);
  return frames;
}

/** Frees [start, end) in ascending order, by aligned blocks below pageblock order. */
function drainUp(zone: Zone, start: u32, end: u32): void {
  for (let at = start; at < end;) {
    let order = min<u32>(PAGEBLOCK_ORDER - 1, ctz<u32>(at));
    while (at + (1 << order) > end) order--;
    freeOneByOne(zone, at, order, blockType(at));
    at += 1 << order;
  }
}

/** Frees [start, end) in descending order, by aligned blocks below pageblock order. */
function drainDown(zone: Zone, start: u32, end: u32): void {
  for (let at = end; at > start;) {
    let order = min<u32>(PAGEBLOCK_ORDER - 1, ctz<u32>(at));
    while (at - start < <u32>(1 << order)) order--;
    at -= 1 << order;
    freeOneByOneDown(zone, at, order, blockType(at));
  }
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

/** Adapts the sizes to a freed block that is counted already; how many frames are to be drained for it, 0: none. */
@inline
function adaptToFree(pcp: Pcp, zone: Zone, order: u32): i32 {
  pcp.allocFactor >>= 1;
  if (!PCP_TUNES) return fixedDrain(pcp, zone, order);
  const batch = pcp.batch;
  let freeHigh = false;
  if (order > 0 && order <= <u32>COSTLY_ORDER) {
    freeHigh =
      pcp.freeCount >= (PCP_KEEPS_BLOCKS ? batch + (pcp.highMin >> 1) : batch) &&
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

/** Frees a block of a pageblock to a list of the per-cpu lists. True when it drained some of them to the zone. */
export function pcpGive(pcp: Pcp, zone: Zone, place: u32, pfn: u32, order: u32, type: u32): bool {
  const before = pcp.count;
  pcp.count = before + (1 << order);
  const frames = adaptToFree(pcp, zone, order);
  if (frames != 0 && before == 0 && !isLogging()) {
    giveThrough(pcp, zone, placeType(place), pfn, order);
    return true;
  }
  setState(pfn, KIND_PCP, order);
  listPushHead(pcpList(pcp, pcpIndex(order, type)), pfn);
  if (frames == 0) return false;
  drain(pcp, zone, frames, pcpIndex(order, type));
  return true;
}

/** A block that would be drained as soon as it is on its list, for it is alone there. Its record tells of the list. */
function giveThrough(pcp: Pcp, zone: Zone, type: u32, pfn: u32, order: u32): void {
  pcp.count = 0;
  clearHead(pfn);
  setLinkNext(pfn, NIL);
  setLinkPrev(pfn, NIL);
  freeOne(zone, pfn, order, type, 0);
  count(STAT_DRAIN_BLOCKS, 1);
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
