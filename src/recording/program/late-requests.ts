// Requests that show later than they were served. A kernel that preempts may take the processor from a task after it has its
// page and before its `mm_page_alloc`, while the page is cleared; others are served and seen in between. No event says that a
// task was preempted, but the lists do, for they are served from their heads and refilled when they are empty: a block that
// another request passed over, or that a refill found there, had left already. Its request stands where the block was at the
// head since its task was seen last.

import {
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_PCPTYPES,
  PAGEBLOCK_FRAMES,
} from '../../core/index.ts';
import * as T from '../read/index.ts';
import {
  hasPcpList,
  type Capture,
  flowOf,
  isInterrupt,
  type KernelTrace,
  timeOf,
} from '../read/index.ts';
import {
  EventReader,
  type FreedBlock,
  type LateRequests,
  NO_LATE_REQUESTS,
} from './event-reader.ts';
import { isDirectTake } from './path.ts';
import { type ListedBlock, pcpListIndex, type ShadowList, ShadowLists } from './shadow-lists.ts';

/** Kinds of event after which a block is somewhere else. */
const MOVES: ReadonlySet<number> = new Set([
  T.EVENT_ALLOC,
  T.EVENT_FREE,
  T.EVENT_FREE_BATCHED,
  T.EVENT_TAKE,
  T.EVENT_DRAIN,
]);

/** Where a trace goes on: by event the one before it in its flow, and the next that moves its frame; -1: none. */
class Neighbours {
  readonly #trace: KernelTrace;
  readonly #seen: Int32Array;
  readonly #next: Int32Array;
  /** By frame. */
  readonly #first = new Map<number, number>();

  constructor(
    trace: KernelTrace,
    { first, end }: { readonly first: number; readonly end: number },
  ) {
    this.#trace = trace;
    this.#seen = new Int32Array(trace.count).fill(-1);
    this.#next = new Int32Array(trace.count).fill(-1);
    const last = new Map<number, number>();
    for (let i = first; i < end; i += 1) {
      const flow = flowOf(trace, i);
      this.#seen[i] = last.get(flow) ?? -1;
      last.set(flow, i);
    }
    for (let i = end - 1; i >= first; i -= 1) {
      if (!MOVES.has(trace.kind[i] ?? 0)) continue;
      const pfn = trace.pfn[i] ?? T.NO_FRAME;
      this.#next[i] = this.#first.get(pfn) ?? -1;
      this.#first.set(pfn, i);
    }
  }

  /** The last event of a flow before one of its events. */
  seen(event: number): number {
    return this.#seen[event] ?? -1;
  }

  /** What a block on a list shows next; -1: nothing. */
  nextOf({ since, pfn }: ListedBlock): number {
    return (since < 0 ? this.#first.get(pfn) : this.#next[since]) ?? -1;
  }

  /** The request that shows a block on a list; -1: it leaves otherwise. */
  requestOf(block: ListedBlock): number {
    const next = this.nextOf(block);
    return this.#trace.kind[next] === T.EVENT_ALLOC ? next : -1;
  }
}

class Finder {
  readonly #reader: EventReader;
  readonly #neighbours: Neighbours;
  readonly #lists: ShadowLists;
  /** Migratetypes by pageblock; memory that comes online is movable. */
  readonly #types = new Map<number, number>();
  readonly #before = new Map<number, number[]>();
  readonly #cpus = new Map<number, number>();

  constructor(capture: Capture) {
    this.#reader = new EventReader(capture);
    this.#neighbours = new Neighbours(capture.trace, this.#reader.span);
    this.#lists = new ShadowLists(capture.start);
    for (const { startPfn, blocks } of capture.start.zones) {
      const first = Math.floor(startPfn / PAGEBLOCK_FRAMES);
      blocks.forEach((type, block) => this.#types.set(first + block, type));
    }
  }

  find(): LateRequests {
    this.#reader.read(this);
    return { before: this.#before, cpus: this.#cpus };
  }

  alloc(event: number, pfn: number): void {
    const block = this.#lists.find(pfn);
    if (block === undefined) return;
    const { list } = block;
    const isHere = list.place.cpu === this.#reader.trace.cpu[event];
    if (!isHere || !this.#haveLeft(block.above, event)) {
      this.#leave(block, event);
      return;
    }
    while (list.head !== undefined && list.head !== block) this.#leave(list.head, event);
    this.#lists.remove(pfn, event);
  }

  /** Whether a block and all above it may have left: each is shown later by a flow that is not seen until then, or is freed next. */
  #haveLeft(from: ListedBlock | undefined, event: number): boolean {
    const { trace } = this.#reader;
    for (let block = from; block !== undefined; block = block.above) {
      const next = this.#neighbours.nextOf(block);
      if (next < 0 || trace.kind[next] === T.EVENT_DRAIN) return false;
      const isShown = trace.kind[next] === T.EVENT_ALLOC;
      if (isShown && (this.#neighbours.seen(next) >= event || isInterrupt(trace, next)))
        return false;
    }
    return true;
  }

  /** A block leaves its list at its request, `event` at the latest. */
  #leave(block: ListedBlock, event: number): void {
    const request = this.#neighbours.requestOf(block);
    const at = request < 0 ? event : this.#leftAt(block, this.#neighbours.seen(request), event);
    this.#lists.remove(block.pfn, at - 1);
    const { cpu } = block.list.place;
    if (request < 0 || (at >= request && cpu === this.#reader.trace.cpu[request])) return;
    this.#cpus.set(request, cpu);
    const before = Math.min(at, request);
    const stand = this.#before.get(before);
    if (stand === undefined) this.#before.set(before, [request]);
    else stand.push(request);
  }

  /**
   * The event before which a block left while it was at the head: the next one after its task was seen last, for then that
   * task had the processor; else the one with the most time before it, in which the task may have had it.
   */
  #leftAt({ atHead }: ListedBlock, seen: number, event: number): number {
    const { trace } = this.#reader;
    let best = event;
    let bestUs = -1;
    for (let i = 0; i < atHead.length; i += 2) {
      const from = Math.max(atHead[i] ?? 0, seen) + 1;
      const to = atHead[i + 1] ?? event;
      if (to <= seen) continue;
      if (from === seen + 1) return from;
      for (let at = from; at <= to; at += 1) {
        const waitedUs = timeOf(trace, at) - timeOf(trace, at - 1);
        if (waitedUs <= bestUs) continue;
        best = at;
        bestUs = waitedUs;
      }
    }
    return best;
  }

  free(event: number, { pfn, order, zone, cpu, isDirect }: FreedBlock): void {
    const held = this.#types.get(Math.floor(pfn / PAGEBLOCK_FRAMES)) ?? MIGRATE_MOVABLE;
    this.#lists.remove(pfn, event);
    if (isDirect || !hasPcpList(order) || held === MIGRATE_ISOLATE) return;
    const type = held < MIGRATE_PCPTYPES ? held : MIGRATE_MOVABLE;
    this.#lists.push(pfn, { zone, cpu, index: pcpListIndex(order, type) }, event);
  }

  take(event: number): void {
    const { trace } = this.#reader;
    const { order, type, zone, cpu } = this.#reader.shapeOf(event);
    if (!hasPcpList(order, type) || isDirectTake(trace, event)) return;
    const place = { zone, cpu, index: pcpListIndex(order, type) };
    const before = this.#reader.beforeInFlow(event) ?? -1;
    if (trace.kind[before] !== T.EVENT_TAKE) this.#begin(this.#lists.at(place), event);
    this.#lists.append(trace.pfn[event] ?? T.NO_FRAME, place, event);
  }

  /** A refill begins: its list is empty. */
  #begin(list: ShadowList, event: number): void {
    if (!this.#haveLeft(list.tail, event)) return;
    while (list.head !== undefined) this.#leave(list.head, event);
  }

  fallback(event: number): void {
    const { trace } = this.#reader;
    const pfn = trace.pfn[event] ?? T.NO_FRAME;
    const { order, isClaimed } = T.unpackFallback(trace.extra[event] ?? 0);
    const first = Math.floor(pfn / PAGEBLOCK_FRAMES);
    const end = (pfn + 2 ** order) / PAGEBLOCK_FRAMES;
    const { type } = this.#reader.shapeOf(event);
    if (isClaimed) for (let block = first; block < end; block += 1) this.#types.set(block, type);
    if (this.#lists.find(pfn) === undefined) this.take(event);
  }

  drain(event: number): void {
    this.#lists.remove(this.#reader.trace.pfn[event] ?? T.NO_FRAME, event);
  }

  beginBulk(): void {}

  endBulk(): void {}
}

/** The requests of a recording that show later than they were served; none where the kernel does not preempt. */
export function lateRequests(capture: Capture): LateRequests {
  return capture.kernel.preempts ? new Finder(capture).find() : NO_LATE_REQUESTS;
}
