// What the traces say of a balloon's pages beside its requests: where compaction moved one, and when another task than the
// driver's took some back because memory was short.

import { GFP_BALLOON } from '../../core/index.ts';
import * as T from '../read/index.ts';
import { type ExtraEvent, isInterrupt, type KernelTrace } from '../read/index.ts';

/** Pages that one call of the OOM notifier gives back. */
const OOM_PAGES = 256;

/** The places of pages that compaction moved, in order, by where they were; none without a second trace. */
export function movedTo(extra: readonly ExtraEvent[]): ReadonlyMap<number, readonly number[]> {
  const places = new Map<number, number[]>();
  /** By task: the page that needs a place. */
  const waiting = new Map<number, number>();
  for (const { kind, pid, a } of extra) {
    if (kind === 'calloc') waiting.set(pid, a);
    if (kind !== 'calloc_r' || a === T.NO_FRAME) continue;
    const from = waiting.get(pid) ?? T.NO_FRAME;
    const known = places.get(from);
    if (known === undefined) places.set(from, [a]);
    else known.push(a);
  }
  return places;
}

/** Pages of a call of the notifier that have been freed. */
interface OpenCall {
  pages: number;
}

/** The event of the first free of each call of the OOM notifier: a task that is not the driver frees pages of the balloon. */
export function givenBackAt(trace: KernelTrace): number[] {
  const calls: number[] = [];
  const held = new Set<number>();
  const drivers = new Set<number>();
  const compacting = new Set<number>();
  const open = new Map<number, OpenCall>();
  for (let event = 0; event < trace.count; event += 1) {
    const task = trace.task[event] ?? 0;
    const pfn = trace.pfn[event] ?? T.NO_FRAME;
    const kind = trace.kind[event];
    if (kind === T.EVENT_COMPACT_BEGIN) compacting.add(task);
    else if (kind === T.EVENT_COMPACT_END) compacting.delete(task);
    if (isInterrupt(trace, event)) continue;
    if (kind === T.EVENT_ALLOC) {
      open.delete(task);
      if (trace.gfp[event] !== GFP_BALLOON || trace.order[event] !== 0) continue;
      drivers.add(task);
      if (pfn !== T.NO_FRAME) held.add(pfn);
    } else if (kind === T.EVENT_FREE && held.delete(pfn)) {
      if (drivers.has(task) || compacting.has(task)) continue;
      const call = open.get(task);
      if (call !== undefined && call.pages < OOM_PAGES) call.pages += 1;
      else {
        calls.push(event);
        open.set(task, { pages: 1 });
      }
    }
  }
  return calls;
}
