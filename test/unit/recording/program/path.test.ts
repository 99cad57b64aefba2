/** Which way a page took: told by preemption depth and by who interrupted whom (docs/recordings.md). */

import { describe, expect, it } from 'vitest';

import { interruptsPcpLock, isDirectTake } from '../../../../src/recording/program/path.ts';
import type { ZoneMap } from '../../../../src/recording/program/zone-map.ts';
import * as T from '../../../../src/recording/read/trace-columns.ts';

interface Event {
  readonly kind: number;
  readonly task?: number;
  readonly depth?: number;
  readonly irq?: boolean;
  readonly pfn?: number;
}

function traceOf(...events: Event[]): T.KernelTrace {
  const builder = new T.TraceBuilder();
  for (const { kind, task = 0, depth = 0, irq = false, pfn = 0 } of events) {
    const at = builder.add();
    builder.kind[at] = kind;
    builder.task[at] = task;
    builder.pfn[at] = pfn;
    builder.context[at] = depth | (irq ? T.CONTEXT_HARDIRQ : 0);
  }
  return builder.finish('trace.txt');
}

/** Frames below 1000 are one zone, those above another. */
const ZONES = { zoneOf: (pfn: number) => (pfn < 1000 ? 1 : 2) } as unknown as ZoneMap;

const take = (depth: number): Event => ({ kind: T.EVENT_TAKE, depth });

const request = (depth: number): Event => ({ kind: T.EVENT_ALLOC, depth });

describe('a block that is taken', () => {
  it('went to the caller directly when it was taken one level above its request', () => {
    expect(isDirectTake(traceOf(take(1), request(0)), 0)).toBe(true);
    expect(isDirectTake(traceOf(take(3), request(0)), 0)).toBe(false);
  });

  it('belongs to the next request of its own flow', () => {
    const other = { ...request(0), task: 5 };
    const interrupt = { ...request(0), irq: true };
    expect(isDirectTake(traceOf(take(4), other, interrupt, request(3)), 0)).toBe(true);
  });

  it('of a bulk call goes through a list, and so does one whose request never shows', () => {
    expect(isDirectTake(traceOf(take(1), { kind: T.EVENT_BULK_END }, request(0)), 0)).toBe(false);
    expect(isDirectTake(traceOf(take(1)), 0)).toBe(false);
  });
});

const drain = (depth: number, pfn = 5): Event => ({ kind: T.EVENT_DRAIN, depth, pfn });

const batched = (depth: number, pfn = 5): Event => ({ kind: T.EVENT_FREE_BATCHED, depth, pfn });

const irqFree = (depth: number, pfn = 6): Event => ({
  kind: T.EVENT_FREE,
  depth,
  pfn,
  irq: true,
});

describe('an interrupt that frees a page', () => {
  it('found the lock taken when it came before the depth fell', () => {
    expect(interruptsPcpLock(traceOf(drain(2), irqFree(2)), 1, ZONES)).toBe(true);
    expect(interruptsPcpLock(traceOf(drain(3), irqFree(2)), 1, ZONES)).toBe(false);
  });

  it('found it taken before the first free of a batch when it came as deep as that', () => {
    const free: Event = { kind: T.EVENT_FREE, pfn: 5 };
    expect(interruptsPcpLock(traceOf(free, irqFree(6), batched(2)), 1, ZONES)).toBe(true);
    expect(interruptsPcpLock(traceOf(free, irqFree(1), batched(2)), 1, ZONES)).toBe(false);
    expect(interruptsPcpLock(traceOf(free, irqFree(6), batched(2, 2000)), 1, ZONES)).toBe(false);
    expect(interruptsPcpLock(traceOf(free, irqFree(6), free), 1, ZONES)).toBe(false);
  });

  it('found it taken between two frees of one batch', () => {
    expect(interruptsPcpLock(traceOf(batched(2), irqFree(1), batched(2)), 1, ZONES)).toBe(true);
    const alloc = { kind: T.EVENT_ALLOC };
    expect(interruptsPcpLock(traceOf(batched(2), irqFree(1), alloc), 1, ZONES)).toBe(false);
    expect(interruptsPcpLock(traceOf(batched(2), irqFree(1)), 1, ZONES)).toBe(false);
  });

  it('of another zone did not', () => {
    expect(interruptsPcpLock(traceOf(drain(2, 5000), irqFree(2)), 1, ZONES)).toBe(false);
  });

  it('that followed another interrupt looks at the task below both', () => {
    expect(interruptsPcpLock(traceOf(drain(2), irqFree(2), irqFree(2)), 2, ZONES)).toBe(true);
  });

  it('in a task that was not at it did not', () => {
    const other = { ...drain(2), task: 9 };
    expect(interruptsPcpLock(traceOf(other, irqFree(2)), 1, ZONES)).toBe(false);
    expect(interruptsPcpLock(traceOf(irqFree(2)), 0, ZONES)).toBe(false);
    const alloc = { kind: T.EVENT_ALLOC, depth: 2 };
    expect(interruptsPcpLock(traceOf(alloc, irqFree(2)), 1, ZONES)).toBe(false);
  });

  it('is asked of interrupts only', () => {
    const plain = { kind: T.EVENT_FREE, depth: 2, pfn: 6 };
    expect(interruptsPcpLock(traceOf(drain(2), plain), 1, ZONES)).toBe(false);
  });
});
