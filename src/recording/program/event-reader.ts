// The events of a recording in order, read once for both compilers: batched frees joined with what
// they free, zones that grow, and the steps of compaction and contiguous ranges, which both programs
// have alike. What the rest becomes is the compiler's choice.

import { MIGRATE_MOVABLE, ORDER_MAX } from '../../core/index.ts';
import * as T from '../read/index.ts';
import {
  hasPcpList,
  type Capture,
  type ExtraEvent,
  flowOf,
  FREED_IN_BATCH,
  type FreedRuns,
  freedRuns,
  isInterrupt,
  type KernelTrace,
  KTHREADD,
  linkBatches,
  recordedSpan,
} from '../read/index.ts';
import { RecordedCompaction } from './compaction.ts';
import { ContigPlan } from './hotplug.ts';
import { interruptsPcpLock } from './path.ts';
import * as P from './program.ts';
import { ReportingPasses } from './reporting-passes.ts';
import { ProgramBuilder, type Shape } from './program.ts';
import { ZoneMap } from './zone-map.ts';

/** Requests that stand before an event other than their own (late-requests.ts). */
export interface LateRequests {
  /** By the event that they stand before: their own events, in order. */
  readonly before: ReadonlyMap<number, readonly number[]>;
  /** By their own event: the CPU that served them. */
  readonly cpus: ReadonlyMap<number, number>;
}

export const NO_LATE_REQUESTS: LateRequests = { before: new Map(), cpus: new Map() };

/** A block that the kernel frees, at the event that puts it on a list. */
export interface FreedBlock extends Omit<Shape, 'type'> {
  readonly pfn: number;
  /** Past the per-cpu lists although its order has some: an interrupt found their lock taken. */
  readonly isDirect: boolean;
}

/** A compiler: hears of the events that act on the allocator. */
export interface EventListener {
  /** Before any event, and before the commands that belong to it. */
  readonly before?: (event: number) => void;
  /** A request that was served. */
  readonly alloc: (event: number, pfn: number) => void;
  /** One that was not. */
  readonly refused?: (event: number) => void;
  readonly free: (event: number, block: FreedBlock) => void;
  /** A block became memory; its command is written. */
  readonly online?: (event: number) => void;
  /** A block leaves the buddy lists. */
  readonly take: (event: number) => void;
  /** One leaves those of another migratetype. */
  readonly fallback: (event: number) => void;
  readonly drain: (event: number) => void;
  /** A bulk call; `silent`: how many of its pages show no event of their own. */
  readonly beginBulk: (event: number, silent: number) => void;
  readonly endBulk: (event: number) => void;
  /** kswapd is woken up; it begins a run. */
  readonly wakeKswapd?: (event: number) => void;
  readonly kswapd?: (event: number) => void;
  /** The second trace says so, before this event (the end of the span: after all of them). */
  readonly probe?: (event: number, probed: ExtraEvent) => void;
}

/** Looks ahead from a bulk call's begin: taken at its end, less the pages with an event inside. */
function silentBulkPages(trace: KernelTrace, begin: number): number {
  const task = trace.task[begin];
  let counted = 0;
  for (let i = begin + 1; i < trace.count; i += 1) {
    if (trace.task[i] !== task || isInterrupt(trace, i)) continue;
    if (trace.kind[i] === T.EVENT_ALLOC && trace.order[i] === 0) counted += 1;
    else if (trace.kind[i] === T.EVENT_BULK_END) return (trace.extra[i] ?? 0) - counted;
  }
  return 0;
}

export class EventReader {
  readonly trace: KernelTrace;
  readonly zones: ZoneMap;
  readonly out: ProgramBuilder = new ProgramBuilder();
  /** The events between the two snapshots. */
  readonly span: { readonly first: number; readonly end: number };
  failedRequests = 0;
  readonly #probed: readonly ExtraEvent[];
  #nextProbed = 0;
  readonly #links: Int32Array;
  readonly #runs: FreedRuns;
  readonly #late: LateRequests;
  readonly #contig: ContigPlan;
  readonly #compaction: RecordedCompaction;
  readonly #reporting: ReportingPasses = new ReportingPasses();
  /** khugepaged was started, and whoever switched huge pages on has not gone on yet. */
  #isRaising = false;
  /** Last event by flow of control. */
  readonly #lastOfFlow: Map<number, number> = new Map<number, number>();

  constructor(capture: Capture, late: LateRequests = NO_LATE_REQUESTS) {
    const { trace, start, end, cmdline, extra, kernel } = capture;
    this.trace = trace;
    this.zones = new ZoneMap(start, end, cmdline);
    this.#probed = extra.events;
    this.span = recordedSpan(trace);
    this.#links = linkBatches(trace);
    this.#runs = kernel.freesRuns
      ? freedRuns(trace, (i) => this.#links[i] !== FREED_IN_BATCH && !isInterrupt(trace, i))
      : { byLast: new Map(), inner: new Set() };
    this.#late = late;
    this.#contig = new ContigPlan(capture);
    this.#compaction = new RecordedCompaction(
      trace,
      this.zones,
      start,
      this.span,
      this.#links,
      extra.events,
    );
  }

  /** Requests that stand before an event other than their own. */
  get lateRequests(): number {
    return this.#late.cpus.size;
  }

  /** Reads all events, once. */
  read(listener: EventListener): void {
    const { first, end } = this.span;
    while (this.#isProbedBefore(first - 1)) this.#nextProbed += 1;
    for (let i = first; i < end; i += 1) {
      this.#probes(i, listener);
      listener.before?.(i);
      for (const late of this.#late.before.get(i) ?? []) this.#event(late, listener);
      this.#contig.emit(this.out, this.zones, i);
      this.#raise(i);
      if (!this.#late.cpus.has(i) && !this.#compaction.emit(this.out, i)) this.#event(i, listener);
      this.#lastOfFlow.set(flowOf(this.trace, i), i);
    }
    if (end < this.trace.count) this.#probes(end, listener);
  }

  /** Whether the second trace's next event came before an event of the first. */
  #isProbedBefore(event: number): boolean {
    const next = this.#probed[this.#nextProbed];
    return next !== undefined && next.timeUs <= (this.trace.timeUs[event] ?? 0);
  }

  #probes(event: number, listener: EventListener): void {
    for (; this.#isProbedBefore(event); this.#nextProbed += 1) {
      const probed = this.#probed[this.#nextProbed];
      if (probed === undefined) continue;
      this.#contig.probe(this.out, this.zones, event, probed);
      this.#compaction.probe(this.out, event, probed);
      this.#reporting.probe(this.out, this.zones, event, probed);
      listener.probe?.(event, probed);
    }
  }

  /** What the event itself says about its block. */
  shapeOf(event: number): Shape {
    const { order, type, pfn, cpu } = this.trace;
    return {
      order: order[event] ?? 0,
      type: type[event] ?? 0,
      zone: Math.max(0, this.zones.zoneOf(pfn[event] ?? 0)),
      cpu: this.#late.cpus.get(event) ?? cpu[event] ?? 0,
    };
  }

  /** The flow of a task that shows something soon after an event; its name may have changed, its pid has not. */
  flowOfPid(event: number, pid: number): number | undefined {
    const { task, tasks, count } = this.trace;
    for (let i = event; i < count; i += 1) {
      if (tasks[task[i] ?? 0]?.pid === pid && !isInterrupt(this.trace, i))
        return flowOf(this.trace, i);
    }
    return undefined;
  }

  /** The event before one in the same flow of control; undefined: it is the first. */
  beforeInFlow(event: number): number | undefined {
    return this.#lastOfFlow.get(flowOf(this.trace, event));
  }

  /** The command that gave an allocation a block which a run of compaction had made free for it. */
  captureOf(alloc: number): number | undefined {
    return this.#compaction.captures.get(alloc);
  }

  /** Whether a request was refused before: its task has compacted for it. */
  wasRefused(alloc: number): boolean {
    return this.#compaction.requests.has(alloc);
  }

  /** The task that switched huge pages on waits for kthreadd, then raises min_free_kbytes before it shows anything. */
  #raise(i: number): void {
    const { task, tasks } = this.trace;
    if (!this.#isRaising || isInterrupt(this.trace, i)) return;
    if (tasks[task[i] ?? 0]?.pid === KTHREADD) return;
    this.#isRaising = false;
    this.out.add(P.OP_RAISE, {}, 0, 0, i);
  }

  #event(i: number, listener: EventListener): void {
    const { kind, order, pfn } = this.trace;
    switch (kind[i]) {
      case T.EVENT_ALLOC:
        if (pfn[i] === T.NO_FRAME) {
          this.failedRequests += 1;
          listener.refused?.(i);
        } else listener.alloc(i, pfn[i] ?? 0);
        break;
      case T.EVENT_FREE:
        if (this.#links[i] === FREED_IN_BATCH || this.#runs.inner.has(i)) break;
        if (this.#runs.byLast.has(i)) this.#freeRun(i, listener);
        else this.#free(i, order[i] ?? 0, listener);
        break;
      case T.EVENT_FREE_BATCHED:
        this.#free(i, order[this.#links[i] ?? -1] ?? 0, listener);
        break;
      case T.EVENT_TAKE:
        listener.take(i);
        break;
      case T.EVENT_FALLBACK:
        listener.fallback(i);
        break;
      case T.EVENT_DRAIN:
        listener.drain(i);
        break;
      case T.EVENT_FORK:
        if (pfn[i] === KTHREADD && this.trace.type[i] === 1) this.#isRaising = true;
        break;
      case T.EVENT_BULK_BEGIN:
        listener.beginBulk(i, silentBulkPages(this.trace, i));
        break;
      case T.EVENT_BULK_END:
        listener.endBulk(i);
        break;
      case T.EVENT_WAKEUP_KSWAPD:
        listener.wakeKswapd?.(i);
        break;
      case T.EVENT_KSWAPD_WAKE:
        listener.kswapd?.(i);
        break;
      default:
    }
  }

  /** Neighbours that were freed in one go are freed as the largest aligned blocks. */
  #freeRun(i: number, listener: EventListener): void {
    const { start, frames } = this.#runs.byLast.get(i) ?? { start: 0, frames: 0 };
    for (let at = start; at < start + frames;) {
      let order = Math.min(ORDER_MAX, Math.floor(Math.log2(start + frames - at)));
      while (at % 2 ** order !== 0) order -= 1;
      this.#free(i, order, listener, at);
      at += 2 ** order;
    }
  }

  /** A free of a frame that is no memory yet brings it online. */
  #free(i: number, order: number, listener: EventListener, pfn = this.trace.pfn[i] ?? 0): void {
    const { trace, zones } = this;
    const cpu = trace.cpu[i] ?? 0;
    const zone = zones.zoneOf(pfn);
    if (zone >= 0) {
      this.#contig.freed(this.out, zone, pfn, i);
      const isDirect = hasPcpList(order) && interruptsPcpLock(trace, i, zones);
      listener.free(i, { pfn, order, zone, cpu, isDirect });
      return;
    }
    const shape = { order, type: MIGRATE_MOVABLE, zone: zones.grow(pfn, 2 ** order), cpu };
    this.out.add(P.OP_ONLINE, shape, pfn, 0, i);
    listener.online?.(i);
  }
}
