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
import type { AllocatorState, Capture, KernelTrace } from '../read/index.ts';
import { Compaction } from './compaction.ts';
import { ContigPlan } from './hotplug.ts';
import * as P from './program.ts';
import { ProgramBuilder } from './program.ts';
import { ZoneMap } from './zone-map.ts';

/** Kinds of prediction counted by the replay. */
export interface GuidedProgram {
  readonly commands: Uint32Array;
  /** Allocations whose frame an earlier TAKE predicted: event and command number, in pairs. */
  readonly confirmed: Uint32Array;
  /** Allocations that failed in the kernel. */
  readonly failedRequests: number;
  /** Pages taken by the bulk allocator. */
  readonly bulkPages: number;
}

/** Orders with per-cpu lists (docs/linux-memory.md A.10). */
export function hasPcpList(order: number): boolean {
  return order <= 3 || order === 9;
}

interface OpenBulk {
  readonly gfp: number;
  /** Pages without an event of their own. */
  readonly silent: number;
  done: boolean;
}

/** Looks ahead from a bulk call's begin: taken at its end, less the pages with an event inside. */
export function silentBulkPages(trace: KernelTrace, begin: number): number {
  const task = trace.task[begin];
  let counted = 0;
  for (let i = begin + 1; i < trace.count; i += 1) {
    if (trace.task[i] !== task || T.isInterrupt(trace, i)) continue;
    if (trace.kind[i] === T.EVENT_ALLOC && trace.order[i] === 0) counted += 1;
    else if (trace.kind[i] === T.EVENT_BULK_END) return (trace.extra[i] ?? 0) - counted;
  }
  return 0;
}

/** Whether a block went past the per-cpu lists: depth + 1 against its allocation's event. */
export function isDirectTake(trace: KernelTrace, take: number): boolean {
  const flow = T.flowOf(trace, take);
  const limit = Math.min(trace.count, take + 4096);
  for (let j = take + 1; j < limit; j += 1) {
    const kind = trace.kind[j];
    if (kind !== T.EVENT_ALLOC && kind !== T.EVENT_BULK_END) continue;
    if (T.flowOf(trace, j) !== flow) continue;
    return kind === T.EVENT_ALLOC && T.depthOf(trace, take) - T.depthOf(trace, j) === 1;
  }
  return false;
}

function isLockEvent(kind: number | undefined): boolean {
  return kind === T.EVENT_FREE_BATCHED || kind === T.EVENT_DRAIN || kind === T.EVENT_TAKE;
}

/** The interrupted task's last event before an interrupt's event, -1 if another task ran since. */
function interruptedEvent(trace: KernelTrace, event: number): number {
  const task = trace.task[event];
  let i = T.previousOnCpu(trace, event);
  while (i >= 0 && trace.task[i] === task && T.isInterrupt(trace, i)) i = T.previousOnCpu(trace, i);
  return i >= 0 && trace.task[i] === task ? i : -1;
}

/**
 * Whether an interrupt came while its task held the per-cpu lists' lock of the frame's zone: the
 * lock cannot be taken again, so the page goes to the buddy lists directly. The lock is held between
 * the batched frees of one batch; and a zone lock held on top of it shows in the depth, because the
 * interrupt that waited for it comes before the depth falls.
 */
export function interruptsPcpLock(trace: KernelTrace, event: number, zones: ZoneMap): boolean {
  if (!T.isInterrupt(trace, event)) return false;
  const before = interruptedEvent(trace, event);
  if (before < 0 || !isLockEvent(trace.kind[before])) return false;
  if (zones.zoneOf(trace.pfn[before] ?? 0) !== zones.zoneOf(trace.pfn[event] ?? 0)) return false;
  const kind = trace.kind[before];
  if (kind !== T.EVENT_FREE_BATCHED && T.depthOf(trace, event) >= T.depthOf(trace, before))
    return true;
  let after = event + 1;
  while (
    after < trace.count &&
    (trace.task[after] !== trace.task[event] || T.isInterrupt(trace, after))
  )
    after += 1;
  return after < trace.count && trace.kind[after] === T.EVENT_FREE_BATCHED;
}

class GuidedCompiler {
  private readonly trace: KernelTrace;
  private readonly zones: ZoneMap;
  private readonly out = new ProgramBuilder();
  private readonly links: Int32Array;
  private readonly contig: ContigPlan;
  private readonly compaction: Compaction;
  private readonly confirmed: number[] = [];
  /** Blocks taken directly, by frame: the TAKE that waits for its `mm_page_alloc`. */
  private readonly taken = new Map<number, number>();
  private readonly lastOfFlow = new Map<number, number>();
  /** By CPU. */
  private readonly lastTake = new Map<number, { event: number; command: number }>();
  /** With several CPUs: on whose lists a block was put last, by frame. One CPU may drain the lists of another. */
  private readonly listCpu = new Map<number, number>();
  /** Whose lists each CPU drained last. */
  private readonly drainedCpu = new Map<number, number>();
  private readonly hasSeveralCpus: boolean;
  private readonly openBulks = new Map<number, OpenBulk>();
  private failedRequests = 0;
  private bulkPages = 0;

  constructor(capture: Capture) {
    this.trace = capture.trace;
    this.zones = new ZoneMap(capture.start, capture.end);
    this.links = T.linkBatches(capture.trace);
    this.contig = new ContigPlan(capture);
    this.hasSeveralCpus = capture.start.zones.some((zone) => zone.pcps.length > 1);
    if (this.hasSeveralCpus) this.noteLists(capture.start);
    const span = T.recordedSpan(capture.trace);
    this.compaction = new Compaction(capture.trace, this.zones, capture.start, span, this.links);
  }

  private noteLists({ zones }: AllocatorState): void {
    for (const { pcps } of zones) {
      pcps.forEach((pcp, cpu) => {
        for (const list of pcp.lists) for (const pfn of list) this.listCpu.set(pfn, cpu);
      });
    }
  }

  compile(): GuidedProgram {
    const { trace } = this;
    const { first, end } = T.recordedSpan(trace);
    for (let i = first; i < end; i += 1) {
      this.contig.emit(this.out, (pfn) => this.zones.zoneOf(pfn), i);
      if (!this.compaction.emit(this.out, i)) this.event(i);
      this.lastOfFlow.set(T.flowOf(trace, i), i);
    }
    return {
      commands: this.out.finish(),
      confirmed: Uint32Array.from(this.confirmed),
      failedRequests: this.failedRequests,
      bulkPages: this.bulkPages,
    };
  }

  private event(i: number): void {
    const { trace } = this;
    switch (trace.kind[i]) {
      case T.EVENT_ALLOC:
        this.alloc(i);
        break;
      case T.EVENT_FREE:
        if (this.links[i] !== -2) this.free(i, trace.order[i] ?? 0);
        break;
      case T.EVENT_FREE_BATCHED:
        this.free(i, trace.order[this.links[i] ?? -1] ?? 0);
        break;
      case T.EVENT_TAKE:
        this.take(i, 0);
        break;
      case T.EVENT_FALLBACK:
        this.fallback(i);
        break;
      case T.EVENT_DRAIN:
        this.drain(i);
        break;
      case T.EVENT_BULK_BEGIN:
        this.openBulks.set(trace.task[i] ?? 0, {
          gfp: trace.gfp[i] ?? 0,
          silent: silentBulkPages(trace, i),
          done: false,
        });
        break;
      case T.EVENT_BULK_END:
        this.bulk(i);
        this.openBulks.delete(trace.task[i] ?? 0);
        break;
      default:
    }
  }

  private shape(i: number): { order: number; type: number; zone: number; cpu: number } {
    const { trace } = this;
    return {
      order: trace.order[i] ?? 0,
      type: trace.type[i] ?? 0,
      zone: Math.max(0, this.zones.zoneOf(trace.pfn[i] ?? 0)),
      cpu: trace.cpu[i] ?? 0,
    };
  }

  private alloc(i: number): void {
    const { trace } = this;
    const pfn = trace.pfn[i] ?? 0;
    if (pfn === T.NO_FRAME) {
      this.failedRequests += 1;
      return;
    }
    if (!T.isInterrupt(trace, i)) this.bulk(i);
    const take = this.taken.get(pfn) ?? this.compaction.captures.get(i);
    if (take !== undefined) {
      this.taken.delete(pfn);
      this.confirmed.push(i, take);
      return;
    }
    this.out.add(P.OP_POP, this.shape(i), pfn, trace.gfp[i] ?? 0, i);
  }

  /** The silent pages of a bulk call, before anything the same task allocates with an event. */
  private bulk(i: number): void {
    const { trace } = this;
    const open = this.openBulks.get(trace.task[i] ?? 0);
    if (open === undefined || open.done) return;
    open.done = true;
    if (open.silent <= 0) return;
    const zone = this.zones.highestFor(open.gfp);
    const type = (open.gfp & 0x18) >> 3;
    this.bulkPages += open.silent;
    this.out.add(P.OP_BULK, { zone, type, cpu: trace.cpu[i] ?? 0 }, open.gfp, open.silent, i);
  }

  private free(i: number, order: number): void {
    const { trace, zones } = this;
    const pfn = trace.pfn[i] ?? 0;
    const cpu = trace.cpu[i] ?? 0;
    if (zones.zoneOf(pfn) < 0) {
      const zone = zones.grow(pfn, 2 ** order);
      this.out.add(P.OP_ONLINE, { order, type: 1, zone, cpu }, pfn, 0, i);
      return;
    }
    const direct = hasPcpList(order) && interruptsPcpLock(trace, i, zones) ? P.FREE_DIRECT : 0;
    if (this.hasSeveralCpus) this.listCpu.set(pfn, cpu);
    this.out.add(P.OP_FREE, { order, zone: zones.zoneOf(pfn), cpu }, pfn, direct, i);
  }

  private take(i: number, hint: number): number {
    const { trace } = this;
    const shape = this.shape(i);
    const pfn = trace.pfn[i] ?? 0;
    const direct = !hasPcpList(shape.order) || shape.type > 2 || isDirectTake(this.trace, i);
    const command = this.out.add(direct ? P.OP_TAKE : P.OP_REFILL, shape, pfn, hint, i);
    if (direct) this.taken.set(pfn, command);
    else if (this.hasSeveralCpus) this.listCpu.set(pfn, shape.cpu);
    this.lastTake.set(trace.cpu[i] ?? 0, { event: i, command });
    return command;
  }

  /** Whether the CPU's event before a fallback is the take of the block that it claimed. */
  private isClaimed(fallback: number, take: number): boolean {
    const { trace } = this;
    return trace.pfn[take] === trace.pfn[fallback] && T.previousOnCpu(trace, fallback) === take;
  }

  private fallback(i: number): void {
    const { trace } = this;
    const extra = trace.extra[i] ?? 0;
    const claimed = extra >> 16 !== 0;
    const hint = claimed ? P.HINT_CLAIM | ((extra & 0xf) << P.HINT_ORDER_SHIFT) : P.HINT_STEAL;
    const before = this.lastTake.get(trace.cpu[i] ?? 0);
    if (before !== undefined && this.isClaimed(i, before.event)) {
      this.out.setOperand(before.command, hint);
    } else this.take(i, hint);
  }

  private drain(i: number): void {
    const { trace } = this;
    const previous = T.previousOnCpu(trace, i);
    const runner = trace.cpu[i] ?? 0;
    const cpu = this.listCpu.get(trace.pfn[i] ?? 0) ?? runner;
    const shape = { ...this.shape(i), cpu };
    const isSameCpu = this.drainedCpu.get(runner) === cpu;
    this.drainedCpu.set(runner, cpu);
    const continues =
      isSameCpu &&
      previous >= 0 &&
      trace.kind[previous] === T.EVENT_DRAIN &&
      T.flowOf(trace, previous) === T.flowOf(trace, i) &&
      T.depthOf(trace, previous) === T.depthOf(trace, i) &&
      this.zones.zoneOf(trace.pfn[previous] ?? 0) === shape.zone;
    const start = continues ? P.DRAIN_CONTINUE : this.drainStart(i);
    this.out.add(P.OP_DRAIN, shape, trace.pfn[i] ?? 0, start, i);
  }

  private drainStart(i: number): number {
    const { trace } = this;
    const before = this.lastOfFlow.get(T.flowOf(trace, i));
    if (before === undefined) return P.DRAIN_FROM_ZERO;
    const above = T.depthOf(trace, i) - T.depthOf(trace, before);
    const kind = trace.kind[before];
    const freed =
      (kind === T.EVENT_FREE && above === 3) || (kind === T.EVENT_FREE_BATCHED && above === 1);
    return freed ? P.DRAIN_FROM_FREED : P.DRAIN_FROM_ZERO;
  }
}

/** Compiles the guided program of a recording. */
export function compileGuided(capture: Capture): GuidedProgram {
  return new GuidedCompiler(capture).compile();
}
