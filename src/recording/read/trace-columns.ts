// A trace in memory: typed columns, one entry an event, no object an event.
// Kept apart from the text reader so that other sources can fill the same form.

export const EVENT_ALLOC = 1;
export const EVENT_FREE = 2;
export const EVENT_FREE_BATCHED = 3;
/** A block leaves the buddy lists (for a per-cpu list or for the caller). */
export const EVENT_TAKE = 4;
export const EVENT_DRAIN = 5;
export const EVENT_FALLBACK = 6;
export const EVENT_MIGRATE = 7;
export const EVENT_COMPACT_BEGIN = 8;
export const EVENT_COMPACT_END = 9;
export const EVENT_KSWAPD_WAKE = 10;
export const EVENT_WAKEUP_KSWAPD = 11;
export const EVENT_FORK = 12;
export const EVENT_EXIT = 13;
export const EVENT_EXEC = 14;
export const EVENT_BULK_BEGIN = 15;
export const EVENT_BULK_END = 16;
export const EVENT_STATE_START = 17;
export const EVENT_STATE_END = 18;

/** Names of the event kinds by number, as the trace writes them. */
export const EVENT_NAMES: readonly string[] = [
  '',
  'mm_page_alloc',
  'mm_page_free',
  'mm_page_free_batched',
  'mm_page_alloc_zone_locked',
  'mm_page_pcpu_drain',
  'mm_page_alloc_extfrag',
  'mm_migrate_pages',
  'mm_compaction_begin',
  'mm_compaction_end',
  'mm_vmscan_kswapd_wake',
  'mm_vmscan_wakeup_kswapd',
  'sched_process_fork',
  'sched_process_exit',
  'sched_process_exec',
  'page_bulk_begin',
  'page_bulk_end',
  'pagestate start',
  'pagestate end',
];

/** Whether `pfn` of an event of this kind is a frame, and not a process or a number of pages. */
export function namesFrame(kind: number): boolean {
  return kind <= EVENT_FALLBACK || kind === EVENT_COMPACT_BEGIN || kind === EVENT_COMPACT_END;
}

/** What a time has to be: beyond it, one that runs backwards could not be told. */
export const TIME_EXPECTED = 'a time below 2^53 microseconds';

/** pfn of an allocation that failed. */
export const NO_FRAME = 0xffff_ffff;

/** Bits of the context column. */
export const CONTEXT_DEPTH_MASK = 0x0f; // preemption depth
export const CONTEXT_HARDIRQ = 0x10;
export const CONTEXT_SOFTIRQ = 0x20;
export const CONTEXT_IRQS_OFF = 0x40;

/** reason= of mm_migrate_pages, in `extra`. */
export const MIGRATE_REASONS: readonly string[] = [
  'compaction',
  'memory_failure',
  'memory_hotplug',
  'syscall_or_cpuset',
  'mempolicy_mbind',
  'numa_misplaced',
  'contig_range',
  'longterm_pin',
  'demotion',
  'damon',
];

export const MIGRATE_REASON_COMPACTION = 0;
export const MIGRATE_REASON_CONTIG_RANGE = 6;

/** mode= of mm_migrate_pages, in `order`. */
export const MIGRATE_MODES: readonly string[] = [
  'MIGRATE_ASYNC',
  'MIGRATE_SYNC_LIGHT',
  'MIGRATE_SYNC',
];
export const MIGRATE_MODE_SYNC = 2;

/** status= of mm_compaction_end. */
export const COMPACT_STATUSES: readonly string[] = [
  'not_suitable_zone',
  'skipped',
  'deferred',
  'no_suitable_page',
  'continue',
  'complete',
  'partial_skipped',
  'contended',
  'success',
];

/** One task as the trace names it. */
export interface TraceTask {
  readonly comm: string;
  readonly pid: number;
}

/** A line that the recorder wrote for itself: `guestmem call c1 10`. */
export interface TraceMark {
  /** The event that follows. */
  readonly event: number;
  readonly timeUs: number;
  /** Behind `guestmem `. */
  readonly text: string;
}

/**
 * Columns by event number. What `pfn`, `order`, `type`, `gfp` and `extra` hold depends on the kind:
 *   alloc          frame (NO_FRAME: failed), order, migratetype, gfp
 *   free           frame, order                     batched: the same, order always 0
 *   take, drain    frame, order, migratetype
 *   fallback       frame, alloc order, alloc type   extra: FALLBACK_* packed
 *   migrate        pages moved, order: mode         extra: index in MIGRATE_REASONS, gfp: pages failed
 *   compact        migrate scanner                  extra: free scanner, gfp: zone start,
 *                  type: 1 sync, 0 async; end: order: index in COMPACT_STATUSES
 *   kswapd         -, order                         wakeup: gfp
 *   fork           parent pid                       extra: child pid, type: 1 khugepaged, 0 another
 *   exit, exec     pid
 *   bulk begin     -, gfp, extra: asked             bulk end: extra: taken
 */
export interface KernelTrace {
  readonly file: string;
  readonly count: number;
  /** How many entries the header says there are; undefined: it does not say. */
  readonly entries: number | undefined;
  /** Where the header says so; 0: nowhere. */
  readonly entriesLine: number;
  /** Lines of the file. */
  readonly lines: number;
  readonly kind: Uint8Array;
  /** Microseconds since boot. */
  readonly timeUs: Float64Array;
  /** Index into tasks. */
  readonly task: Uint32Array;
  readonly cpu: Uint8Array;
  readonly context: Uint8Array;
  readonly pfn: Uint32Array;
  readonly order: Uint8Array;
  readonly type: Uint8Array;
  readonly gfp: Uint32Array;
  readonly extra: Uint32Array;
  /** Line in the file, 1-based. */
  readonly line: Uint32Array;
  readonly tasks: readonly TraceTask[];
  readonly marks: readonly TraceMark[];
}

/** extra of a fallback event: order | type << 8 | change_ownership << 16. */
export function packFallback(order: number, type: number, owned: number): number {
  return order | (type << 8) | (owned << 16);
}

/** Of a fallback: order of the block that was found, and whether its whole pageblock was claimed. */
export function unpackFallback(extra: number): { order: number; isClaimed: boolean } {
  return { order: extra & 0xf, isClaimed: extra >> 16 !== 0 };
}

/** Rows that columns begin with: those of a short trace take no more than it needs. */
const ROWS_FIRST = 2 ** 13;

/** Growing columns; `finish` gives views of the filled part. */
export class TraceBuilder {
  count = 0;
  entries: number | undefined;
  entriesLine = 0;
  lines = 0;
  readonly tasks: TraceTask[] = [];
  readonly marks: TraceMark[] = [];
  kind: Uint8Array = new Uint8Array(0);
  timeUs: Float64Array = new Float64Array(0);
  task: Uint32Array = new Uint32Array(0);
  cpu: Uint8Array = new Uint8Array(0);
  context: Uint8Array = new Uint8Array(0);
  pfn: Uint32Array = new Uint32Array(0);
  order: Uint8Array = new Uint8Array(0);
  type: Uint8Array = new Uint8Array(0);
  gfp: Uint32Array = new Uint32Array(0);
  extra: Uint32Array = new Uint32Array(0);
  line: Uint32Array = new Uint32Array(0);

  /** Makes room for one more event and gives its number. */
  add(): number {
    if (this.count === this.kind.length) this.grow(Math.max(ROWS_FIRST, this.count * 2));
    this.count += 1;
    return this.count - 1;
  }

  private grow(size: number): void {
    this.kind = copyInto(new Uint8Array(size), this.kind);
    this.timeUs = copyInto(new Float64Array(size), this.timeUs);
    this.task = copyInto(new Uint32Array(size), this.task);
    this.cpu = copyInto(new Uint8Array(size), this.cpu);
    this.context = copyInto(new Uint8Array(size), this.context);
    this.pfn = copyInto(new Uint32Array(size), this.pfn);
    this.order = copyInto(new Uint8Array(size), this.order);
    this.type = copyInto(new Uint8Array(size), this.type);
    this.gfp = copyInto(new Uint32Array(size), this.gfp);
    this.extra = copyInto(new Uint32Array(size), this.extra);
    this.line = copyInto(new Uint32Array(size), this.line);
  }

  finish(file: string): KernelTrace {
    const n = this.count;
    return {
      file,
      count: n,
      entries: this.entries,
      entriesLine: this.entriesLine,
      lines: this.lines,
      kind: this.kind.subarray(0, n),
      timeUs: this.timeUs.subarray(0, n),
      task: this.task.subarray(0, n),
      cpu: this.cpu.subarray(0, n),
      context: this.context.subarray(0, n),
      pfn: this.pfn.subarray(0, n),
      order: this.order.subarray(0, n),
      type: this.type.subarray(0, n),
      gfp: this.gfp.subarray(0, n),
      extra: this.extra.subarray(0, n),
      line: this.line.subarray(0, n),
      tasks: this.tasks,
      marks: this.marks,
    };
  }
}

function copyInto<T extends Uint8Array | Uint32Array | Float64Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
