// Compiles a trace into the free-running program (program.ts): only requests, frees and the starts of
// background work come from the trace; the allocator decides zone, refill and drain by itself.
//
// What the trace does not show and the rules need (docs/recordings.md):
// - The vmstat worker lowers every per-cpu `high` once in 1.024 s, mostly without an event. Its turns
//   are placed that far apart, in step with the turns that drained something.

import * as T from '../read/index.ts';
import type { Capture, KernelTrace } from '../read/index.ts';
import { Compaction } from './compaction.ts';
import * as G from './guided.ts';
import { ContigPlan } from './hotplug.ts';
import * as P from './program.ts';
import { ProgramBuilder } from './program.ts';
import { ZoneMap } from './zone-map.ts';

export interface FreeProgram {
  readonly commands: Uint32Array;
  /** Event and command number of each refill and each drain the kernel did, in pairs. */
  readonly refills: Uint32Array;
  readonly drains: Uint32Array;
  readonly failedRequests: number;
  readonly bulkPages: number;
}

/** HZ ticks from turn to turn, rounded up by the timer wheel to 256 of 4 ms. */
const TURN_US = 1_024_000;
/** Drains this close belong to one turn, or to one emptying of the lists. */
const SAME_TURN_US = 200_000;
const SAME_DRAIN_US = 20_000;
/** From the last block of an onlining to the new sizes, if the task shows no event of its own. */
const ONLINE_US = 20_000;
/** From a contiguous allocation's drain to its migration. */
const CONTIG_US = 50_000;
/** Key of the vmstat worker among the flows of control. */
const VMSTAT = -1; // less the zone's index

/** One turn of the vmstat worker: it comes before event `at`. */
export interface VmstatTurn {
  readonly at: number;
  readonly timeUs: number;
  /** It drained nothing, so the trace does not show it. */
  readonly isSilent: boolean;
}

/** Turns that drained something, by their first drain. */
export function seenTurns(trace: KernelTrace, first: number, end: number): VmstatTurn[] {
  const seen: VmstatTurn[] = [];
  let lastUs = Number.NEGATIVE_INFINITY;
  for (let i = first; i < end; i += 1) {
    if (!isVmstatDrain(trace, i) || drainsForContig(trace, i)) continue;
    if (time(trace, i) - lastUs > SAME_TURN_US)
      seen.push({ at: i, timeUs: time(trace, i), isSilent: false });
    lastUs = time(trace, i);
  }
  return seen;
}

/** Seen turns and, a period apart, the silent ones between, before and after them. */
export function allTurns(
  trace: KernelTrace,
  first: number,
  end: number,
  phaseUs: number,
): VmstatTurn[] {
  const seen = seenTurns(trace, first, end);
  const startUs = time(trace, first);
  const endUs = time(trace, end - 1);
  const anchors = seen.map((turn) => turn.timeUs);
  const firstUs = anchors[0];
  if (firstUs === undefined) anchors.push(startUs + phaseUs - TURN_US);
  else anchors.unshift(firstUs - Math.ceil((firstUs - startUs) / TURN_US) * TURN_US);
  const silent: number[] = [];
  anchors.forEach((anchor, i) => {
    const next = anchors[i + 1] ?? endUs;
    const isLast = i + 1 === anchors.length;
    const periods = (next - anchor) / TURN_US;
    const turns = isLast ? Math.floor(periods) : Math.round(periods) - 1;
    const step = isLast ? TURN_US : (next - anchor) / (turns + 1);
    for (let turn = 1; turn <= turns; turn += 1) silent.push(anchor + turn * step);
  });
  const turns = [...seen];
  let at = first;
  for (const timeUs of silent) {
    while (at < end && time(trace, at) < timeUs) at += 1;
    if (at < end && timeUs >= startUs) turns.push({ at, timeUs, isSilent: true });
  }
  return turns.toSorted((a, b) => a.at - b.at || a.timeUs - b.timeUs);
}

function time(trace: KernelTrace, event: number): number {
  return trace.timeUs[event] ?? 0;
}

/** A drain at depth 2 by a worker thread: the per-cpu lock and the zone's, nothing else. */
function isVmstatDrain(trace: KernelTrace, event: number): boolean {
  if (trace.kind[event] !== T.EVENT_DRAIN || T.depthOf(trace, event) !== 2) return false;
  const comm = trace.tasks[trace.task[event] ?? 0]?.comm ?? '';
  return comm.startsWith('kworker') && !T.isInterrupt(trace, event);
}

/** Drains of a contiguous allocation: the same task reports its migration next. */
function drainsForContig(trace: KernelTrace, event: number): boolean {
  const task = trace.task[event];
  let i = event;
  while (i < trace.count && (trace.task[i] !== task || trace.kind[i] === T.EVENT_DRAIN)) i += 1;
  const isSoon = i < trace.count && time(trace, i) - time(trace, event) < CONTIG_US;
  return isSoon && trace.kind[i] === T.EVENT_MIGRATE;
}

class FreeCompiler {
  private readonly trace: KernelTrace;
  private readonly zones: ZoneMap;
  private readonly out = new ProgramBuilder();
  private readonly links: Int32Array;
  private readonly contig: ContigPlan;
  /** Takes that wait for the request they belong to, by flow of control. */
  private readonly waiting = new Map<number, number[]>();
  /** The command that the next drains belong to, by flow of control. */
  private readonly drainers = new Map<number, number>();
  /** Open bulk calls, by flow of control. */
  private readonly bulks = new Map<number, number>();
  private readonly compaction: Compaction;
  private readonly refills: number[] = [];
  private readonly drains: number[] = [];
  private readonly taken = new Set<number>();
  private turns: readonly VmstatTurn[] = [];
  private nextTurn = 0;
  private drainAllUs = Number.NEGATIVE_INFINITY;
  private failedRequests = 0;
  private bulkPages = 0;
  /** Task that is bringing memory online, -1: none. */
  private onliner = -1;
  private onlineUs = 0;

  private readonly phaseUs: number;

  constructor(capture: Capture, phaseUs: number) {
    this.phaseUs = phaseUs;
    this.trace = capture.trace;
    this.zones = new ZoneMap(capture.start, capture.end);
    this.links = T.linkBatches(capture.trace);
    this.contig = new ContigPlan(capture);
    const span = T.recordedSpan(capture.trace);
    this.compaction = new Compaction(capture.trace, this.zones, capture.start, span, this.links);
  }

  compile(): FreeProgram {
    const { trace } = this;
    const { first, end } = T.recordedSpan(trace);
    this.turns = allTurns(trace, first, end, this.phaseUs);
    for (let i = first; i < end; i += 1) {
      this.background(i);
      this.contig.emit(this.out, (pfn) => this.zones.zoneOf(pfn), i);
      if (!this.compaction.emit(this.out, i)) this.event(i);
    }
    return {
      commands: this.out.finish(),
      refills: Uint32Array.from(this.refills),
      drains: Uint32Array.from(this.drains),
      failedRequests: this.failedRequests,
      bulkPages: this.bulkPages,
    };
  }

  /** Turns of the vmstat worker that are due, and the end of an onlining. */
  private background(i: number): void {
    const { trace } = this;
    for (;;) {
      const turn = this.turns[this.nextTurn];
      if (turn?.at !== i) break;
      this.nextTurn += 1;
      this.turn(i);
    }
    // Sizes change when the task that brought the memory online goes on, or has had the time to.
    if (this.onliner < 0 || this.zones.zoneOf(trace.pfn[i] ?? 0) < 0) return;
    const waited = time(trace, i) - this.onlineUs;
    if (this.onliner !== trace.task[i] && waited < ONLINE_US) return;
    this.onliner = -1;
    this.out.add(P.OP_RETUNE, {}, 0, 0, i);
  }

  private turn(i: number): void {
    const cpu = this.trace.cpu[i] ?? 0;
    for (const zone of this.zones.present()) {
      this.drainers.set(VMSTAT - zone, this.out.add(P.OP_DECAY, { zone, cpu }, 0, 1, i));
    }
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
      case T.EVENT_FALLBACK:
        this.take(i);
        break;
      case T.EVENT_DRAIN:
        this.drain(i);
        break;
      case T.EVENT_BULK_BEGIN:
        this.bulk(i);
        break;
      case T.EVENT_BULK_END:
        this.endBulk(i);
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

  private take(i: number): void {
    const { trace } = this;
    const pfn = trace.pfn[i] ?? 0;
    if (trace.kind[i] === T.EVENT_FALLBACK && trace.pfn[T.previousOnCpu(trace, i)] === pfn) return;
    // An interrupt that found the per-cpu lock taken: not the allocator's own decision.
    if (G.hasPcpList(trace.order[i] ?? 0) && G.isDirectTake(trace, i)) {
      this.out.add(P.OP_TAKE, this.shape(i), pfn, 0, i);
      this.taken.add(pfn);
      return;
    }
    if (!G.hasPcpList(trace.order[i] ?? 0) || (trace.type[i] ?? 0) > 2) return;
    const flow = T.flowOf(trace, i);
    const waiting = this.waiting.get(flow);
    if (waiting === undefined) this.waiting.set(flow, [i]);
    else waiting.push(i);
  }

  /** Gives the waiting takes of a flow to the request that made them. */
  private claimTakes(i: number, command: number): void {
    const flow = T.flowOf(this.trace, i);
    for (const take of this.waiting.get(flow) ?? []) this.refills.push(take, command);
    this.waiting.delete(flow);
  }

  private drain(i: number): void {
    const { trace } = this;
    const depth = T.depthOf(trace, i);
    const flow = T.flowOf(trace, i);
    if (depth === 2 && !T.isInterrupt(trace, i)) {
      const contig = drainsForContig(trace, i);
      if (isVmstatDrain(trace, i) && !contig) {
        this.drained(i, VMSTAT - Math.max(0, this.zones.zoneOf(trace.pfn[i] ?? 0)));
        return;
      }
      this.drainAll(i, contig ? 1 : 0);
    }
    this.drained(i, flow);
  }

  /** One block drained by the command that a flow of control is in. */
  private drained(i: number, flow: number): void {
    const command = this.drainers.get(flow);
    if (command === undefined) return;
    this.drains.push(i, command);
    const op = this.out.opOf(command);
    if (op !== P.OP_RELEASE && op !== P.OP_DECAY) return;
    this.out.addToOperand(command, 2 ** (this.trace.order[i] ?? 0));
  }

  /** Somebody emptied the per-cpu lists: of one zone (contiguous ranges) or of all (reclaim). */
  private drainAll(i: number, oneZone: number): void {
    const { trace } = this;
    const timeUs = time(trace, i);
    const continues = timeUs - this.drainAllUs < SAME_DRAIN_US;
    this.drainAllUs = timeUs;
    if (continues) return;
    const { zone, cpu } = this.shape(i);
    const command = this.out.add(P.OP_DRAIN_ALL, { zone, cpu }, 0, oneZone, i);
    this.drainers.set(T.flowOf(trace, i), command);
  }

  private alloc(i: number): void {
    const { trace } = this;
    const pfn = trace.pfn[i] ?? 0;
    if (pfn === T.NO_FRAME) {
      this.failedRequests += 1;
      return;
    }
    if (this.taken.delete(pfn) || this.compaction.captures.has(i)) return;
    this.claimTakes(i, this.out.add(P.OP_REQUEST, this.shape(i), pfn, trace.gfp[i] ?? 0, i));
  }

  private bulk(i: number): void {
    const { trace } = this;
    const pages = G.silentBulkPages(trace, i);
    if (pages <= 0) return;
    this.bulkPages += pages;
    const gfp = trace.gfp[i] ?? 0;
    const command = this.out.add(P.OP_REQUEST_BULK, { cpu: trace.cpu[i] ?? 0 }, pages, gfp, i);
    this.bulks.set(T.flowOf(trace, i), command);
  }

  private endBulk(i: number): void {
    const flow = T.flowOf(this.trace, i);
    const command = this.bulks.get(flow);
    if (command !== undefined) this.claimTakes(i, command);
    this.bulks.delete(flow);
  }

  private free(i: number, order: number): void {
    const { trace, zones } = this;
    const pfn = trace.pfn[i] ?? 0;
    const cpu = trace.cpu[i] ?? 0;
    if (zones.zoneOf(pfn) < 0) {
      const zone = zones.grow(pfn, 2 ** order);
      this.out.add(P.OP_ONLINE, { order, type: 1, zone, cpu }, pfn, 0, i);
      this.onliner = trace.task[i] ?? -1;
      this.onlineUs = time(trace, i);
      return;
    }
    const direct = G.hasPcpList(order) && G.interruptsPcpLock(trace, i, zones);
    const op = direct ? P.OP_FREE : P.OP_RELEASE;
    const operand = direct ? P.FREE_DIRECT : 1;
    const command = this.out.add(op, { order, zone: zones.zoneOf(pfn), cpu }, pfn, operand, i);
    this.drainers.set(T.flowOf(trace, i), command);
  }
}

/**
 * Compiles the free-running program of a recording. `phaseUs`: when the vmstat worker's first turn
 * comes after the start, for recordings in which none of its turns left an event.
 */
export function compileFreeRunning(capture: Capture, phaseUs = 0): FreeProgram {
  return new FreeCompiler(capture, phaseUs).compile();
}
