// How events of a trace hang together: which lie between the snapshots, who was running, what came
// before on the same CPU.

import * as T from './trace-columns.ts';
import type { KernelTrace } from './trace-columns.ts';

/** Pid of the task that starts the kernel's threads. */
export const KTHREADD = 2;

export function timeOf(trace: KernelTrace, event: number): number {
  return trace.timeUs[event] ?? 0;
}

/** Events between the two snapshots; the whole trace where a mark is missing. */
export function recordedSpan(trace: KernelTrace): { first: number; end: number } {
  let first = 0;
  let end = trace.count;
  for (let i = 0; i < trace.count; i += 1) {
    if (trace.kind[i] === T.EVENT_STATE_START) first = i + 1;
    else if (trace.kind[i] === T.EVENT_STATE_END) end = Math.min(end, i);
  }
  return { first, end };
}

export function isInterrupt(trace: KernelTrace, event: number): boolean {
  return ((trace.context[event] ?? 0) & (T.CONTEXT_HARDIRQ | T.CONTEXT_SOFTIRQ)) !== 0;
}

/** Preemption depth of an event. */
export function depthOf(trace: KernelTrace, event: number): number {
  return (trace.context[event] ?? 0) & T.CONTEXT_DEPTH_MASK;
}

/** Task and interrupt level: events with the same key come from one flow of control. */
export function flowOf(trace: KernelTrace, event: number): number {
  const irq = (trace.context[event] ?? 0) & (T.CONTEXT_HARDIRQ | T.CONTEXT_SOFTIRQ);
  return (trace.task[event] ?? 0) * 64 + irq;
}

/** The CPU's event before an event, -1 if there is none. */
export function previousOnCpu(trace: KernelTrace, event: number): number {
  let i = event - 1;
  while (i >= 0 && trace.cpu[i] !== trace.cpu[event]) i -= 1;
  return i;
}

/** Entry of a `mm_page_free` in the links: its page reaches a list at the batched event. */
export const FREED_IN_BATCH = -2;

/** Neighbouring single pages that were freed as larger blocks: by its last event the first page and how many. */
export interface FreedRuns {
  readonly byLast: ReadonlyMap<number, { readonly start: number; readonly frames: number }>;
  /** The other events of each run: nothing is freed at them. */
  readonly inner: ReadonlySet<number>;
}

/** Frames that were requested one by one, whose owners free them one by one; a bulk call's pages are requested together. */
class SinglePages {
  readonly #trace: KernelTrace;
  readonly #frames = new Set<number>();
  /** Flows in a bulk call. */
  readonly #bulks = new Set<number>();

  constructor(trace: KernelTrace) {
    this.#trace = trace;
  }

  has(pfn: number): boolean {
    return this.#frames.has(pfn);
  }

  hear(event: number): void {
    const { kind, order, pfn } = this.#trace;
    const flow = flowOf(this.#trace, event);
    if (kind[event] === T.EVENT_BULK_BEGIN) this.#bulks.add(flow);
    else if (kind[event] === T.EVENT_BULK_END) this.#bulks.delete(flow);
    if (kind[event] !== T.EVENT_ALLOC) return;
    const frame = pfn[event] ?? T.NO_FRAME;
    if (order[event] === 0 && !this.#bulks.has(flow)) this.#frames.add(frame);
    else for (let at = 0; at < 2 ** (order[event] ?? 0); at += 1) this.#frames.delete(frame + at);
  }
}

/**
 * The runs of a trace: frees of single pages by one task, each the neighbour of the one before, with nothing else of the task
 * between, that were not requested one by one. `mayFree`: whether an event frees its page by itself.
 */
export function freedRuns(trace: KernelTrace, mayFree: (event: number) => boolean): FreedRuns {
  const byLast = new Map<number, { start: number; frames: number }>();
  const inner = new Set<number>();
  const open = new Map<number, { last: number; start: number; frames: number }>();
  const singles = new SinglePages(trace);
  for (let i = 0; i < trace.count; i += 1) {
    const flow = flowOf(trace, i);
    const run = open.get(flow);
    const pfn = trace.pfn[i] ?? 0;
    singles.hear(i);
    const isSingle = trace.kind[i] === T.EVENT_FREE && trace.order[i] === 0 && mayFree(i);
    const isPart = isSingle && !singles.has(pfn);
    if (run !== undefined && isPart && pfn === run.start + run.frames) {
      inner.add(run.last);
      byLast.delete(run.last);
      open.set(flow, { last: i, start: run.start, frames: run.frames + 1 });
      byLast.set(i, { start: run.start, frames: run.frames + 1 });
    } else if (isPart) open.set(flow, { last: i, start: pfn, frames: 1 });
    else open.delete(flow);
  }
  return { byLast, inner };
}

/**
 * For each `mm_page_free_batched` the number of its `mm_page_free`, whose own entry says
 * FREED_IN_BATCH; -1 for all other events.
 */
export function linkBatches(trace: KernelTrace): Int32Array {
  const link = new Int32Array(trace.count).fill(-1);
  const pending = new Map<number, number>();
  for (let i = 0; i < trace.count; i += 1) {
    const kind = trace.kind[i];
    const pfn = trace.pfn[i] ?? 0;
    if (kind === T.EVENT_FREE) pending.set(pfn, i);
    else if (kind === T.EVENT_ALLOC) pending.delete(pfn);
    else if (kind === T.EVENT_FREE_BATCHED) {
      const free = pending.get(pfn);
      if (free === undefined) continue;
      link[i] = free;
      link[free] = FREED_IN_BATCH;
      pending.delete(pfn);
    }
  }
  return link;
}
