// The calls of the module: arguments are looked at here, and by rules the right allocator is asked.

import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_NO_MEMORY } from '../../src/abi/status';
import { NONE } from '../../src/abi/unit';
import { orderMost } from './create';
import { drainKinds, giveKinds, takeKinds } from './kinds';
import { giveAt } from './lower';
import { giveBack, install, reclaim } from './monitor';
import { hasKinds, pool } from './pool';
import { drainToday, giveToday, takeToday } from './today';

/** With kinds the class is 1 for a movable request, and a slot is any CPU. */
@inline
function isRequest(order: u32, cls: u32, slot: u32): bool {
  if (order > orderMost()) return false;
  if (hasKinds()) return cls <= 1;
  return cls < pool.classes && (slot < pool.cpus || slot == NONE);
}


@inline
function isBlock(frame: u32, order: u32): bool {
  const frames: u32 = 1 << order;
  return (frame & (frames - 1)) == 0 && frame < pool.frames && frames <= pool.frames - frame;
}


@inline
function frameOr(frame: u32, status: i32): i32 {
  return frame == NONE ? status : <i32>frame;
}

/** 2^order frames for a class by a slot, or by none (NONE, today's only); those at `frame` if it is not NONE. The first. */
export function get(order: u32, cls: u32, slot: u32, frame: u32): i32 {
  if (!isRequest(order, cls, slot)) return STATUS_BAD_ARGUMENT;
  if (frame != NONE && !isBlock(frame, order)) return STATUS_BAD_ARGUMENT;
  pool.resultEvicted = 0;
  const got = hasKinds()
    ? takeKinds(order, cls != 0, slot, frame)
    : takeToday(order, cls, slot, frame);
  return frameOr(got, STATUS_NO_MEMORY);
}

/** Gives 2^order frames back. STATUS_BAD_STATE: they were not allocated, or not as huge frames. */
export function put(frame: u32, order: u32, cls: u32, slot: u32): i32 {
  if (!isRequest(order, cls, slot) || !isBlock(frame, order)) return STATUS_BAD_ARGUMENT;
  if (!giveAt(frame, order)) return STATUS_BAD_STATE;
  if (hasKinds()) giveKinds(frame, order);
  else giveToday(frame, order, cls, slot);
  return 0;
}

/** The slots of a CPU, or of all (NONE), let their trees go. */
export function drain(cpu: u32): void {
  const first = cpu == NONE ? <u32>0 : cpu % pool.cpus;
  const end = cpu == NONE ? pool.cpus : first + 1;
  for (let at = first; at < end; at++) {
    if (hasKinds()) drainKinds(at);
    else drainToday(at);
  }
}

/** The monitor takes a huge frame, softly or hard. */
export function reclaimHuge(isHard: u32): i32 {
  if (!hasKinds()) return STATUS_BAD_STATE;
  return frameOr(reclaim(isHard != 0), STATUS_NO_MEMORY);
}

/** The monitor gives a huge frame back that it took hard. */
export function returnHuge(frame: u32): i32 {
  if (!hasKinds()) return STATUS_BAD_STATE;
  if (frame >= pool.frames) return STATUS_BAD_ARGUMENT;
  return giveBack(frame) ? 0 : STATUS_BAD_STATE;
}

/** The monitor has put memory behind an evicted huge frame. */
export function installHuge(frame: u32): i32 {
  if (!hasKinds()) return STATUS_BAD_STATE;
  if (frame >= pool.frames) return STATUS_BAD_ARGUMENT;
  return install(frame) ? 0 : STATUS_BAD_STATE;
}
