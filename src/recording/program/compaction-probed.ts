// What the second trace shows of a run of compaction: which batches were collected when, when the free scanner searched and which
// blocks it found, which places were handed out and which came back. Nothing of that is guessed then (compaction.ts).

import { ORDERS } from '../../core/index.ts';
import type { ExtraEvent, KernelTrace } from '../read/index.ts';
import * as T from '../read/index.ts';
import { isInterrupt } from '../read/index.ts';
import * as P from './program.ts';

/** One command, at an event of the second trace. */
export interface ProbedStep {
  readonly at: ExtraEvent;
  readonly op: number;
  readonly order: number;
  readonly frame: number;
  readonly operand: number;
}

/** A run's commands, and the frees of the first trace by which a failed move gave a place back. */
export interface ProbedRun {
  readonly steps: readonly ProbedStep[];
  readonly returned: ReadonlySet<number>;
  /** Order that it is for, 0: none; undefined: it does not show. */
  readonly order: number | undefined;
}

interface Span {
  readonly begin: number;
  readonly end: number;
  readonly task: number;
}

/** Orders of blocks by frame, as the task frees them when they have moved. */
function freedOrders(trace: KernelTrace, { begin, end, task }: Span): Map<number, number> {
  const orders = new Map<number, number>();
  for (let i = begin; i < end; i += 1) {
    if (trace.kind[i] !== T.EVENT_FREE || trace.task[i] !== task) continue;
    orders.set(trace.pfn[i] ?? 0, trace.order[i] ?? 0);
  }
  return orders;
}

/** The free by which each place came back: its task's next of that frame. */
function returnsOf(trace: KernelTrace, span: Span, events: readonly ExtraEvent[]): Set<number> {
  const found = new Set<number>();
  let from = span.begin;
  for (const { kind, a, timeUs } of events) {
    if (kind !== 'cfree') continue;
    while (from < span.end && (trace.timeUs[from] ?? 0) < timeUs) from += 1;
    for (let i = from; i < span.end; i += 1) {
      const isOwn = trace.task[i] === span.task && !isInterrupt(trace, i);
      if (!isOwn || trace.kind[i] !== T.EVENT_FREE || trace.pfn[i] !== a) continue;
      found.add(i);
      break;
    }
  }
  return found;
}

/** Blocks found by one search, by order. */
function countOrders(found: readonly ExtraEvent[]): number[] {
  const counts = Array.from({ length: ORDERS }, () => 0);
  for (const { b } of found) counts[b] = (counts[b] ?? 0) + 1;
  return counts;
}

class RunReader {
  readonly steps: ProbedStep[] = [];
  readonly #orders: ReadonlyMap<number, number>;
  /** Frames of the batch at hand that have a place. */
  #handed = 0;
  /** Of the call of compaction_alloc at hand: what needs a place, and what was seen since. */
  #source = 0;
  #found: ExtraEvent[] = [];
  #sought: ExtraEvent | undefined;
  /** Frames of the blocks that were tried since the kernel said how many it took. */
  #tried = 0;

  constructor(orders: ReadonlyMap<number, number>) {
    this.#orders = orders;
  }

  read(event: ExtraEvent): void {
    const { kind, a, b } = event;
    if (kind === 'mm_compaction_isolate_migratepages' && b > 0) {
      this.#handed = 0;
      this.#add(event, P.OP_SCAN_BATCH, { frame: a, operand: b });
    } else if (kind === 'calloc') {
      [this.#source, this.#found, this.#sought, this.#tried] = [a, [], undefined, 0];
    } else if (kind === 'isofree') {
      this.#search(event);
      this.#found.push(event);
      this.#tried += 2 ** b;
      this.#add(event, P.OP_SCAN_HOLD, { frame: a, order: b });
    } else if (kind === 'mm_compaction_isolate_freepages') this.#taken(b);
    else if (kind === 'mm_compaction_fast_isolate_freepages') {
      this.#search(event);
      this.#taken(b);
    } else if (kind === 'calloc_r') this.#answer(event);
    else if (kind === 'cfree') this.#handed -= 2 ** (this.#orders.get(a) ?? 0);
  }

  /** The first that is seen of a search. */
  #search(event: ExtraEvent): void {
    if (this.#sought === undefined) this.#add(event, P.OP_SCAN_SEARCH, {});
    this.#sought = event;
  }

  /** The probe stands before the zone is asked whether it can spare a block: if it cannot the last one tried stays where it is. */
  #taken(frames: number): void {
    if (this.#tried > frames) {
      this.#found.pop();
      this.steps.pop();
    }
    this.#tried = 0;
  }

  /** compaction_alloc is done: the search, if there was one, is over; a page has its place or there is none. */
  #answer(event: ExtraEvent): void {
    if (event.a === T.NO_FRAME) this.#search(event);
    if (this.#sought !== undefined) {
      countOrders(this.#found).forEach((operand, order) => {
        this.#add(event, P.OP_SCAN_SETTLE, { order, operand });
      });
    }
    if (event.a === T.NO_FRAME) return;
    const order = this.#orders.get(this.#source) ?? 0;
    this.#handed += 2 ** order;
    this.#add(event, P.OP_SCAN_TAKE, { order, frame: event.a, operand: this.#handed });
  }

  #add(
    at: ExtraEvent,
    op: number,
    { order = 0, frame = 0, operand = 0 }: { order?: number; frame?: number; operand?: number },
  ): void {
    this.steps.push({ at, op, order, frame, operand });
  }
}

/** What the probes show of a run; undefined when they show nothing of it. */
export function readProbedRun(
  trace: KernelTrace,
  span: Span,
  events: readonly ExtraEvent[],
): ProbedRun | undefined {
  const pid = trace.tasks[span.task]?.pid;
  const [beginUs = 0, endUs = 0] = [trace.timeUs[span.begin], trace.timeUs[span.end]];
  const own = events.filter(
    (event) => event.pid === pid && event.timeUs >= beginUs && event.timeUs <= endUs,
  );
  const finished = own.find(({ kind }) => kind === 'mm_compaction_finished');
  const order = finished === undefined ? undefined : Math.max(0, finished.a);
  if (!own.some(({ kind }) => kind === 'calloc')) {
    return order === undefined ? undefined : { steps: [], returned: new Set(), order };
  }
  const reader = new RunReader(freedOrders(trace, span));
  for (const event of own) reader.read(event);
  return { steps: reader.steps, returned: returnsOf(trace, span, own), order };
}
