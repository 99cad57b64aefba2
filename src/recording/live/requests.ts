// What the commands of a recording mean for a guest that decides for itself: which requests and frees are the tasks' own,
// which a driver's, and which the kernel's reclaim.

import { GFP_BALLOON, GFP_WRITE } from '../../core/index.ts';
import { FREE_PLUGGED, isFree, PAGE_FILE, type PageStream, useOf } from '../placement/index.ts';
import * as P from '../program/index.ts';
import { type Capture, type ExtraEvent, GFP_MEMMAP, MEMMAP_ORDER, timeOf } from '../read/index.ts';
import { ROLE_BALLOON, ROLE_CACHE, ROLE_MEMMAP, ROLE_TASK } from './tenants.ts';

/** The kernel's thread that reclaims in the background. */
const KSWAPD = /^kswapd\d/;

/** What a request is for. Pages of files by their mask; shared memory looks like anonymous memory, and stays as that does. */
export function roleOf(gfp: number, order: number): number {
  if (gfp === GFP_BALLOON && order === 0) return ROLE_BALLOON;
  if (gfp === GFP_MEMMAP && order === MEMMAP_ORDER) return ROLE_MEMMAP;
  return order === 0 && useOf(gfp) === PAGE_FILE ? ROLE_CACHE : ROLE_TASK;
}

/** Whether a page of a file comes to be read; else it is written anew. */
export function isRead(gfp: number): boolean {
  return (gfp & GFP_WRITE) === 0;
}

/** By pid: times from which and until which its task reclaims for a request of its own. Only the second trace has them. */
function directReclaims(events: readonly ExtraEvent[]): Map<number, [from: number, to: number][]> {
  const found = new Map<number, [number, number][]>();
  for (const { kind, pid, timeUs } of events) {
    if (kind === 'mm_vmscan_direct_reclaim_begin') {
      const runs = found.get(pid);
      if (runs === undefined) found.set(pid, [[timeUs, Infinity]]);
      else runs.push([timeUs, Infinity]);
    } else if (kind === 'mm_vmscan_direct_reclaim_end') {
      const last = found.get(pid)?.at(-1);
      if (last !== undefined) last[1] = timeUs;
    }
  }
  return found;
}

/** By command: 1 for frees that are the kernel's reclaim, of pages of files. */
export function reclaimFrees({ trace, extra }: Capture, stream: PageStream): Uint8Array {
  const found = new Uint8Array(stream.count);
  const runs = directReclaims(extra.events);
  for (let at = 0; at < stream.count; at += 1) {
    if (!isFree(P.opOf(stream.commands, at))) continue;
    const event = P.eventOf(stream.commands, at);
    const { comm = '', pid = 0 } = trace.tasks[trace.task[event] ?? 0] ?? {};
    const timeUs = timeOf(trace, event);
    const isDirect = runs.get(pid)?.some(([from, to]) => timeUs >= from && timeUs <= to) ?? false;
    // a contiguous range drops clean pages of files before it moves the rest
    const isDropped = stream.meaning[at] === FREE_PLUGGED;
    if (isDirect || isDropped || KSWAPD.test(comm)) found[at] = 1;
  }
  return found;
}

/** By command: the event at which it stands. A request stands before its own event, where it took its first block. */
export function standsAt({ commands, count }: PageStream): Uint32Array {
  const stands = new Uint32Array(count);
  let next = 2 ** 32 - 1;
  for (let at = count - 1; at >= 0; at -= 1) {
    next = Math.min(next, P.eventOf(commands, at));
    stands[at] = next;
  }
  return stands;
}
