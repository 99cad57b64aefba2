// How fast the recorded machine compacted: what a page takes that moves, with all that others did meanwhile.

import * as P from '../program/index.ts';
import type { KernelTrace } from '../read/index.ts';
import * as T from '../read/index.ts';
import { timeOf } from '../read/index.ts';

const KCOMPACTD = /^kcompactd\d/;

/** Whether a task is the kernel's thread that compacts in the background. */
export function isKcompactd({ tasks, task }: KernelTrace, event: number): boolean {
  return KCOMPACTD.test(tasks[task[event] ?? 0]?.comm ?? '');
}

/** How far a run had come: pages that it had moved, and when since its beginning. */
export interface Reached {
  readonly pages: number;
  readonly us: number;
}

/** A run in one zone, with all that others did meanwhile: what it had reached after each batch, at last its end. */
export type RecordedRun = readonly Reached[];

/** The run that begins with an event. */
export function runFrom(trace: KernelTrace, begin: number): RecordedRun {
  const run: Reached[] = [];
  let pages = 0;
  for (let event = begin; event < trace.count; event += 1) {
    if (trace.task[event] !== trace.task[begin]) continue;
    const kind = trace.kind[event];
    const us = timeOf(trace, event) - timeOf(trace, begin);
    if (kind === T.EVENT_MIGRATE) pages += trace.pfn[event] ?? 0;
    else if (kind !== T.EVENT_COMPACT_END) continue;
    run.push({ pages, us });
    if (kind === T.EVENT_COMPACT_END) break;
  }
  return run;
}

/** Those of kcompactd that end. */
export function kcompactdRuns(trace: KernelTrace): RecordedRun[] {
  const runs: RecordedRun[] = [];
  let begin = 0;
  for (let event = 0; event < trace.count; event += 1) {
    if (!isKcompactd(trace, event)) continue;
    if (trace.kind[event] === T.EVENT_COMPACT_BEGIN) begin = event;
    else if (trace.kind[event] === T.EVENT_COMPACT_END) runs.push(runFrom(trace, begin));
  }
  return runs;
}

/**
 * When kcompactd's timer, which runs when a recording begins, had run out: at its first run, if that is one for which nobody woke
 * it (order 0). Before that none of its looks shows. undefined: it was woken first, or never ran.
 */
export function lookUs(trace: KernelTrace, commands: Uint32Array): number | undefined {
  for (let at = 0; at < P.commandCount(commands); at += 1) {
    const event = P.eventOf(commands, at);
    if (P.opOf(commands, at) !== P.OP_SCAN_BEGIN || !isKcompactd(trace, event)) continue;
    return P.shapeOf(commands, at).order === 0 ? timeOf(trace, event) : undefined;
  }
  return undefined;
}

const NOTHING: Reached = { pages: 0, us: 0 };

/** What a run takes for more pages than it moved: as fast as it was in the mean. */
function usBeyond({ pages, us }: Reached, moved: number): number {
  return pages === 0 ? us : (us * moved) / pages;
}

/** When a run had moved so many pages. */
export function usWhen(run: RecordedRun, pages: number): number {
  if (pages === 0) return 0;
  return (
    run.find((reached) => reached.pages >= pages)?.us ?? usBeyond(run.at(-1) ?? NOTHING, pages)
  );
}

/** When a run that had moved so many pages moved the next, or ended. */
function usAfter(run: RecordedRun, pages: number): number {
  const end = run.at(-1) ?? NOTHING;
  if (pages > end.pages) return usBeyond(end, pages);
  return (run.find((reached) => reached.pages > pages) ?? end).us;
}

/**
 * How long emulated runs take, one after another, the last for all that follow: the next batch comes when that run there, having
 * moved as many pages, moved its next one, or ended.
 */
export class CompactionPace {
  readonly #runs: readonly RecordedRun[];
  #next = 0;
  /** Of the run at hand: pages that it has moved, and what it took so far. */
  #moved = 0;
  #us = 0;

  constructor(runs: readonly RecordedRun[]) {
    this.#runs = runs;
  }

  get isTold(): boolean {
    return this.#runs.length > 0;
  }

  /** Of a batch of so many pages, with which, or before which, so many runs began. */
  takesUs(pages: number, begun: number): number {
    let us = 0;
    for (let run = 0; run < begun; run += 1) {
      // one that is over already moved nothing
      if (run > 0) us += this.#end.pages === 0 ? this.#end.us : 0;
      this.#next += 1;
      [this.#moved, this.#us] = [0, 0];
    }
    this.#moved += pages;
    const before = this.#us;
    this.#us = Math.max(before, usAfter(this.#run, this.#moved));
    return us + this.#us - before;
  }

  /** The recorded run that goes with the one at hand. */
  get #run(): RecordedRun {
    return this.#runs[Math.min(Math.max(0, this.#next - 1), this.#runs.length - 1)] ?? [];
  }

  get #end(): Reached {
    return this.#run.at(-1) ?? NOTHING;
  }
}
