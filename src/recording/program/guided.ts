// Compiles a trace into the guided program (program.ts): the trace says when per-cpu lists refill and
// drain and when the background acts, the allocator says which frames.
//
// How events map to what the allocator did, as found in the recordings (docs/recordings.md):
// - A page freed in a batch has `mm_page_free` when it is prepared and reaches its list at its
//   `mm_page_free_batched`; any other page does at its `mm_page_free`.
// - A claim of order >= 9 and a steal show no `mm_page_alloc_zone_locked`, only the fallback event;
//   a claim below order 9 shows both, the fallback event second.
// - The preemption depth tells paths apart: +3 inside a per-cpu list's lock and the zone's, +1 when
//   the caller went to the buddy lists directly. A drain by the vmstat worker has depth 2 where one
//   that follows a free has the free's depth + 3 (+1 for a batched one).

import * as T from '../read/index.ts';
import {
  hasPcpList,
  type AllocatorState,
  type Capture,
  depthOf,
  flowOf,
  isInterrupt,
  migratetypeOf,
  previousOnCpu,
} from '../read/index.ts';
import { EventReader, type FreedBlock } from './event-reader.ts';
import { isDirectTake } from './path.ts';
import { lateRequests } from './late-requests.ts';
import * as P from './program.ts';

/** Kinds of prediction counted by the replay. */
export interface GuidedProgram {
  readonly commands: Uint32Array;
  /** Allocations whose frame an earlier TAKE predicted: event and command number, in pairs. */
  readonly confirmed: Uint32Array;
  /** Allocations that failed in the kernel. */
  readonly failedRequests: number;
  /** Pages taken by the bulk allocator. */
  readonly bulkPages: number;
  /** Requests that were served before their events. */
  readonly lateRequests: number;
}

interface OpenBulk {
  readonly gfp: number;
  /** Pages without an event of their own. */
  readonly silent: number;
  done: boolean;
}

class GuidedCompiler {
  readonly #reader: EventReader;
  readonly #confirmed: number[] = [];
  /** Blocks taken directly, by frame: the TAKE that waits for its `mm_page_alloc`. */
  readonly #taken = new Map<number, number>();
  /** By CPU. */
  readonly #lastTake = new Map<number, { event: number; command: number }>();
  /**
   * With several CPUs: on whose lists a block was put last, by frame. One CPU may drain the lists of
   * another.
   */
  readonly #listCpu = new Map<number, number>();
  /** Whose lists each CPU drained last. */
  readonly #drainedCpu = new Map<number, number>();
  readonly #hasSeveralCpus: boolean;
  /** Flows of control whose last drain follows a free. A kernel that preempts may take the processor amid it. */
  readonly #followsFree = new Set<number>();
  /** By task. */
  readonly #openBulks = new Map<number, OpenBulk>();
  #bulkPages = 0;

  constructor(capture: Capture) {
    this.#reader = new EventReader(capture, lateRequests(capture));
    this.#hasSeveralCpus = capture.start.zones.some((zone) => zone.pcps.length > 1);
    if (this.#hasSeveralCpus) this.#noteLists(capture.start);
  }

  #noteLists({ zones }: AllocatorState): void {
    for (const { pcps } of zones) {
      pcps.forEach((pcp, cpu) => {
        for (const list of pcp.lists) for (const pfn of list) this.#listCpu.set(pfn, cpu);
      });
    }
  }

  compile(): GuidedProgram {
    const reader = this.#reader;
    reader.read(this);
    return {
      commands: reader.out.finish(),
      confirmed: Uint32Array.from(this.#confirmed),
      failedRequests: reader.failedRequests,
      bulkPages: this.#bulkPages,
      lateRequests: reader.lateRequests,
    };
  }

  alloc(i: number, pfn: number): void {
    const reader = this.#reader;
    if (!isInterrupt(reader.trace, i)) this.#bulk(i);
    const take = this.#taken.get(pfn) ?? reader.captureOf(i);
    if (take === undefined) {
      reader.out.add(P.OP_POP, reader.shapeOf(i), pfn, reader.trace.gfp[i] ?? 0, i);
      return;
    }
    this.#taken.delete(pfn);
    this.#confirmed.push(i, take);
  }

  free(i: number, { pfn, order, zone, cpu, isDirect }: FreedBlock): void {
    if (this.#hasSeveralCpus) this.#listCpu.set(pfn, cpu);
    this.#reader.out.add(P.OP_FREE, { order, zone, cpu }, pfn, isDirect ? P.FREE_DIRECT : 0, i);
  }

  beginBulk(i: number, silent: number): void {
    const { gfp, task } = this.#reader.trace;
    this.#openBulks.set(task[i] ?? 0, { gfp: gfp[i] ?? 0, silent, done: false });
  }

  endBulk(i: number): void {
    this.#bulk(i);
    this.#openBulks.delete(this.#reader.trace.task[i] ?? 0);
  }

  /** The silent pages of a bulk call, before anything the same task allocates with an event. */
  #bulk(i: number): void {
    const { trace, zones, out } = this.#reader;
    const open = this.#openBulks.get(trace.task[i] ?? 0);
    if (open === undefined || open.done) return;
    open.done = true;
    const { gfp, silent } = open;
    if (silent <= 0) return;
    this.#bulkPages += silent;
    const shape = { zone: zones.highestFor(gfp), type: migratetypeOf(gfp), cpu: trace.cpu[i] ?? 0 };
    out.add(P.OP_BULK, shape, gfp, silent, i);
  }

  take(i: number): void {
    this.#take(i, 0);
  }

  #take(i: number, hint: number): void {
    const { trace, out } = this.#reader;
    const shape = this.#reader.shapeOf(i);
    const pfn = trace.pfn[i] ?? 0;
    const isListed = hasPcpList(shape.order, shape.type);
    const isDirect = !isListed || isDirectTake(trace, i);
    const command = out.add(isDirect ? P.OP_TAKE : P.OP_REFILL, shape, pfn, hint, i);
    if (isDirect) this.#taken.set(pfn, command);
    else if (this.#hasSeveralCpus) this.#listCpu.set(pfn, shape.cpu);
    this.#lastTake.set(shape.cpu, { event: i, command });
  }

  fallback(i: number): void {
    const { trace, out } = this.#reader;
    const { order, isClaimed } = T.unpackFallback(trace.extra[i] ?? 0);
    const hint = isClaimed ? P.HINT_CLAIM | (order << P.HINT_ORDER_SHIFT) : P.HINT_STEAL;
    const before = this.#lastTake.get(trace.cpu[i] ?? 0);
    if (before !== undefined && this.#tookBlockOf(i, before.event)) {
      out.setOperand(before.command, hint);
    } else this.#take(i, hint);
  }

  /** Whether the CPU's event before a fallback is the take of the block that it claimed. */
  #tookBlockOf(fallback: number, take: number): boolean {
    const { trace } = this.#reader;
    return trace.pfn[take] === trace.pfn[fallback] && previousOnCpu(trace, fallback) === take;
  }

  drain(i: number): void {
    const { trace, out } = this.#reader;
    const pfn = trace.pfn[i] ?? 0;
    const runner = trace.cpu[i] ?? 0;
    const shape = { ...this.#reader.shapeOf(i), cpu: this.#listCpu.get(pfn) ?? runner };
    const isSameCpu = this.#drainedCpu.get(runner) === shape.cpu;
    this.#drainedCpu.set(runner, shape.cpu);
    const goesOn = isSameCpu && this.#continuesDrain(i, shape.zone);
    out.add(P.OP_DRAIN, shape, pfn, goesOn ? P.DRAIN_CONTINUE : this.#drainStart(i), i);
  }

  /** Whether the CPU's event before is a drain of the same zone by the same hand. */
  #continuesDrain(i: number, zone: number): boolean {
    const { trace, zones } = this.#reader;
    const previous = previousOnCpu(trace, i);
    return (
      previous >= 0 &&
      trace.kind[previous] === T.EVENT_DRAIN &&
      flowOf(trace, previous) === flowOf(trace, i) &&
      depthOf(trace, previous) === depthOf(trace, i) &&
      zones.zoneOf(trace.pfn[previous] ?? 0) === zone
    );
  }

  #drainStart(i: number): number {
    const { trace } = this.#reader;
    const before = this.#reader.beforeInFlow(i);
    if (before === undefined) return P.DRAIN_FROM_ZERO;
    const above = depthOf(trace, i) - depthOf(trace, before);
    const kind = trace.kind[before];
    if (kind === T.EVENT_DRAIN && above === 0 && this.#followsFree.has(flowOf(trace, i))) {
      return P.DRAIN_CONTINUE;
    }
    const isFreed =
      (kind === T.EVENT_FREE && above === 3) || (kind === T.EVENT_FREE_BATCHED && above === 1);
    if (isFreed) this.#followsFree.add(flowOf(trace, i));
    else this.#followsFree.delete(flowOf(trace, i));
    return isFreed ? P.DRAIN_FROM_FREED : P.DRAIN_FROM_ZERO;
  }
}

/** Compiles the guided program of a recording. */
export function compileGuided(capture: Capture): GuidedProgram {
  return new GuidedCompiler(capture).compile();
}
