// What compaction did, as far as a recording tells: when a run began and where its scanners stood, when each batch of
// pages moved and how many did, which frees only gave a place back to the run, which released what it held.
//
// Compaction's free scanner takes whole free blocks without an event (`mm_page_alloc` is only for requests). Which ones
// the allocator's own scanner says (OP_SCAN_*); this file finds out when it is asked.
//
// Within a run an `mm_page_free` by its task is one of three things:
// - a page that moved is freed where it was: below the migrate scanner, and in use until now;
// - a move failed and gave its place back: a frame that was free when last heard of, above the free scanner. The page stays
//   with the run and shows a second `mm_page_free` if nobody gets it until the end;
// - after the last migration, what the run still holds is released.

import { MIGRATE_MOVABLE, ORDER_MAX, PAGEBLOCK_FRAMES, THP_ORDER } from '../../core/index.ts';
import * as T from '../read/index.ts';
import {
  type AllocatorState,
  eachFreeBlock,
  type ExtraEvent,
  FREED_IN_BATCH,
  isInterrupt,
  type KernelTrace,
} from '../read/index.ts';
import { type ProbedRun, readProbedRun } from './compaction-probed.ts';
import * as P from './program.ts';
import type { ProgramBuilder } from './program.ts';
import type { ZoneMap } from './zone-map.ts';

/** One call of the migration: its pages' frees come before its event. */
interface Batch {
  /** Its mm_migrate_pages. */
  readonly event: number;
  /** Frees by the run's task since the batch before. */
  readonly frees: readonly number[];
  readonly moved: number;
  readonly failed: number;
}

interface CompactionRun {
  readonly begin: number;
  readonly end: number;
  readonly task: number;
  readonly slot: number;
  readonly batches: readonly Batch[];
  /** Frees by the run's task after its last migration. */
  readonly rest: readonly number[];
  /** Order that it is for, 0: none, the zone is compacted from edge to edge. */
  order: number;
  /** Whether the request behind it, if there is one, was for movable pages. */
  moves: boolean;
  /** The request that it is for; -1: none. */
  request: number;
  /** The allocation that got its block from the run itself; -1: none did. */
  captured: number;
  /** What the second trace shows of it. */
  probed?: ProbedRun;
}

interface OpenRun {
  readonly begin: number;
  readonly slot: number;
  readonly batches: Batch[];
  frees: number[];
}

/** A command before an event, or (RETURN) instead of it. */
interface ScanStep {
  readonly op: number;
  readonly shape: { readonly order: number; readonly type: number; readonly zone: number };
  readonly frame: number;
  readonly operand: number;
}

/**
 * The scanner runs when a task with a run has had the processor for so long, free of events of others: an estimate, the
 * trace does not show who ran. Only matters when somebody else refills or drains before the batch's first free.
 */
const SCAN_US = 500;
/** The same for the migrate scanner's first step, which follows a migration at once. */
const STEP_US = 30;

/** When a frame became free: event number, or one of these. */
const SINCE_START = -1;
const IN_USE = -2;
const STATUS_SUCCESS = T.COMPACT_STATUSES.indexOf('success');
const STATUS_PARTIAL = T.COMPACT_STATUSES.indexOf('partial_skipped');
/** What kcompactd is woken for when nothing tells: huge pages. */
const LIKELY_ORDER = THP_ORDER;

function isPlainFree(trace: KernelTrace, event: number, links: Int32Array): boolean {
  const isOwn = trace.kind[event] === T.EVENT_FREE && !isInterrupt(trace, event);
  return isOwn && links[event] !== FREED_IN_BATCH;
}

function freeSlot(open: ReadonlyMap<number, OpenRun>): number {
  const used = new Set([...open.values()].map((run) => run.slot));
  let slot = 0;
  while (used.has(slot)) slot += 1;
  return slot % P.SCAN_SLOTS;
}

/** Pairs begin and end events by task. */
function findRuns(trace: KernelTrace, links: Int32Array): CompactionRun[] {
  const runs: CompactionRun[] = [];
  const open = new Map<number, OpenRun>();
  for (let i = 0; i < trace.count; i += 1) {
    const kind = trace.kind[i];
    const task = trace.task[i] ?? 0;
    const run = open.get(task);
    if (kind === T.EVENT_COMPACT_BEGIN) {
      open.set(task, { begin: i, slot: freeSlot(open), batches: [], frees: [] });
    } else if (run === undefined) continue;
    else if (kind === T.EVENT_MIGRATE) {
      const [moved, failed] = [trace.pfn[i] ?? 0, trace.gfp[i] ?? 0];
      run.batches.push({ event: i, frees: run.frees, moved, failed });
      run.frees = [];
    } else if (isPlainFree(trace, i, links)) run.frees.push(i);
    else if (kind === T.EVENT_COMPACT_END) {
      open.delete(task);
      const { begin, slot, batches, frees } = run;
      runs.push({
        begin,
        end: i,
        task,
        slot,
        batches,
        rest: frees,
        order: 0,
        moves: true,
        request: -1,
        captured: -1,
      });
    }
  }
  return runs;
}

/** What the task asks for next is what a direct run was for. */
function setRequest(trace: KernelTrace, run: CompactionRun): void {
  run.order = LIKELY_ORDER;
  let took = false;
  for (let i = run.end + 1; i < trace.count; i += 1) {
    if (trace.task[i] !== run.task || isInterrupt(trace, i)) continue;
    took ||= trace.kind[i] === T.EVENT_TAKE || trace.kind[i] === T.EVENT_FALLBACK;
    if (trace.kind[i] !== T.EVENT_ALLOC) continue;
    run.request = i;
    const isServed = trace.pfn[i] !== T.NO_FRAME && trace.order[run.end] === STATUS_SUCCESS;
    if (!took && isServed && trace.order[i] !== 0) run.captured = i;
    run.order = Math.max(1, trace.order[i] ?? 0);
    run.moves = trace.type[i] === MIGRATE_MOVABLE;
    return;
  }
}

function isKcompactd(trace: KernelTrace, run: CompactionRun): boolean {
  return (trace.tasks[run.task]?.comm ?? '').startsWith('kcompactd');
}

/**
 * kcompactd's own, proactive runs and a write to compact_memory visit all zones from the lowest on and
 * end whole in each; runs for an order visit the zones where they may help.
 */
function setOrders(trace: KernelTrace, runs: readonly CompactionRun[], zones: ZoneMap): void {
  runs.forEach((run, at) => {
    if (run.probed?.order !== undefined) {
      if (run.probed.order > 0 && !isKcompactd(trace, run)) setRequest(trace, run);
      run.order = run.probed.order;
      return;
    }
    const mode = trace.order[run.batches[0]?.event ?? -1] ?? T.MIGRATE_MODE_SYNC;
    if (mode === T.MIGRATE_MODE_SYNC) return;
    if (!isKcompactd(trace, run)) {
      setRequest(trace, run);
      return;
    }
    let first = at;
    const zoneOf = (one: CompactionRun | undefined): number =>
      zones.zoneOf(trace.gfp[one?.begin ?? 0] ?? 0);
    while (
      first > 0 &&
      runs[first - 1]?.task === run.task &&
      zoneOf(runs[first - 1]) < zoneOf(runs[first])
    )
      first -= 1;
    const group = runs.slice(first, at + 1);
    const isWhole = group.every((other) => trace.order[other.end] !== STATUS_PARTIAL);
    if (zoneOf(group[0]) !== 0 || !isWhole) run.order = LIKELY_ORDER;
  });
}

function freeSince(start: AllocatorState, frames: number): Int32Array {
  const since = new Int32Array(frames).fill(IN_USE);
  for (const zone of start.zones) {
    eachFreeBlock(zone, (pfn, order) => since.fill(SINCE_START, pfn, pfn + 2 ** order));
  }
  return since;
}

/** For each free within runs, whether the frame was free when last heard of. */
function freedAgain(
  trace: KernelTrace,
  runs: readonly CompactionRun[],
  start: AllocatorState,
  span: { first: number; end: number },
): Uint8Array {
  const again = new Uint8Array(trace.count);
  if (runs.length === 0) return again;
  let frames = 0;
  for (let i = 0; i < trace.count; i += 1) {
    const pfn = trace.pfn[i] ?? 0;
    if (pfn !== T.NO_FRAME) frames = Math.max(frames, pfn + 2 ** ORDER_MAX);
  }
  for (const zone of start.zones) frames = Math.max(frames, zone.startPfn + zone.spanned);
  const since = freeSince(start, frames);
  for (let i = span.first; i < span.end; i += 1) {
    const kind = trace.kind[i];
    const pfn = trace.pfn[i] ?? 0;
    if (kind === T.EVENT_ALLOC && pfn !== T.NO_FRAME) {
      since.fill(IN_USE, pfn, pfn + 2 ** (trace.order[i] ?? 0));
    } else if (kind === T.EVENT_FREE) {
      if ((since[pfn] ?? IN_USE) !== IN_USE) again[i] = 1;
      since.fill(i, pfn, pfn + 2 ** (trace.order[i] ?? 0));
    }
  }
  return again;
}

function blockEnd(pfn: number): number {
  return pfn - (pfn % PAGEBLOCK_FRAMES) + PAGEBLOCK_FRAMES;
}

/** The commands of all runs, by the event that they belong to. */
export class RecordedCompaction {
  private readonly trace: KernelTrace;
  private readonly zones: ZoneMap;
  private readonly again: Uint8Array;
  private readonly byEvent = new Map<number, ScanStep[]>();
  private readonly byProbe = new Map<ExtraEvent, ScanStep[]>();
  /** Allocation by the event before which its capture happens. */
  private readonly capturedBy = new Map<number, number>();

  constructor(
    trace: KernelTrace,
    zones: ZoneMap,
    start: AllocatorState,
    span: { first: number; end: number },
    links: Int32Array,
    extra: readonly ExtraEvent[],
  ) {
    this.trace = trace;
    this.zones = zones;
    const runs = findRuns(trace, links);
    for (const run of runs) {
      const probed = readProbedRun(trace, run, extra);
      if (probed !== undefined) run.probed = probed;
    }
    setOrders(trace, runs, zones);
    this.again = freedAgain(trace, runs, start, span);
    this.requests = new Set(runs.map(({ request }) => request));
    for (const run of runs) this.addRun(run);
  }

  /** Adds the commands that come before an event. True: they stand for the event itself. */
  emit(out: ProgramBuilder, event: number): boolean {
    let replaced = false;
    for (const { op, shape, frame, operand } of this.byEvent.get(event) ?? []) {
      const command = out.add(op, shape, frame, operand, event);
      if (op === P.OP_CAPTURE) this.captures.set(this.capturedBy.get(event) ?? 0, command);
      replaced ||= op === P.OP_SCAN_RETURN;
    }
    return replaced;
  }

  /** Adds the commands that belong to an event of the second trace. */
  probe(out: ProgramBuilder, event: number, probed: ExtraEvent): void {
    for (const { op, shape, frame, operand } of this.byProbe.get(probed) ?? []) {
      out.add(op, shape, frame, operand, event);
    }
  }

  private shapeFor(run: CompactionRun, op: number, order: number): ScanStep['shape'] {
    const zone = Math.max(0, this.zones.zoneOf(this.zoneStart(run)));
    const flags = op === P.OP_SCAN_BEGIN ? this.flagsOf(run) << P.SCAN_FLAGS_SHIFT : 0;
    return { order, zone, type: run.slot | flags };
  }

  private add(
    run: CompactionRun,
    event: number,
    op: number,
    { order = 0, frame = 0, operand = 0 }: { order?: number; frame?: number; operand?: number },
  ): void {
    const step = { op, shape: this.shapeFor(run, op, order), frame, operand };
    const known = this.byEvent.get(event);
    if (known === undefined) this.byEvent.set(event, [step]);
    else known.push(step);
  }

  private modeOf(run: CompactionRun): number {
    const first = run.batches[0];
    return first === undefined ? 0 : (this.trace.order[first.event] ?? 0);
  }

  private flagsOf(run: CompactionRun): number {
    const mode = this.modeOf(run);
    return (run.moves ? 0 : P.SCAN_IN_ORDER) | (mode === 0 ? P.SCAN_ASYNC : 0);
  }

  /** Requests that have compacted before they were served. */
  readonly requests: ReadonlySet<number>;

  /** Command of each allocation that was given its block by a run of its own. */
  readonly captures: Map<number, number> = new Map();

  /** The block is the run's once the last of its frames is freed. */
  private addCapture(run: CompactionRun): void {
    const { trace } = this;
    const frame = trace.pfn[run.captured] ?? 0;
    const order = trace.order[run.captured] ?? 0;
    let last = run.end;
    for (let i = run.begin; i < run.end; i += 1) {
      const isFree = trace.kind[i] === T.EVENT_FREE || trace.kind[i] === T.EVENT_DRAIN;
      const pfn = trace.pfn[i] ?? 0;
      if (isFree && trace.task[i] === run.task && pfn >= frame && pfn < frame + 2 ** order)
        last = i;
    }
    this.add(run, last + 1, P.OP_CAPTURE, { order, frame, operand: last === run.end ? 0 : 1 });
    this.capturedBy.set(last + 1, run.captured);
  }

  private addRun(run: CompactionRun): void {
    const { trace } = this;
    if (run.captured >= 0) this.addCapture(run);
    if (run.batches.length === 0) return;
    const at = {
      order: run.order,
      frame: trace.extra[run.begin] ?? 0,
      operand: trace.pfn[run.begin] ?? 0,
    };
    this.add(run, run.begin, P.OP_SCAN_BEGIN, at);
    if (run.probed !== undefined && run.probed.steps.length > 0) this.addProbed(run, run.probed);
    else this.addBatches(run);
    for (const event of run.rest) {
      const shape = { order: trace.order[event] ?? 0, frame: trace.pfn[event] ?? 0 };
      this.add(run, event, P.OP_SCAN_LEAVE, shape);
    }
    const isOver = trace.order[run.end] !== STATUS_SUCCESS;
    const stand = { frame: trace.extra[run.end] ?? 0, operand: isOver ? 1 : 0 };
    this.add(run, run.end, P.OP_SCAN_END, stand);
  }

  /** Batches, searches and places as the second trace shows them, each at its own moment. */
  private addProbed(run: CompactionRun, { steps, returned }: ProbedRun): void {
    const { trace } = this;
    let batch = -1;
    for (const { at, op, order, frame, operand } of steps) {
      if (op === P.OP_SCAN_BATCH) batch += 1;
      const done = op === P.OP_SCAN_BATCH ? this.sourceOf(run, batch).done : 0;
      const step = { op, shape: this.shapeFor(run, op, order), frame, operand: operand | done };
      const known = this.byProbe.get(at);
      if (known === undefined) this.byProbe.set(at, [step]);
      else known.push(step);
    }
    for (const event of returned) {
      const place = { order: trace.order[event] ?? 0, frame: trace.pfn[event] ?? 0 };
      this.add(run, event, P.OP_SCAN_RETURN, place);
    }
  }

  private addBatches(run: CompactionRun): void {
    run.batches.forEach((batch, number) => {
      const { frame, done } = this.sourceOf(run, number);
      const collected = { frame, operand: (batch.moved + batch.failed) | done };
      const before = run.batches[number - 1]?.event ?? run.begin;
      this.add(run, this.scanPoint(batch, before, STEP_US), P.OP_SCAN_BATCH, collected);
      this.addBatch(run, batch, this.scanPoint(batch, before, SCAN_US));
    });
  }

  /** A frame of the pageblock that a batch came from, and whether it took the last pages there. */
  private sourceOf(run: CompactionRun, number: number): { frame: number; done: number } {
    const { trace } = this;
    const first = this.firstSource(run, run.batches[number]);
    if (first === undefined) return { frame: trace.pfn[run.end] ?? 0, done: 0 };
    const next = run.batches[number + 1];
    const after = next === undefined ? trace.pfn[run.end] : this.firstSource(run, next);
    const stays = after !== undefined && after >= blockEnd(first) - PAGEBLOCK_FRAMES;
    const done = stays && after < blockEnd(first) ? 0 : P.SCAN_BLOCK_DONE;
    return { frame: first, done };
  }

  private firstSource(run: CompactionRun, batch: Batch | undefined): number | undefined {
    const event = batch?.frees.find((free) => !this.givesBack(run, free));
    return event === undefined ? undefined : this.trace.pfn[event];
  }

  /** Whether a free during a migration gives a place back. */
  private givesBack(run: CompactionRun, event: number): boolean {
    if (run.probed !== undefined && run.probed.steps.length > 0) {
      return run.probed.returned.has(event);
    }
    if (this.again[event] !== 1) return false;
    const pfn = this.trace.pfn[event] ?? 0;
    // A run for an order also takes places from the lists, below where its free scanner stands.
    const [target = 0, source = 0] = [this.trace.extra[run.end], this.trace.pfn[run.end]];
    const lowest = run.order > 0 ? source : target - PAGEBLOCK_FRAMES;
    return pfn >= lowest && this.zones.zoneOf(pfn) === this.zones.zoneOf(this.zoneStart(run));
  }

  private zoneStart(run: CompactionRun): number {
    return this.trace.gfp[run.begin] ?? 0;
  }

  /** The event before which a batch's places are looked for, at the latest its first free. */
  private scanPoint(batch: Batch, before: number, neededUs: number): number {
    const { trace } = this;
    const latest = batch.frees[0] ?? batch.event;
    for (let i = before + 1; i < latest; i += 1) {
      if ((trace.timeUs[i] ?? 0) - (trace.timeUs[i - 1] ?? 0) >= neededUs) return i;
    }
    return latest;
  }

  private addBatch(run: CompactionRun, batch: Batch, point: number): void {
    const { trace } = this;
    let moved = 0;
    let taken = 0;
    batch.frees.forEach((event, at) => {
      const order = trace.order[event] ?? 0;
      if (this.givesBack(run, event)) {
        this.add(run, event, P.OP_SCAN_RETURN, { order, frame: trace.pfn[event] ?? 0 });
        return;
      }
      moved += 2 ** order;
      if (moved <= taken) return;
      taken = this.addTakes(run, batch, { from: at, at: at === 0 ? point : event, taken });
    });
    this.add(run, batch.event, P.OP_SCAN_TAKE, { operand: batch.moved });
  }

  /** Places for the pages that move from one free on, up to the next failed move; how many frames have one then. */
  private addTakes(
    run: CompactionRun,
    batch: Batch,
    { from, at, taken }: { from: number; at: number; taken: number },
  ): number {
    const { trace } = this;
    let frames = taken;
    for (let i = from; i < batch.frees.length; i += 1) {
      const free = batch.frees[i] ?? 0;
      if (this.givesBack(run, free)) break;
      const order = trace.order[free] ?? 0;
      frames += 2 ** order;
      const next = batch.frees[i + 1];
      const isSame =
        next !== undefined && !this.givesBack(run, next) && trace.order[next] === order;
      if (!isSame) this.add(run, at, P.OP_SCAN_TAKE, { order, operand: frames });
    }
    return frames;
  }
}
