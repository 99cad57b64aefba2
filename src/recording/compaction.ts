// What compaction took from the free lists, as far as a recording tells.
//
// Compaction's free scanner takes whole free blocks without an event (`mm_page_alloc` is only for
// requests). They show later: a frame that was free is freed again. Within a run of compaction, up to
// its last migration, such a free only hands the page back to compaction's private list; after it,
// the pages left over really are freed. So a pass over the trace finds the frames that must have
// been taken, and the run in which it happened.

import * as T from './trace-columns.ts';
import type { Trace } from './trace-columns.ts';
import * as P from './program.ts';
import type { ProgramBuilder } from './program.ts';
import type { ZoneMap } from './zone-map.ts';
import { MIGRATETYPE_COUNT, ORDER_COUNT, type AllocatorState } from './pagestate.ts';

/** Frames [start, end) inside one pageblock. */
export interface TakenRange {
  start: number;
  end: number;
}

export interface CompactionRun {
  readonly begin: number;
  readonly end: number;
  readonly task: number;
  readonly zoneStart: number;
  /** Its migrations, in order. */
  readonly batches: readonly Batch[];
  /** Event of its last migration, `begin` if there was none. */
  readonly lastMigration: number;
  /** Frames that left the lists, in the order in which they were found. */
  readonly taken: TakenRange[];
}

/** One call of the migration: its pages' frees come before its event. */
export interface Batch {
  /** First free of it, its own event if it freed nothing: the scanner has run by then. */
  firstFree: number;
  /** Pages that needed a target. */
  pages: number;
}

export interface CompactionFindings {
  readonly runs: readonly CompactionRun[];
  /** 1 for frees that only went to compaction's private list. */
  readonly isPrivate: Uint8Array;
}

const PAGEBLOCK_FRAMES = 512;

interface OpenRun {
  readonly begin: number;
  last: number;
  firstFree: number;
  readonly batches: Batch[];
}

/** Pairs begin and end events by task and zone. */
function findRuns(trace: Trace): CompactionRun[] {
  const runs: CompactionRun[] = [];
  const open = new Map<number, OpenRun>();
  for (let i = 0; i < trace.count; i += 1) {
    const kind = trace.kind[i];
    const task = trace.task[i] ?? 0;
    const run = open.get(task);
    if (kind === T.EVENT_COMPACT_BEGIN) {
      open.set(task, { begin: i, last: i, firstFree: -1, batches: [] });
    } else if (run === undefined) continue;
    else if (kind === T.EVENT_MIGRATE) {
      const pages = (trace.pfn[i] ?? 0) + (trace.gfp[i] ?? 0);
      run.batches.push({ firstFree: run.firstFree < 0 ? i : run.firstFree, pages });
      run.last = i;
      run.firstFree = -1;
    } else if (kind === T.EVENT_FREE && run.firstFree < 0) run.firstFree = i;
    else if (kind === T.EVENT_COMPACT_END) {
      open.delete(task);
      runs.push({
        begin: run.begin,
        end: i,
        task,
        zoneStart: trace.gfp[run.begin] ?? 0,
        batches: run.batches,
        lastMigration: run.last,
        taken: [],
      });
    }
  }
  return runs.toSorted((a, b) => a.begin - b.begin);
}

/** When a frame became free: event number, -1 at the start, or one of these. */
const IN_USE = -2;
const PRIVATE = -3;

function freeSince(start: AllocatorState, frames: number): Int32Array {
  const since = new Int32Array(frames).fill(IN_USE);
  const mark = (pfn: number, order: number): void => {
    since.fill(-1, pfn, pfn + 2 ** order);
  };
  for (const zone of start.zones) {
    for (let i = 0; i < ORDER_COUNT * MIGRATETYPE_COUNT; i += 1) {
      for (const pfn of zone.free[i] ?? []) mark(pfn, Math.floor(i / MIGRATETYPE_COUNT));
    }
    for (const pcp of zone.pcps) {
      pcp.lists.forEach((list, index) => {
        for (const pfn of list) mark(pfn, index >= 12 ? 9 : Math.floor(index / 3));
      });
    }
  }
  return since;
}

class Finder {
  private readonly trace: Trace;
  private readonly zones: ZoneMap;
  private readonly runs: readonly CompactionRun[];
  private readonly since: Int32Array;
  readonly isPrivate: Uint8Array;

  constructor(trace: Trace, zones: ZoneMap, runs: readonly CompactionRun[], since: Int32Array) {
    this.trace = trace;
    this.zones = zones;
    this.runs = runs;
    this.since = since;
    this.isPrivate = new Uint8Array(trace.count);
  }

  scan(first: number, end: number): void {
    const { trace, since } = this;
    for (let i = first; i < end; i += 1) {
      const kind = trace.kind[i];
      const pfn = trace.pfn[i] ?? 0;
      const frames = 2 ** (trace.order[i] ?? 0);
      if (kind === T.EVENT_ALLOC && pfn !== T.NO_FRAME) since.fill(IN_USE, pfn, pfn + frames);
      else if (kind === T.EVENT_FREE) {
        if ((since[pfn] ?? IN_USE) !== IN_USE) this.freedAgain(i, pfn, frames);
        since.fill(this.isPrivate[i] === 1 ? PRIVATE : i, pfn, pfn + frames);
      }
    }
  }

  /** A free frame is freed: a run of compaction since it became free took it. */
  private freedAgain(i: number, pfn: number, frames: number): void {
    const { trace, runs } = this;
    const free = this.since[pfn] ?? IN_USE;
    const within = runs.find((run) => run.begin < i && i < run.end && run.task === trace.task[i]);
    if (within !== undefined && !this.reached(within, pfn)) return;
    if (within !== undefined && i < within.lastMigration) this.isPrivate[i] = 1;
    if (free === PRIVATE) return;
    const run =
      within ??
      runs.find((other) => other.begin > free && other.begin < i && this.reached(other, pfn));
    if (run === undefined) return;
    run.taken.push({ start: pfn, end: pfn + frames });
  }

  /** Whether a run's free scanner came as far down as a frame. */
  private reached(run: CompactionRun, pfn: number): boolean {
    const lowest = (this.trace.extra[run.end] ?? 0) - PAGEBLOCK_FRAMES;
    return pfn >= lowest && this.zones.zoneOf(pfn) === this.zones.zoneOf(run.zoneStart);
  }
}

/** Finds what compaction took and which frees stayed with it. */
export function findCompaction(
  trace: Trace,
  zones: ZoneMap,
  start: AllocatorState,
  span: { first: number; end: number },
): CompactionFindings {
  const runs = findRuns(trace);
  const isPrivate = new Uint8Array(trace.count);
  if (runs.length === 0) return { runs, isPrivate };
  let frames = 0;
  for (let i = 0; i < trace.count; i += 1) {
    const pfn = trace.pfn[i] ?? 0;
    if (pfn !== T.NO_FRAME) frames = Math.max(frames, pfn + 1024);
  }
  for (const zone of start.zones) frames = Math.max(frames, zone.startPfn + zone.spanned);
  const finder = new Finder(trace, zones, runs, freeSince(start, frames));
  finder.scan(span.first, span.end);
  return { runs, isPrivate: finder.isPrivate };
}

/**
 * What each batch took, by the event before which it did. The linear scanner goes down pageblock by
 * pageblock and up inside each; the frames found are spread over the batches in that order, by the
 * pages each batch had to place. (Pages that were never freed again are not found; their share is
 * taken to be even.)
 */
export function takenByBatch(run: CompactionRun): Map<number, TakenRange[]> {
  const byEvent = new Map<number, TakenRange[]>();
  const blockOf = (range: TakenRange): number => Math.floor(range.start / PAGEBLOCK_FRAMES);
  const sorted = run.taken.toSorted((a, b) => blockOf(b) - blockOf(a) || a.start - b.start);
  const pages = run.batches.reduce((sum, batch) => sum + batch.pages, 0);
  const frames = sorted.reduce((sum, range) => sum + range.end - range.start, 0);
  let batch = 0;
  let placed = run.batches[0]?.pages ?? 0;
  let done = 0;
  for (const range of sorted) {
    while (batch + 1 < run.batches.length && (done / frames) * pages >= placed) {
      batch += 1;
      placed += run.batches[batch]?.pages ?? 0;
    }
    done += range.end - range.start;
    const event = run.batches[batch]?.firstFree ?? run.end;
    const ranges = byEvent.get(event);
    if (ranges === undefined) byEvent.set(event, [range]);
    else ranges.push(range);
  }
  return byEvent;
}

/** Emits what a batch took. */
export function emitTaken(
  out: ProgramBuilder,
  zones: ZoneMap,
  ranges: readonly TakenRange[],
  event: number,
): void {
  for (const { start, end } of ranges) {
    const zone = Math.max(0, zones.zoneOf(start));
    out.add(P.OP_VANISH, { zone }, start, end - start, event);
  }
}
