import { describe, expect, it } from 'vitest';

import * as T from '../../../../src/recording/read/trace-columns.ts';
import {
  depthOf,
  FREED_IN_BATCH,
  flowOf,
  freedRuns,
  isInterrupt,
  linkBatches,
  previousOnCpu,
  recordedSpan,
  timeOf,
} from '../../../../src/recording/read/trace-flow.ts';

interface Event {
  readonly kind: number;
  readonly pfn?: number;
  readonly task?: number;
  readonly cpu?: number;
  readonly context?: number;
}

function traceOf(...events: Event[]): T.KernelTrace {
  const builder = new T.TraceBuilder();
  for (const { kind, pfn = 0, task = 0, cpu = 0, context = 0 } of events) {
    const at = builder.add();
    builder.kind[at] = kind;
    builder.pfn[at] = pfn;
    builder.task[at] = task;
    builder.cpu[at] = cpu;
    builder.context[at] = context;
    builder.timeUs[at] = 10 * at;
  }
  return builder.finish('trace.txt');
}

const ALLOC = { kind: T.EVENT_ALLOC };

describe('the span that is recorded', () => {
  it('lies between the marks of the snapshots', () => {
    const trace = traceOf(
      ALLOC,
      { kind: T.EVENT_STATE_START },
      ALLOC,
      ALLOC,
      { kind: T.EVENT_STATE_END },
      ALLOC,
    );
    expect(recordedSpan(trace)).toEqual({ first: 2, end: 4 });
  });

  it('begins at the last start and ends at the first end, and is all without marks', () => {
    const start = { kind: T.EVENT_STATE_START };
    const end = { kind: T.EVENT_STATE_END };
    expect(recordedSpan(traceOf(start, start, ALLOC, end, end))).toEqual({ first: 2, end: 3 });
    expect(recordedSpan(traceOf(ALLOC, ALLOC))).toEqual({ first: 0, end: 2 });
  });
});

describe('flows of control', () => {
  const trace = traceOf(
    { ...ALLOC, task: 3, cpu: 0, context: 2 },
    { ...ALLOC, task: 3, cpu: 0, context: T.CONTEXT_HARDIRQ | 5 },
    { ...ALLOC, task: 3, cpu: 1, context: T.CONTEXT_SOFTIRQ },
    { ...ALLOC, task: 3, cpu: 0, context: T.CONTEXT_IRQS_OFF | 1 },
  );

  it('are a task and the interrupt level above it; depth and masked interrupts make no other', () => {
    const flows = [0, 1, 2, 3].map((event) => flowOf(trace, event));
    expect(new Set(flows).size).toBe(3);
    expect(flows[3]).toBe(flows[0]);
    expect([0, 1, 2, 3].map((event) => isInterrupt(trace, event))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('have a depth, a time, and an event before them on their CPU', () => {
    expect([0, 1, 2, 3].map((event) => depthOf(trace, event))).toEqual([2, 5, 0, 1]);
    expect([timeOf(trace, 3), timeOf(trace, 99)]).toEqual([30, 0]);
    expect([0, 1, 2, 3].map((event) => previousOnCpu(trace, event))).toEqual([-1, 0, -1, 1]);
  });
});

const free = (pfn: number): Event => ({ kind: T.EVENT_FREE, pfn });

const batched = (pfn: number): Event => ({ kind: T.EVENT_FREE_BATCHED, pfn });

const alloc = (pfn: number): Event => ({ kind: T.EVENT_ALLOC, pfn });

describe('batched frees', () => {
  it('are linked with what they free, whatever lies between', () => {
    expect([...linkBatches(traceOf(free(7), free(8), alloc(9), batched(7), batched(8)))]).toEqual([
      FREED_IN_BATCH,
      FREED_IN_BATCH,
      -1,
      0,
      1,
    ]);
  });

  it('have no free where the frame was given out since, or was never freed', () => {
    expect([...linkBatches(traceOf(free(7), alloc(7), batched(7), batched(5)))]).toEqual([
      -1, -1, -1, -1,
    ]);
  });

  it('take each free once, the latest of its frame', () => {
    expect([...linkBatches(traceOf(free(7), free(7), batched(7), batched(7)))]).toEqual([
      -1,
      FREED_IN_BATCH,
      1,
      -1,
    ]);
  });
});

const all = (): boolean => true;

describe('neighbours that were freed in one go', () => {
  it('are a run, told at its last free', () => {
    const { byLast, inner } = freedRuns(traceOf(free(8), free(9), free(10), free(20)), all);
    expect([...byLast]).toEqual([[2, { start: 8, frames: 3 }]]);
    expect([...inner]).toEqual([0, 1]);
  });

  it('are of one task, with nothing else of it between', () => {
    const apart = traceOf(free(8), { kind: T.EVENT_ALLOC, pfn: 1 }, free(9), {
      ...free(10),
      task: 1,
    });
    expect(freedRuns(apart, all).byLast.size).toBe(0);
    const others = traceOf(free(8), { ...free(50), task: 1 }, free(9));
    expect([...freedRuns(others, all).byLast.keys()]).toEqual([2]);
  });

  it('were not requested one by one, outside a bulk call', () => {
    const lines = [free(8), free(9), free(10)];
    const single = freedRuns(traceOf(alloc(9), ...lines), all);
    expect(single.byLast.size).toBe(0);
    const bulk = [{ kind: T.EVENT_BULK_BEGIN }, alloc(9), { kind: T.EVENT_BULK_END }];
    expect([...freedRuns(traceOf(...bulk, ...lines), all).byLast.keys()]).toEqual([5]);
  });

  it('are freed by themselves', () => {
    expect(freedRuns(traceOf(free(8), free(9)), (event) => event !== 1).byLast.size).toBe(0);
  });
});
