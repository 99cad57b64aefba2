// Pages that the balloon driver holds: a list through their records, most recently inflated first. The arrays that travel
// to the device lie in the scratch area. What the device does with them is the host's business (src/virtio/balloon).
//
//  inflate   request -> scratch, in order of allocation; enter -> the list, scratch reversed (the order on the wire)
//  deflate   pop -> scratch, from the list's head, the pages in limbo; release -> freed in reverse order of the array

import { KIND_BALLOON, KIND_MASK, KIND_UNMOVABLE, SCRATCH_FRAMES_MAX } from '../../src/abi/layout';
import { THP_ORDER } from '../../src/abi/unit';
import { GFP_MOVABLE } from '../../src/abi/gfp';
import { STAT_ALLOC_CALLS, STAT_ALLOC_PAGES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../src/abi/status';
import { NIL, isInLimbo, orderOf, setLimbo, setState, stateOf } from '../base/frame';
import { Guest, guest, spanFrames } from '../base/guest';
import { listHead, listPopHead, listPushHead } from '../base/list';
import { blockZone } from '../base/pageblock';
import { scratchWord } from '../base/scratch';
import { count } from '../base/stats';
import { zoneAt } from '../base/zone';
import { countFrees, freeBlock } from '../free';
import {
  Pcp,
  allocBlock,
  markAllocated,
  streamList,
  streamPcp,
  streamTake,
} from '../kernel/allocator';


@inline
export function balloonList(): usize {
  return changetype<usize>(guest) + offsetof<Guest>('balloonHead');
}

/** Takes frames out of their zone's managed ones, or puts them back, unless the balloon does not count there. */
export function balloonManage(pfn: u32, frames: i32): void {
  if (guest.balloonUnmanaged == 0) return;
  const zone = zoneAt(blockZone(pfn));
  zone.managed += frames;
}

/** Whether inflated pages leave the managed ones (no DEFLATE_ON_OOM). Only while the balloon is empty. */
export function balloonAdjustManaged(on: u32): i32 {
  const value: u32 = on != 0 ? 1 : 0;
  if (guest.balloonUnmanaged == value) return 0;
  if (guest.balloonCount != 0 || guest.balloonLimbo != 0) return STATUS_BAD_STATE;
  guest.balloonUnmanaged = value;
  return 0;
}

/**
 * Requests blocks one by one until the scratch array, which holds `have` of them, holds `want`; stops at the first
 * failure. How many it holds then, or the failure's status when not one was added. The blocks are the driver's
 * (UNMOVABLE) until balloonEnter.
 */
export function balloonRequest(have: u32, want: u32, order: u32, gfp: u32, cpu: u32): i32 {
  const bad = want > <u32>SCRATCH_FRAMES_MAX || have > want || cpu >= guest.cpus;
  if (bad || (order != 0 && order != THP_ORDER)) return STATUS_BAD_ARGUMENT;
  let got = have;
  let streamed: u32 = 0;
  let status: i32 = 0;
  let pcp = changetype<Pcp>(0);
  let list: usize = 0;
  let last: u32 = NIL;
  while (got < want) {
    if (list == 0 && last != NIL) {
      pcp = streamPcp(last, cpu);
      list = streamList(pcp, last, gfp);
    }
    let pfn = streamTake(pcp, list);
    if (pfn != NIL) {
      streamed++;
    } else {
      status = allocBlock(gfp, order, cpu);
      if (status < 0) break;
      pfn = status;
      if (order == 0) last = pfn;
      list = 0;
    }
    markAllocated(pfn, order, gfp & ~GFP_MOVABLE, NIL);
    store<u32>(scratchWord(got++), pfn);
  }
  count(STAT_ALLOC_CALLS, streamed);
  count(STAT_ALLOC_PAGES, streamed);
  return status < 0 && got == have ? status : got;
}

function reverseScratch(entries: u32): void {
  for (let low: u32 = 0, high = entries; low + 1 < high; low++) {
    high--;
    const first = load<u32>(scratchWord(low));
    store<u32>(scratchWord(low), load<u32>(scratchWord(high)));
    store<u32>(scratchWord(high), first);
  }
}

/**
 * Turns the first `entries` blocks of the scratch array from one kind into another: the driver's into the balloon's, or
 * those in limbo back. With any other block among them, or one twice, all stay as they were.
 */
function turnScratch(entries: u32, from: u32, to: u32): bool {
  for (let at: u32 = 0; at < entries; at++) {
    const pfn = load<u32>(scratchWord(at));
    const isFrom = pfn < spanFrames && (stateOf(pfn) & KIND_MASK) == from;
    if (isFrom && (from != KIND_BALLOON || isInLimbo(pfn))) {
      setState(pfn, to, orderOf(pfn));
      continue;
    }
    while (at > 0) {
      const turned = load<u32>(scratchWord(--at));
      setState(turned, from, orderOf(turned));
    }
    return false;
  }
  return true;
}

/**
 * The first `entries` blocks of the scratch array enter the balloon, the last requested first; the array is in that
 * order afterwards, as the device gets it. 0 or a status.
 */
export function balloonEnter(entries: u32): i32 {
  if (entries > <u32>SCRATCH_FRAMES_MAX) return STATUS_BAD_ARGUMENT;
  if (!turnScratch(entries, KIND_UNMOVABLE, KIND_BALLOON)) return STATUS_BAD_STATE;
  reverseScratch(entries);
  const list = balloonList();
  for (let at: u32 = 0; at < entries; at++) {
    const pfn = load<u32>(scratchWord(at));
    const order = orderOf(pfn);
    listPushHead(list, pfn);
    guest.balloonCount += 1 << order;
    balloonManage(pfn, -(1 << order));
  }
  return 0;
}

/** Takes up to `entries` blocks from the head of the list into the scratch array; they are in limbo. How many. */
export function balloonPop(entries: u32): i32 {
  if (entries > <u32>SCRATCH_FRAMES_MAX) return STATUS_BAD_ARGUMENT;
  const list = balloonList();
  let got: u32 = 0;
  while (got < entries && listHead(list) != NIL) {
    const pfn = listPopHead(list);
    setLimbo(pfn);
    guest.balloonCount -= 1 << orderOf(pfn);
    guest.balloonLimbo += 1 << orderOf(pfn);
    store<u32>(scratchWord(got++), pfn);
  }
  return got;
}

/** Frees the first `entries` blocks of the scratch array, the last first. 0 or a status. */
export function balloonRelease(entries: u32, cpu: u32): i32 {
  if (entries > <u32>SCRATCH_FRAMES_MAX || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  if (!turnScratch(entries, KIND_BALLOON, KIND_UNMOVABLE)) return STATUS_BAD_STATE;
  let frames: u32 = 0;
  for (let at = entries; at > 0;) {
    at--;
    const pfn = load<u32>(scratchWord(at));
    const order = orderOf(pfn);
    frames += 1 << order;
    balloonManage(pfn, 1 << order);
    freeBlock(pfn, order, cpu);
  }
  guest.balloonLimbo -= frames;
  countFrees(entries, frames);
  return 0;
}
