// Which way a page took, as far as a trace tells: through a per-cpu list or past it.
//
// The preemption depth tells the ways apart: +3 inside a per-cpu list's lock and the zone's, +1 when
// the caller went to the buddy lists directly (docs/recordings.md).

import * as T from '../read/index.ts';
import { depthOf, flowOf, isInterrupt, type KernelTrace, previousOnCpu } from '../read/index.ts';
import type { ZoneMap } from './zone-map.ts';

/** A request shows at most so many events after the block that was taken for it. */
const REQUEST_EVENTS = 5000;

/** The event of the request for which a block was taken: its flow's next allocation, or the end of its bulk call. */
export function requestOf(trace: KernelTrace, take: number): number | undefined {
  const flow = flowOf(trace, take);
  const limit = Math.min(trace.count, take + REQUEST_EVENTS);
  for (let j = take + 1; j < limit; j += 1) {
    const kind = trace.kind[j];
    if (kind !== T.EVENT_ALLOC && kind !== T.EVENT_BULK_END) continue;
    if (flowOf(trace, j) === flow) return j;
  }
  return undefined;
}

/** Whether a block went past the per-cpu lists: depth + 1 against its allocation's event. */
export function isDirectTake(trace: KernelTrace, take: number): boolean {
  const request = requestOf(trace, take);
  if (request === undefined || trace.kind[request] !== T.EVENT_ALLOC) return false;
  return depthOf(trace, take) - depthOf(trace, request) === 1;
}

/** The interrupted task's last event before an interrupt's event, -1 if another task ran since. */
function interruptedEvent(trace: KernelTrace, event: number): number {
  const task = trace.task[event];
  let i = previousOnCpu(trace, event);
  while (i >= 0 && trace.task[i] === task && isInterrupt(trace, i)) {
    i = previousOnCpu(trace, i);
  }
  return i >= 0 && trace.task[i] === task ? i : -1;
}

/** The interrupted task's next event, -1 if it shows none. */
function nextOfTask(trace: KernelTrace, event: number): number {
  const { task, count } = trace;
  let i = event + 1;
  while (i < count && (task[i] !== task[event] || isInterrupt(trace, i))) i += 1;
  return i < count ? i : -1;
}

/**
 * Whether an interrupt came while its task held the per-cpu lists' lock of the frame's zone: the lock cannot be taken again,
 * so the page goes to the buddy lists directly. The lock is held between the batched frees of one batch, and before the
 * first of them when the interrupt's depth is theirs; and a zone lock held on top of it shows in the depth, because the
 * interrupt that waited for it comes before the depth falls.
 */
export function interruptsPcpLock(trace: KernelTrace, event: number, zones: ZoneMap): boolean {
  if (!isInterrupt(trace, event)) return false;
  const isOfZone = (other: number): boolean =>
    zones.zoneOf(trace.pfn[other] ?? 0) === zones.zoneOf(trace.pfn[event] ?? 0);
  const depth = depthOf(trace, event);
  const before = interruptedEvent(trace, event);
  const kind = before >= 0 && isOfZone(before) ? trace.kind[before] : undefined;
  if (kind === T.EVENT_DRAIN || kind === T.EVENT_TAKE) {
    if (depth >= depthOf(trace, before)) return true;
  }
  const after = nextOfTask(trace, event);
  if (after < 0 || trace.kind[after] !== T.EVENT_FREE_BATCHED) return false;
  if (kind !== undefined && isLockEvent(kind)) return true;
  return depth > 0 && isOfZone(after) && depth >= depthOf(trace, after);
}

function isLockEvent(kind: number): boolean {
  return kind === T.EVENT_FREE_BATCHED || kind === T.EVENT_DRAIN || kind === T.EVENT_TAKE;
}
