// LLFree in the buddy's place: one allocator a kernel zone, by the rules of HyperAlloc's artifact, and no per-cpu lists in front
// of it. Zonelist, watermarks and NR_FREE_PAGES stay the kernel's. In the build that has it (CORE_LLFREE) free frames stand on
// no list: each is marked free by itself, whatever block it came in.
//
// The host may have taken the memory behind a huge frame that is free. What is allocated there first waits until the host has
// put some behind it again (STATUS_NEED_INSTALL); the request is then made once more and gets it.
//
//  at guest.czonePool, in place of the pool of CZones, which such a guest has not
//    0  waiting     4 its order   8 end          first frame of a block that waits, NIL: none; first byte behind the tables
//   64  headers[KERNEL_ZONES] (llfree/pool)      behind them the tables, zone by zone

import { KERNEL_ZONES, KIND_FREE, KIND_ISOLATED, KIND_TAIL } from '../../src/abi/layout';
import {
  LLFREE_ALL_ALLOCATED,
  LLFREE_BYTES,
  LLFREE_ENTRY_EVICTED,
  LLFREE_ENTRY_HUGE,
  LLFREE_KINDS,
  LLFREE_KINDS_TREE_SHIFT_MOST,
  LLFREE_LINE_BYTES,
} from '../../src/abi/llfree';
import { ORDER_MAX, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { NIL, clearHead, setState, stateOf } from '../base/frame';
import { guest, statesBase } from '../base/guest';
import { blockZone } from '../base/pageblock';
import { noteTouched } from '../base/touched';
import { Zone, zoneAt, zoneEnd, zoneIndex } from '../base/zone';
import { fill, plan } from '../llfree/create';
import { drainKinds, giveKinds, takeKinds } from '../llfree/kinds';
import { entry, giveAt, isWhole } from '../llfree/lower';
import { pool, usePool } from '../llfree/pool';

/** Whether free memory stands on lists, with a pageblock's type, and can be put out of use for a while: the buddy's does. */
export const HAS_LISTS: bool = !isDefined(CORE_LLFREE);


@unmanaged
class Tables {
  waiting: u32;
  waitingOrder: u32;
  end: u32;
}

/** Trees of 16 MiB, as the artifact has them. */
const TREE_SHIFT: u32 = LLFREE_KINDS_TREE_SHIFT_MOST;
const TREE_FRAMES: u32 = PAGEBLOCK_FRAMES << TREE_SHIFT;
/** Frames are numbered from the last place before the zone at which the largest block could begin. */
const ALIGN: u32 = 1 << ORDER_MAX;


@inline
function tables(): Tables {
  return changetype<Tables>(<usize>guest.czonePool);
}

/** Bytes that the tables of all zones take at most: each zone may begin and end inside a tree. */
export function llfreeBytes(span: u32, cpus: u32): u64 {
  const huges = <u64>(span / PAGEBLOCK_FRAMES) + KERNEL_ZONES * (ALIGN / PAGEBLOCK_FRAMES);
  const trees = <u64>(span / TREE_FRAMES) + KERNEL_ZONES * 2;
  const lines = 1 + huges + trees + KERNEL_ZONES * (<u64>cpus + 1);
  const headers: u64 = KERNEL_ZONES * LLFREE_BYTES;
  return headers + lines * LLFREE_LINE_BYTES + trees * sizeof<u16>();
}


@inline
function headerOf(index: u32): usize {
  return <usize>guest.czonePool + LLFREE_LINE_BYTES + <usize>index * LLFREE_BYTES;
}

/** Frame 0 of a zone's allocator. */
@inline
function baseOf(zone: Zone): u32 {
  return zone.start & ~(ALIGN - 1);
}

/** The allocator of a zone is at hand from now on. The frame that it calls 0. */
export function useZone(index: u32): u32 {
  usePool(headerOf(index));
  return baseOf(zoneAt(index));
}

/** A zone has got its span: all of it is allocated until it is handed over. */
export function llfreeForm(index: u32): void {
  const all = tables();
  if (all.end == 0) {
    all.end = <u32>headerOf(KERNEL_ZONES);
    all.waiting = NIL;
  }
  const base = useZone(index);
  const frames = zoneEnd(zoneAt(index)) - base;
  all.end = <u32>plan(frames, guest.cpus, TREE_SHIFT, LLFREE_KINDS, all.end);
  fill(LLFREE_ALL_ALLOCATED);
}

/** 2^order frames of a zone for a request of a type; NIL: it has none. Some may have to wait, see awaitsInstall. */
export function llfreeTake(zone: Zone, index: u32, order: u32, type: u32, cpu: u32): u32 {
  const base = useZone(index);
  pool.resultEvicted = 0;
  const frame = takeKinds(order, type == MIGRATE_MOVABLE, cpu, NIL);
  if (frame == NIL) return NIL;
  const pfn = base + frame;
  noteTouched(pfn, 1 << order);
  memory.fill(statesBase + pfn, <u8>KIND_TAIL, 1 << order);
  zone.free -= 1 << order;
  if (pool.resultEvicted != 0) {
    setState(pfn, KIND_ISOLATED, order);
    tables().waiting = pfn;
    tables().waitingOrder = order;
  }
  return pfn;
}

/** A block goes back to its zone. */
export function llfreeGive(zone: Zone, pfn: u32, order: u32): void {
  const frame = pfn - useZone(zoneIndex(zone));
  giveAt(frame, order);
  giveKinds(frame, order);
  memory.fill(statesBase + pfn, <u8>KIND_FREE, 1 << order);
  zone.free += 1 << order;
}

/** First frame of the block that was allocated last and has no host memory that it may use; NIL: there is none. */
export function llfreeWaiting(): u32 {
  return tables().waiting;
}


@inline
function entryAt(pfn: u32): u32 {
  return entry((pfn - useZone(blockZone(pfn))) / PAGEBLOCK_FRAMES);
}

/**
 * What a request gets that was made before and waited. NIL: nothing did, or it must wait on. A block that another request
 * has left waiting goes back.
 */
export function llfreeInstalled(order: u32): u32 {
  const all = tables();
  const pfn = all.waiting;
  if (pfn == NIL) return NIL;
  if (all.waitingOrder != order) {
    all.waiting = NIL;
    llfreeGive(zoneAt(blockZone(pfn)), pfn, all.waitingOrder);
    return NIL;
  }
  if ((entryAt(pfn) & LLFREE_ENTRY_EVICTED) != 0) return NIL;
  all.waiting = NIL;
  clearHead(pfn);
  return pfn;
}

/** Whether a huge frame's entry says what the host's says that has taken it hard; the guest may have allocated it so, too. */
@inline
export function isTakenHard(bits: u32): bool {
  return bits == (LLFREE_ENTRY_EVICTED | LLFREE_ENTRY_HUGE);
}

/** Whether a pageblock is free as a whole, or was until the host took it hard. */
export function llfreeIsWhole(pfn: u32): bool {
  const bits = entryAt(pfn);
  return isWhole(bits) || (isTakenHard(bits) && stateOf(pfn) == KIND_FREE);
}

/** All that CPUs have reserved is anybody's again. */
export function llfreeDrain(): void {
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    if (zoneAt(index).spanned == 0) continue;
    useZone(index);
    for (let cpu: u32 = 0; cpu < pool.cpus; cpu++) drainKinds(cpu);
  }
}
