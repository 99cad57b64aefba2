// Memory that leaves at run time: which ranges alloc_contig_range worked on, as far as a recording tells.
//
// The trace shows every migration of an attempt (mm_migrate_pages, reason contig_range: 32 pages at a time, a last one with
// what is left, possibly nothing), but not the range; the device's log shows the ranges that were given up, in the same order.
// An attempt that came to nothing leaves only the pages that it moved.
//
// Order of steps: the range's pageblocks become ISOLATE, the zone's per-cpu lists are drained, pages move away, the free
// blocks are taken, the pageblocks become MOVABLE again, the frames leave.

import {
  FRAME_BYTES,
  MEMORY_BLOCK_FRAMES,
  MIGRATE_MOVABLE,
  PAGEBLOCK_FRAMES,
} from '../../core/index.ts';
import * as T from '../read/index.ts';
import {
  type Capture,
  type ExtraEvent,
  type ExtraKind,
  type FrameSpan,
  type KernelTrace,
  memRequests,
} from '../read/index.ts';
import * as P from './program.ts';
import type { ProgramBuilder } from './program.ts';
import type { ZoneMap } from './zone-map.ts';

/** Pages of one migration of an attempt, and how often it is tried (docs/linux-memory.md A.19). */
export const CONTIG_BATCH_PAGES = 32;
export const CONTIG_BATCH_TRIES = 5;
/** Within an attempt, from event to event at most. */
const ATTEMPT_US = 50_000;

interface ContigAttempt {
  /** Its first event: a drain, or its first migration. */
  first: number;
  /** Its last migration. */
  last: number;
  range: FrameSpan;
  succeeded: boolean;
}

interface OpenAttempt {
  readonly migrations: number[];
  /** Frames whose pages moved away. */
  readonly sources: number[];
  tries: number;
}

/** Frames from which the task of a migration freed pages since an event, without places that failed moves gave back. */
function sourcesOf(trace: KernelTrace, migration: number, after: number): number[] {
  const places = new Set<number>();
  const found: number[] = [];
  const earliestUs = (trace.timeUs[migration] ?? 0) - ATTEMPT_US;
  let first = migration;
  while (first > after + 1 && (trace.timeUs[first - 1] ?? 0) >= earliestUs) first -= 1;
  for (let i = first; i < migration; i += 1) {
    if (trace.task[i] !== trace.task[migration]) continue;
    const pfn = trace.pfn[i] ?? 0;
    if (trace.kind[i] === T.EVENT_ALLOC) places.add(pfn);
    else if (trace.kind[i] === T.EVENT_FREE && !places.has(pfn)) found.push(pfn);
  }
  return found;
}

/** Migrations of one attempt after the other. */
function findAttempts(trace: KernelTrace): OpenAttempt[] {
  const attempts: OpenAttempt[] = [];
  let open: OpenAttempt | undefined;
  let before = -1;
  for (let i = 0; i < trace.count; i += 1) {
    if (trace.kind[i] !== T.EVENT_MIGRATE || trace.extra[i] !== T.MIGRATE_REASON_CONTIG_RANGE)
      continue;
    const failed = trace.gfp[i] ?? 0;
    const moved = trace.pfn[i] ?? 0;
    const sources = moved === 0 ? [] : sourcesOf(trace, i, before).slice(-moved);
    if (open === undefined || !isSameBlock(open.sources, sources)) {
      open = { migrations: [], sources: [], tries: 0 };
      attempts.push(open);
    }
    open.migrations.push(i);
    open.sources.push(...sources);
    open.tries = failed > 0 ? open.tries + 1 : 0;
    const isLast = failed > 0 ? open.tries === CONTIG_BATCH_TRIES : moved < CONTIG_BATCH_PAGES;
    if (isLast) open = undefined;
    before = i;
  }
  return attempts;
}

function blockOf(pfn: number): number {
  return pfn - (pfn % PAGEBLOCK_FRAMES);
}

function isSameBlock(known: readonly number[], more: readonly number[]): boolean {
  const [a, b] = [known.at(-1), more[0]];
  return a === undefined || b === undefined || blockOf(a) === blockOf(b);
}

/** The first event by the task of an attempt that follows at once on what it did before. */
function firstEvent(trace: KernelTrace, migration: number, after: number): number {
  let first = migration;
  let timeUs = trace.timeUs[migration] ?? 0;
  for (let i = migration - 1; i > after && timeUs - (trace.timeUs[i] ?? 0) < ATTEMPT_US; i -= 1) {
    if (trace.task[i] !== trace.task[migration]) continue;
    first = i;
    timeUs = trace.timeUs[i] ?? 0;
  }
  return first;
}

/** Attempts with their ranges, as far as these can be told. */
function contigAttempts(capture: Capture): ContigAttempt[] {
  const { trace } = capture;
  const wanted = memRequests(capture.deviceLog)
    .filter((request) => request.kind === 'unplug')
    .map(({ address, blocks }) => {
      const start = address / FRAME_BYTES;
      return { start, end: start + blocks * PAGEBLOCK_FRAMES };
    });
  const found: ContigAttempt[] = [];
  let next = 0;
  for (const { migrations, sources, tries } of findAttempts(trace)) {
    const [first = 0] = migrations;
    const last = migrations.at(-1) ?? first;
    const range = wanted[next];
    const isInside =
      range !== undefined && sources.every((pfn) => pfn >= range.start && pfn < range.end);
    const before = found.at(-1)?.last ?? -1;
    const at = { first: firstEvent(trace, first, before), last };
    if (tries === 0 && isInside) {
      next += 1;
      found.push({ ...at, range, succeeded: true });
    } else if (sources.length > 0) {
      const start = blockOf(sources[0] ?? 0);
      found.push({ ...at, range: { start, end: start + PAGEBLOCK_FRAMES }, succeeded: false });
    }
  }
  return found;
}

/** Isolates the range of an attempt. */
function emitIsolate(out: ProgramBuilder, zone: number, { start, end }: FrameSpan, event: number) {
  out.add(P.OP_ISOLATE, { zone, type: MIGRATE_MOVABLE }, start, end - start, event);
}

/** Ranges that left the allocator's care, until they come back or their memory block is gone. */
class LeftRanges {
  readonly #ends = new Map<number, number>();

  /** The end of an attempt; what it took leaves. */
  end(
    out: ProgramBuilder,
    zone: number,
    { range: { start, end }, succeeded }: Pick<ContigAttempt, 'range' | 'succeeded'>,
    event: number,
  ): void {
    out.add(P.OP_UNISOLATE, { zone, type: MIGRATE_MOVABLE }, start, end - start, event);
    if (!succeeded) return;
    out.add(P.OP_OFFLINE, { zone, type: P.OFFLINE_LEAVES }, start, end - start, event);
    this.#ends.set(start, end);
  }

  /** A whole memory block, all of which has left already, is no memory any more. */
  gone(out: ProgramBuilder, zones: ZoneMap, { start, end }: FrameSpan, event: number): void {
    const zone = Math.max(0, zones.zoneOf(start));
    out.add(P.OP_OFFLINE, { zone, type: P.OFFLINE_GONE }, start, end - start, event);
    out.add(P.OP_RETUNE, {}, 0, 0, event);
    zones.shrink(start, end);
    for (const left of this.#ends.keys()) if (left >= start && left < end) this.#ends.delete(left);
  }

  /** A frame is freed: the first of a range that left brings all of it back. */
  freed(out: ProgramBuilder, zone: number, start: number, event: number): void {
    const end = this.#ends.get(start);
    if (end === undefined) return;
    this.#ends.delete(start);
    out.add(P.OP_OFFLINE, { zone, type: P.OFFLINE_RETURNS }, start, end - start, event);
  }
}

function isWhole({ start, end }: FrameSpan): boolean {
  return start % MEMORY_BLOCK_FRAMES === 0 && (end - start) % MEMORY_BLOCK_FRAMES === 0;
}

/** Where the second trace shows them: ranges by the events of it at which something happens to them. */
class ProbedRanges {
  readonly #isolated = new Map<ExtraEvent, FrameSpan>();
  readonly #claimed = new Map<ExtraEvent, FrameSpan>();
  readonly #ended = new Map<ExtraEvent, { range: FrameSpan; succeeded: boolean }>();
  readonly #gone = new Map<ExtraEvent, FrameSpan>();

  constructor(events: readonly ExtraEvent[]) {
    const tasks = new Map<number, ExtraEvent[]>();
    for (const event of events) {
      if (!RANGE_KINDS.has(event.kind)) continue;
      const before = tasks.get(event.pid);
      if (event.kind === 'iso' || before === undefined) {
        this.#attempt(before ?? []);
        tasks.set(event.pid, [event]);
      } else before.push(event);
    }
    for (const last of tasks.values()) this.#attempt(last);
  }

  /** An isolation and what its task did until its next: a contiguous range ends it, a block that goes offline does not. */
  #attempt([iso, ...rest]: readonly ExtraEvent[]): void {
    if (iso === undefined || iso.kind !== 'iso') return;
    if (rest.some(({ kind, a }) => kind === 'iso_r' && a !== 0)) return;
    const range = { start: iso.a, end: iso.b };
    this.#isolated.set(iso, range);
    const undo = rest.find(({ kind, a }) => kind === 'undo' && a === range.start);
    if (undo === undefined) {
      const tested = rest.find(({ kind }) => kind === 'test_pages_isolated');
      if (tested !== undefined) this.#gone.set(tested, range);
      return;
    }
    const taken = rest.slice(0, rest.indexOf(undo)).find(({ kind }) => kind === 'isofree');
    if (taken !== undefined) this.#claimed.set(taken, range);
    this.#ended.set(undo, { range, succeeded: taken !== undefined });
  }

  emit(
    out: ProgramBuilder,
    zones: ZoneMap,
    left: LeftRanges,
    { event, probed }: { readonly event: number; readonly probed: ExtraEvent },
  ): void {
    const zoneOf = ({ start }: FrameSpan): number => Math.max(0, zones.zoneOf(start));
    const isolated = this.#isolated.get(probed);
    if (isolated !== undefined) emitIsolate(out, zoneOf(isolated), isolated, event);
    const claimed = this.#claimed.get(probed);
    if (claimed !== undefined) emitClaim(out, zoneOf(claimed), claimed, event);
    const ended = this.#ended.get(probed);
    if (ended !== undefined) left.end(out, zoneOf(ended.range), ended, event);
    const gone = this.#gone.get(probed);
    if (gone !== undefined) left.gone(out, zones, gone, event);
  }
}

/** What a task does to a range: the second trace's events, from its isolation on. */
const RANGE_KINDS: ReadonlySet<ExtraKind> = new Set([
  'iso',
  'iso_r',
  'isofree',
  'test_pages_isolated',
  'undo',
]);

/** All free blocks of the range leave the lists. */
function emitClaim(out: ProgramBuilder, zone: number, { start, end }: FrameSpan, event: number) {
  out.add(P.OP_CLAIM_RANGE, { zone, type: MIGRATE_MOVABLE }, start, end - start, event);
}

/** Attempts by the events at which they begin and end. */
export class ContigPlan {
  private readonly begins = new Map<number, ContigAttempt>();
  private readonly ends = new Map<number, ContigAttempt>();
  private readonly probed: ProbedRanges;
  private readonly left = new LeftRanges();

  constructor(capture: Capture) {
    this.probed = new ProbedRanges(capture.extra.events);
    if (capture.extra.isThere) return;
    for (const attempt of contigAttempts(capture)) {
      this.begins.set(attempt.first, attempt);
      this.ends.set(attempt.last, attempt);
    }
  }

  /** What the second trace shows before an event. */
  probe(out: ProgramBuilder, zones: ZoneMap, event: number, probed: ExtraEvent): void {
    this.probed.emit(out, zones, this.left, { event, probed });
  }

  /** Before an event, where nothing but the trace tells. */
  emit(out: ProgramBuilder, zones: ZoneMap, event: number): void {
    const zoneOf = ({ range }: ContigAttempt): number => Math.max(0, zones.zoneOf(range.start));
    const begun = this.begins.get(event);
    if (begun !== undefined) emitIsolate(out, zoneOf(begun), begun.range, event);
    const ended = this.ends.get(event);
    if (ended === undefined) return;
    if (ended.succeeded) emitClaim(out, zoneOf(ended), ended.range, event);
    this.left.end(out, zoneOf(ended), ended, event);
    if (ended.succeeded && isWhole(ended.range)) this.left.gone(out, zones, ended.range, event);
  }

  /** Before a free of a frame. */
  freed(out: ProgramBuilder, zone: number, pfn: number, event: number): void {
    this.left.freed(out, zone, pfn, event);
  }
}
