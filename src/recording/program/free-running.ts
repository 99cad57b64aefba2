// Compiles a trace into the free-running program (program.ts): only requests, frees and the starts of
// background work come from the trace; the allocator decides zone, refill and drain by itself.

import * as T from '../read/index.ts';
import {
  hasPcpList,
  type Capture,
  cpusOf,
  depthOf,
  type ExtraEvent,
  flowOf,
  isInterrupt,
  previousOnCpu,
  timeOf,
} from '../read/index.ts';
import { EventReader, type FreedBlock } from './event-reader.ts';
import { KswapdRuns } from './kswapd-runs.ts';
import { isDirectTake, requestOf } from './path.ts';
import { lateRequests } from './late-requests.ts';
import * as P from './program.ts';
import { type RequestsAgain, requestsAgain } from './requests-again.ts';
import { drainsForContig, isVmstatDrain, type Turn, vmstatTurns } from './vmstat-turns.ts';

export interface FreeProgram {
  readonly commands: Uint32Array;
  /** Event and command number of each refill and each drain the kernel did, in pairs. */
  readonly refills: Uint32Array;
  readonly drains: Uint32Array;
  readonly failedRequests: number;
  readonly bulkPages: number;
  /** Requests that were served before their events. */
  readonly lateRequests: number;
}

/** Drains this close belong to one emptying of the lists. */
const SAME_DRAIN_US = 20_000;
/** From the last block of an onlining to the new sizes, if the task shows no event of its own. */
const ONLINE_US = 20_000;
/** Key of the vmstat worker among the flows of control. */
const VMSTAT = -1; // less the zone's index and 8 for each CPU before

function vmstatFlow(zone: number, cpu: number): number {
  return VMSTAT - zone - 8 * cpu;
}

interface OpenBulk {
  readonly begin: number;
  /** Pages without an event of their own. */
  readonly silent: number;
  command?: number;
}

class FreeCompiler {
  readonly #reader: EventReader;
  /** Whether the second trace tells what the background did. */
  readonly #isProbed: boolean;
  /** Events before which the vmstat worker has a turn, where no probe tells. */
  readonly #turns: readonly Turn[];
  #nextTurn = 0;
  /** The command of each request that stands where its first block was taken, by its event. */
  readonly #begun = new Map<number, number>();
  /** The command that the next drains belong to, by flow of control. */
  readonly #drainers = new Map<number, number>();
  /** Open bulk calls, by flow of control. */
  readonly #bulks = new Map<number, OpenBulk>();
  /** Frames taken past the per-cpu lists, whose request follows. */
  readonly #taken = new Set<number>();
  readonly #refills: number[] = [];
  readonly #drains: number[] = [];
  readonly #kswapd: KswapdRuns;
  /** Requests that went on after their task had reclaimed. */
  readonly #again: RequestsAgain;
  /** Pids of tasks that are being killed for want of memory. */
  readonly #victims = new Set<number>();
  #drainAllUs = Number.NEGATIVE_INFINITY;
  #bulkPages = 0;
  /** Task that is bringing memory online, -1: none. */
  #onliner = -1;
  #onlineUs = 0;

  constructor(capture: Capture, phaseUs: number) {
    const { trace, extra } = capture;
    this.#reader = new EventReader(capture, lateRequests(capture));
    this.#isProbed = extra.isThere;
    const clock = { cpus: cpusOf(capture.start), phaseUs };
    this.#turns = extra.isThere ? [] : vmstatTurns(trace, this.#reader.span, clock);
    this.#again = requestsAgain(trace, extra.events);
    this.#kswapd = new KswapdRuns(trace, this.#reader.zones, extra.isThere);
  }

  compile(): FreeProgram {
    const reader = this.#reader;
    reader.read(this);
    return {
      commands: reader.out.finish(),
      refills: Uint32Array.from(this.#refills),
      drains: Uint32Array.from(this.#drains),
      failedRequests: reader.failedRequests,
      bulkPages: this.#bulkPages,
      lateRequests: reader.lateRequests,
    };
  }

  /** Turns of the vmstat worker that are due, and the end of an onlining. */
  before(i: number): void {
    this.#kswapd.before(this.#reader.out, i);
    for (; this.#turns[this.#nextTurn]?.event === i; this.#nextTurn += 1)
      this.#turn(i, this.#turns[this.#nextTurn]?.cpu ?? 0);
    if (this.#onliner < 0) return;
    // Sizes change when the task that brought the memory online goes on, or has had the time to.
    const { trace, zones, out } = this.#reader;
    if (zones.zoneOf(trace.pfn[i] ?? 0) < 0) return;
    const waitedUs = timeOf(trace, i) - this.#onlineUs;
    if (this.#onliner !== trace.task[i] && waitedUs < ONLINE_US) return;
    this.#onliner = -1;
    out.add(P.OP_RETUNE, {}, 0, 0, i);
  }

  #turn(i: number, cpu: number): void {
    const { zones, out } = this.#reader;
    for (const zone of zones.present()) {
      this.#drainers.set(vmstatFlow(zone, cpu), out.add(P.OP_DECAY, { zone, cpu }, 0, 0, i));
    }
  }

  /** What the second trace shows of the background, and which drains follow from it. */
  probe(i: number, probed: ExtraEvent): void {
    const { out } = this.#reader;
    const { kind, pid, cpu, a, b } = probed;
    const refused = this.#again.refused.get(probed);
    if (refused !== undefined) this.refused(refused, i);
    if (kind === 'kcw') this.#kswapd.end(out, i);
    else if (kind === 'mm_vmscan_kswapd_sleep') this.#kswapd.sleep(out, i);
    else if (kind === 'mark_victim') this.#victims.add(a);
    else if (kind === 'decay') {
      this.#drainsFollow(i, pid, out.add(P.OP_DECAY, { zone: a, cpu }, 0, 0, i));
    } else if (kind === 'drainpages') {
      const command = out.add(P.OP_DRAIN_ALL, { zone: a, cpu: b }, 0, P.DRAIN_CPU_ZONE, i);
      this.#drainsFollow(i, pid, command);
    }
  }

  /** The drains that a task shows next are a command's. */
  #drainsFollow(i: number, pid: number, command: number): void {
    const flow = this.#reader.flowOfPid(i, pid);
    if (flow !== undefined) this.#drainers.set(flow, command);
  }

  wakeKswapd(i: number): void {
    this.#kswapd.wake(i);
  }

  kswapd(i: number): void {
    this.#kswapd.begin(this.#reader.out, i);
  }

  alloc(i: number, pfn: number): void {
    const reader = this.#reader;
    this.#bulk(i);
    if (this.#taken.delete(pfn) || reader.captureOf(i) !== undefined || this.#begun.delete(i))
      return;
    this.#request(i, reader.shapeOf(i));
  }

  /** A request that came to nothing, or that had to reclaim first. */
  refused(i: number, at = i): void {
    const { trace, out } = this.#reader;
    const shape = { order: trace.order[i] ?? 0, cpu: trace.cpu[i] ?? 0 };
    out.add(P.OP_REFUSED, shape, 0, trace.gfp[i] ?? 0, at);
  }

  #request(i: number, shape: P.Shape): number {
    const { trace, out } = this.#reader;
    if (this.#again.requests.has(i) || this.#reader.wasRefused(i))
      out.add(P.OP_AGAIN, shape, 0, 0, i);
    if (this.#victims.has(trace.tasks[trace.task[i] ?? 0]?.pid ?? -1))
      out.add(P.OP_VICTIM, shape, 0, 0, i);
    return out.add(P.OP_REQUEST, shape, trace.pfn[i] ?? 0, trace.gfp[i] ?? 0, i);
  }

  free(i: number, { pfn, order, zone, cpu, isDirect }: FreedBlock): void {
    const { trace, out } = this.#reader;
    const op = isDirect ? P.OP_FREE : P.OP_RELEASE;
    const command = out.add(op, { order, zone, cpu }, pfn, isDirect ? P.FREE_DIRECT : 0, i);
    this.#drainers.set(flowOf(trace, i), command);
  }

  online(i: number): void {
    const { trace } = this.#reader;
    this.#onliner = trace.task[i] ?? -1;
    this.#onlineUs = timeOf(trace, i);
  }

  take(i: number): void {
    const { trace, out } = this.#reader;
    const shape = this.#reader.shapeOf(i);
    // An interrupt that found the per-cpu lock taken: not the allocator's own decision.
    if (hasPcpList(shape.order) && isDirectTake(trace, i)) {
      const pfn = trace.pfn[i] ?? 0;
      out.add(P.OP_TAKE, shape, pfn, 0, i);
      this.#taken.add(pfn);
      return;
    }
    const command = this.#requestFor(i);
    const isRefill = hasPcpList(shape.order, shape.type);
    if (isRefill && command !== undefined) this.#refills.push(i, command);
  }

  /**
   * The request that took a block. It stands where it took its first one: its own event comes only when the page is cleared,
   * which may be long after, with requests of other CPUs between.
   */
  #requestFor(take: number): number | undefined {
    const { trace } = this.#reader;
    const bulk = this.#bulk(take);
    if (bulk !== undefined) return bulk;
    const request = requestOf(trace, take);
    if (request === undefined || trace.kind[request] !== T.EVENT_ALLOC) return undefined;
    const known = this.#begun.get(request);
    if (known !== undefined) return known;
    const pfn = trace.pfn[request] ?? T.NO_FRAME;
    if (pfn === T.NO_FRAME || this.#reader.captureOf(request) !== undefined) return undefined;
    const shape = { ...this.#reader.shapeOf(request), cpu: trace.cpu[take] ?? 0 };
    const command = this.#request(request, shape);
    this.#begun.set(request, command);
    return command;
  }

  /** A take of its own, unless the CPU's event before is that take. */
  fallback(i: number): void {
    const { trace } = this.#reader;
    if (trace.pfn[previousOnCpu(trace, i)] !== trace.pfn[i]) this.take(i);
  }

  drain(i: number): void {
    const { trace } = this.#reader;
    if (!this.#isProbed && depthOf(trace, i) === 2 && !isInterrupt(trace, i)) {
      const isContig = drainsForContig(trace, i);
      if (isVmstatDrain(trace, i) && !isContig) {
        this.#drained(i, vmstatFlow(this.#reader.shapeOf(i).zone, trace.cpu[i] ?? 0));
        return;
      }
      this.#drainAll(i, isContig ? P.DRAIN_ZONE : P.DRAIN_ALL_ZONES);
    }
    this.#drained(i, flowOf(trace, i));
  }

  /** One block drained by the command that a flow of control is in. */
  #drained(i: number, flow: number): void {
    const command = this.#drainers.get(flow);
    if (command !== undefined) this.#drains.push(i, command);
  }

  /** Somebody emptied the per-cpu lists: of one zone (contiguous ranges) or of all (reclaim). */
  #drainAll(i: number, which: number): void {
    const { trace, out } = this.#reader;
    const timeUs = timeOf(trace, i);
    const goesOn = timeUs - this.#drainAllUs < SAME_DRAIN_US;
    this.#drainAllUs = timeUs;
    if (goesOn) return;
    const { zone, cpu } = this.#reader.shapeOf(i);
    const command = out.add(P.OP_DRAIN_ALL, { zone, cpu }, 0, which, i);
    this.#drainers.set(flowOf(trace, i), command);
  }

  beginBulk(i: number, silent: number): void {
    if (silent > 0) this.#bulks.set(flowOf(this.#reader.trace, i), { begin: i, silent });
  }

  /** The command of a flow's open bulk call, which stands before anything that the flow shows within it. */
  #bulk(i: number): number | undefined {
    const { trace, out } = this.#reader;
    const bulk = this.#bulks.get(flowOf(trace, i));
    if (bulk === undefined || bulk.command !== undefined) return bulk?.command;
    this.#bulkPages += bulk.silent;
    const shape = { cpu: trace.cpu[i] ?? 0 };
    const gfp = trace.gfp[bulk.begin] ?? 0;
    bulk.command = out.add(P.OP_REQUEST_BULK, shape, bulk.silent, gfp, bulk.begin);
    return bulk.command;
  }

  endBulk(i: number): void {
    this.#bulk(i);
    this.#bulks.delete(flowOf(this.#reader.trace, i));
  }
}

/**
 * Compiles the free-running program of a recording. `phaseUs`: when the vmstat worker's first turn
 * comes after the start, for recordings in which none of its turns left an event.
 */
export function compileFreeRunning(capture: Capture, phaseUs = 0): FreeProgram {
  return new FreeCompiler(capture, phaseUs).compile();
}
