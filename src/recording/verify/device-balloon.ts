// Our balloon driver against the recorded one. The recorded page events drive the allocator; the
// frames that it predicts for the balloon's requests go to our driver, in order; the driver and our
// device make messages of them, which must be what QEMU's device saw. What is told rather than
// derived is listed in docs/recordings-device.md.

import { GFP_BALLOON } from '../../core/index.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  BalloonDriver,
  type BalloonGuest,
  type BalloonStats,
  connect,
  STAT_NAMES,
  VirtioDevice,
} from '../../virtio/index.ts';
import { Clock } from '../../time/index.ts';
import * as T from '../read/index.ts';
import { type BalloonLine, balloonLines, type Capture, type KernelTrace } from '../read/index.ts';
import { givenBackAt, movedTo } from './balloon-trace.ts';
import { driverMemory } from './driver-memory.ts';
import type { Score } from './verify.ts';

/** A request of the driver for one page, as the trace has it. */
interface BalloonRequest {
  readonly event: number;
  /** NO_FRAME: the kernel had none. */
  readonly pfn: number;
  readonly isPredicted: boolean;
}

/** A frame freed by a task that was compacting: maybe a balloon page that moved. */
interface MovedAway {
  readonly event: number;
  readonly pfn: number;
}

export interface BalloonScore {
  readonly pages: Score;
  /** Messages with all their pages and the `actual` written after them. */
  readonly requests: Score;
}

const NO_STATS = Object.fromEntries(STAT_NAMES.map((name) => [name, 0])) as BalloonStats;

/** Ends a simulation whose driver does not get on: more pauses than any recording has. */
const PAUSES_MAX = 10_000;

function findRequests(trace: KernelTrace, wrongEvents: ReadonlySet<number>): BalloonRequest[] {
  const requests: BalloonRequest[] = [];
  for (let event = 0; event < trace.count; event += 1) {
    if (trace.kind[event] !== T.EVENT_ALLOC || trace.gfp[event] !== GFP_BALLOON) continue;
    if (trace.order[event] !== 0) continue;
    const pfn = trace.pfn[event] ?? T.NO_FRAME;
    requests.push({ event, pfn, isPredicted: !wrongEvents.has(event) });
  }
  return requests;
}

function findMovedAway(trace: KernelTrace): MovedAway[] {
  const compacting = new Set<number>();
  const found: MovedAway[] = [];
  for (let event = 0; event < trace.count; event += 1) {
    const task = trace.task[event] ?? 0;
    const kind = trace.kind[event];
    if (kind === T.EVENT_COMPACT_BEGIN) compacting.add(task);
    else if (kind === T.EVENT_COMPACT_END) compacting.delete(task);
    else if (kind === T.EVENT_FREE && compacting.has(task)) {
      found.push({ event, pfn: trace.pfn[event] ?? 0 });
    }
  }
  return found;
}

/**
 * The driver's list as it must be, the head last. Compaction takes pages off the list and, when it
 * cannot move them, puts them back at its head, without an event: then the order of the next
 * message tells.
 */
class ListMirror {
  #pfns: number[] = [];
  readonly #positions: Map<number, number> = new Map<number, number>();

  push(pfn: number): void {
    this.#positions.set(pfn, this.#pfns.length);
    this.#pfns.push(pfn);
  }

  remove(pfn: number): void {
    this.#positions.delete(pfn);
  }

  /** Pages of `order` that are not where the list has them; undefined when the list agrees. */
  strays(order: readonly number[]): Set<number> | undefined {
    const strays = new Set<number>();
    let at = this.#pfns.length - 1;
    for (const pfn of order) {
      while (at >= 0 && this.#isStale(at, strays)) at -= 1;
      if (this.#pfns[at] === pfn) at -= 1;
      else strays.add(pfn);
    }
    return strays.size === 0 ? undefined : strays;
  }

  #isStale(at: number, strays: ReadonlySet<number>): boolean {
    const pfn = this.#pfns[at] ?? -1;
    return this.#positions.get(pfn) !== at || strays.has(pfn);
  }
}

/** What our side did, in the form of the log, and whether each page was predicted. */
interface OurLine {
  readonly line: BalloonLine;
  readonly isPredicted: boolean;
}

class BalloonCheck implements BalloonGuest {
  readonly poison = 'none';
  readonly ours: OurLine[] = [];
  readonly #trace: KernelTrace;
  readonly #recorded: readonly BalloonLine[];
  readonly #requests: readonly BalloonRequest[];
  readonly #movedAway: readonly MovedAway[];
  /** Where pages went, by where they were, as the second trace shows; and of those, what the core did not predict. */
  readonly #movedTo: ReadonlyMap<number, readonly number[]>;
  readonly #wrongPlaces: ReadonlySet<number>;
  /** The events at which the OOM notifier was called. */
  readonly #givenBack: readonly number[];
  #nextGivenBack = 0;
  readonly #clock: Clock = new Clock();
  readonly #device: BalloonDevice;
  readonly #driver: BalloonDriver;
  /** Frames in the balloon; false: the next message with it is told, not predicted. */
  readonly #held: Map<number, boolean> = new Map<number, boolean>();
  readonly #list: ListMirror = new ListMirror();
  #nextRequest = 0;
  #nextMoved = 0;
  /** Event up to which the trace is used up. */
  #event = 0;

  constructor(
    capture: Capture,
    wrongEvents: ReadonlySet<number>,
    wrongPlaces: ReadonlySet<number>,
  ) {
    this.#trace = capture.trace;
    this.#recorded = balloonLines(capture.deviceLog);
    this.#requests = findRequests(capture.trace, wrongEvents);
    this.#movedAway = findMovedAway(capture.trace);
    this.#movedTo = movedTo(capture.extra.events);
    this.#wrongPlaces = wrongPlaces;
    this.#givenBack = givenBackAt(capture.trace);
    const source = driverMemory();
    const host = {
      discard: (pfn: number) => this.#page(pfn),
      willNeed: (pfn: number) => void this.#page(pfn),
      noteFree: () => {},
      actualChanged: (pages: number) => this.#actual(pages),
    };
    this.#device = new BalloonDevice(BALLOON_PROFILES.qemu, host, {
      memoryPages: 2 ** 32 - 1,
      deflateOnOom: this.#givenBack.length > 0,
    });
    const { transport } = connect(new VirtioDevice(this.#device, source.memory), source);
    this.#driver = new BalloonDriver(transport, this, this.#clock);
  }

  get recorded(): readonly BalloonLine[] {
    return this.#recorded;
  }

  /** Lets the host's wishes come where the log has them, and time pass where the driver waits. */
  run(): void {
    this.#driver.probe();
    for (let pauses = 0; pauses < PAUSES_MAX && this.ours.length < this.#recorded.length;) {
      if (this.#applyTarget() || this.#migrateNext() || this.#giveBackNext()) continue;
      const { nextNs } = this.#clock;
      if (nextNs === Infinity) return;
      pauses += 1;
      this.#clock.advanceTo(nextNs);
    }
  }

  allocPages(pfns: Uint32Array, count: number): number {
    let got = 0;
    while (got < count) {
      const request = this.#requests[this.#nextRequest];
      if (request === undefined) break;
      this.#migrateUntil(request.event);
      this.#nextRequest += 1;
      this.#event = request.event;
      if (request.pfn === T.NO_FRAME) break;
      this.#held.set(request.pfn, request.isPredicted);
      pfns[got++] = request.pfn;
    }
    this.#applyTarget();
    return got;
  }

  enterBalloon(pfns: Uint32Array, count: number): void {
    for (let at = 0; at < count; at += 1) this.#list.push(pfns[at] ?? 0);
    while (this.#migrateNext());
  }

  releasePages(pfns: Uint32Array, count: number): void {
    for (let at = 0; at < count; at += 1) {
      this.#held.delete(pfns[at] ?? 0);
      this.#list.remove(pfns[at] ?? 0);
    }
  }

  pageMigrated(oldPfn: number): void {
    this.#held.delete(oldPfn);
    this.#list.remove(oldPfn);
  }

  stats(): BalloonStats {
    return NO_STATS;
  }

  allocHintBlock(): undefined {
    return undefined;
  }

  releaseHintBlock(): void {}

  #page(pfn: number): number {
    this.#applyTarget();
    const isPredicted = this.#held.get(pfn) ?? false;
    this.ours.push({ line: { kind: 'page', pfn }, isPredicted });
    // A frame that was told counts as missed once; what the driver does with it later is its own.
    if (!isPredicted) this.#held.set(pfn, true);
    return 1;
  }

  #actual(pages: number): void {
    this.#applyTarget();
    this.ours.push({ line: { kind: 'actual', pages }, isPredicted: true });
    // Between messages: what the recording has here happened before the driver's next step.
    while (this.#migrateNext());
    this.#followOrder();
    if (!this.#goesOnFirst()) this.#applyTarget();
  }

  /**
   * Before a message that deflates: pages that were put back at the list's head, as its order
   * tells.
   */
  #followOrder(): void {
    const order: number[] = [];
    let place = this.ours.length;
    if (this.#recorded[place]?.kind === 'target') place += 1;
    for (; ; place += 1) {
      const line = this.#recorded[place];
      if (line?.kind !== 'page' || !this.#held.has(line.pfn)) break;
      order.push(line.pfn);
    }
    const strays = this.#list.strays(order);
    if (strays === undefined) return;
    for (const pfn of strays) this.#held.set(pfn, false);
    for (const pfn of order.toReversed()) {
      if (!this.#driver.isolatePage(pfn)) continue;
      this.#driver.putBackPage(pfn);
      this.#list.push(pfn);
    }
  }

  /** The host's wish, if the log has one at this place. */
  #applyTarget(): boolean {
    const line = this.#recorded[this.ours.length];
    if (line?.kind !== 'target') return false;
    this.ours.push({ line, isPredicted: true });
    this.#device.setTarget(line.pages);
    return true;
  }

  /**
   * A wish to deflate is here, but the trace shows that the driver had begun one more round of
   * inflating.
   */
  #goesOnFirst(): boolean {
    const line = this.#recorded[this.ours.length];
    const { pageCount } = this.#driver;
    if (line?.kind !== 'target' || line.pages >= pageCount) return false;
    if (this.#device.targetPages <= pageCount) return false;
    const request = this.#requests[this.#nextRequest];
    if (request === undefined) return false;
    const trace = this.#trace;
    for (let event = this.#event; event < request.event; event += 1) {
      if (trace.kind[event] === T.EVENT_FREE && this.#held.has(trace.pfn[event] ?? 0)) return false;
    }
    return true;
  }

  /** Pages that moved before an event of the trace. */
  #migrateUntil(event: number): void {
    for (;;) {
      const moved = this.#movedAway[this.#nextMoved];
      if (moved === undefined || moved.event >= event) return;
      if (this.#held.has(moved.pfn)) {
        if (!this.#migrateNext()) return;
      } else this.#nextMoved += 1;
    }
  }

  /** The OOM notifier, if the trace has a call of it before the driver's next request and the log the pages here. */
  #giveBackNext(): boolean {
    const event = this.#givenBack[this.#nextGivenBack];
    const bound = this.#requests[this.#nextRequest]?.event ?? Infinity;
    if (event === undefined || event > bound) return false;
    this.#nextGivenBack += 1;
    return this.#driver.oomNotify() > 0;
  }

  /**
   * The next page that moved, if the log has its two messages here. The new place is the core's if the second trace has it,
   * else told by the log.
   */
  #migrateNext(): boolean {
    const place = this.ours.length;
    const to = this.#recorded[place];
    const from = this.#recorded[place + 1];
    if (to?.kind !== 'page' || from?.kind !== 'page') return false;
    if (this.#held.has(to.pfn) || !this.#held.has(from.pfn)) return false;
    const bound = this.#requests[this.#nextRequest]?.event ?? this.#trace.count;
    let at = this.#nextMoved;
    while (this.#isBefore(at, bound) && this.#movedAway[at]?.pfn !== from.pfn) at += 1;
    const isProbed = this.#movedTo.get(from.pfn)?.includes(to.pfn) === true;
    if (!this.#isBefore(at, bound) && !isProbed) return false;
    if (!this.#driver.isolatePage(from.pfn)) return false;
    if (this.#isBefore(at, bound)) this.#nextMoved = at + 1;
    this.#held.set(to.pfn, isProbed && !this.#wrongPlaces.has(to.pfn));
    this.#list.push(to.pfn);
    this.#driver.migratePage(from.pfn, to.pfn);
    return true;
  }

  #isBefore(moved: number, event: number): boolean {
    return (this.#movedAway[moved]?.event ?? Infinity) < event;
  }
}

/** A message: its pages, and the `actual` behind it if there is one. */
interface Segment {
  readonly pages: OurLine[];
  actual: number;
}

function segmentsOf(lines: readonly OurLine[]): Segment[] {
  const segments: Segment[] = [];
  let open: Segment = { pages: [], actual: -1 };
  for (const entry of lines) {
    if (entry.line.kind === 'page') open.pages.push(entry);
    if (entry.line.kind !== 'actual') continue;
    open.actual = entry.line.pages;
    segments.push(open);
    open = { pages: [], actual: -1 };
  }
  if (open.pages.length > 0) segments.push(open);
  return segments;
}

/**
 * Compares message by message; a message more or less does not shift the comparison of those after
 * it.
 */
function scoreOf(recorded: readonly BalloonLine[], ours: readonly OurLine[]): BalloonScore {
  const theirs = segmentsOf(recorded.map((line) => ({ line, isPredicted: true })));
  const mine = segmentsOf(ours);
  const pages = { exact: 0, total: 0 };
  const requests = { exact: 0, total: theirs.length };
  theirs.forEach((segment, i) => {
    const other = mine[i];
    let exact = 0;
    segment.pages.forEach(({ line }, at) => {
      const found = other?.pages[at];
      const isSame =
        line.kind === 'page' && found?.line.kind === 'page' && found.line.pfn === line.pfn;
      if (isSame && found.isPredicted) exact += 1;
    });
    pages.exact += exact;
    pages.total += segment.pages.length;
    const isWhole = exact === segment.pages.length && exact === other?.pages.length;
    if (isWhole && other.actual === segment.actual) requests.exact += 1;
  });
  return { pages, requests };
}

/**
 * Runs our driver with the recorded wishes. `wrongEvents`: allocations whose frame was not
 * predicted; `wrongPlaces`: places of compaction that were not.
 */
export function checkBalloon(
  capture: Capture,
  wrongEvents: ReadonlySet<number>,
  wrongPlaces: ReadonlySet<number>,
): BalloonScore {
  const check = new BalloonCheck(capture, wrongEvents, wrongPlaces);
  check.run();
  return scoreOf(check.recorded, check.ours);
}
