// What the processes of one container did to memory between two marks of the trace.

import {
  EVENT_ALLOC,
  EVENT_FORK,
  EVENT_FREE,
  type KernelTrace,
  NO_FRAME,
  type TraceMark,
  isInterrupt,
} from '../read/index.ts';

/** Frames that its processes got and gave back, and of those that they got the most that they had at a time. */
export interface Flow {
  readonly allocated: number;
  readonly freed: number;
  /** Got in the span and gone at its end: the most at a time, over what stayed. */
  readonly held: number;
}

/** The span from a mark to the next one that ends it, as events. */
export interface Span {
  readonly first: number;
  readonly end: number;
}

/** A mark's words. */
function wordsOf({ text }: TraceMark): string[] {
  return text.split(' ');
}

/** From `begin` to the first `end` behind it; undefined where either is missing. */
export function spanOf({ marks }: KernelTrace, begin: string, end: string): Span | undefined {
  const from = marks.findIndex(({ text }) => text === begin);
  const to = marks.findIndex(({ text }, at) => at > from && text === end);
  const first = marks[from];
  const last = marks[to];
  return first === undefined || last === undefined
    ? undefined
    : { first: first.event, end: last.event };
}

/** Containers by name, with the process that each was started as, in their order. */
export function containersOf({ marks }: KernelTrace): Map<string, number> {
  const found = new Map<string, number>();
  for (const mark of marks) {
    const [word, name, pid] = wordsOf(mark);
    if (word === 'process' && name !== undefined && pid !== undefined) found.set(name, Number(pid));
  }
  return found;
}

/** A process with all that descend from it, threads too. */
export function familyOf(trace: KernelTrace, root: number): ReadonlySet<number> {
  const family = new Set([root]);
  for (let event = 0; event < trace.count; event += 1) {
    if (trace.kind[event] !== EVENT_FORK) continue;
    if (family.has(trace.pfn[event] as number)) family.add(trace.extra[event] as number);
  }
  return family;
}

/** Whether an event is one of these processes' own doing. */
export function isOwn(trace: KernelTrace, event: number, family: ReadonlySet<number>): boolean {
  if (isInterrupt(trace, event)) return false;
  return family.has(trace.tasks[trace.task[event] as number]?.pid ?? -1);
}

/** Frames that go and come between two events. */
export function flowIn(trace: KernelTrace, family: ReadonlySet<number>, span: Span): Flow {
  const held = new Map<number, number>();
  let [allocated, freed, now, most] = [0, 0, 0, 0];
  for (let event = span.first; event < span.end; event += 1) {
    const kind = trace.kind[event];
    if (kind !== EVENT_ALLOC && kind !== EVENT_FREE) continue;
    const pfn = trace.pfn[event] as number;
    const frames = 2 ** (trace.order[event] as number);
    if (kind === EVENT_ALLOC) {
      if (pfn === NO_FRAME || !isOwn(trace, event, family)) continue;
      allocated += frames;
      held.set(pfn, frames);
      now += frames;
      most = Math.max(most, now);
      continue;
    }
    // what it got is given back by whoever frees it: a grace period may end in another's time
    now -= held.get(pfn) ?? 0;
    held.delete(pfn);
    if (isOwn(trace, event, family)) freed += frames;
  }
  return { allocated, freed, held: most - now };
}
