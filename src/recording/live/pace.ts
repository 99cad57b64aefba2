// How fast the recorded machine compacted: what a page takes that moves, with all that others did meanwhile.

import type { KernelTrace } from '../read/index.ts';
import * as T from '../read/index.ts';
import { timeOf } from '../read/index.ts';

const KCOMPACTD = /^kcompactd\d/;

/** Whether a task is the kernel's thread that compacts in the background. */
export function isKcompactd({ tasks, task }: KernelTrace, event: number): boolean {
  return KCOMPACTD.test(tasks[task[event] ?? 0]?.comm ?? '');
}

/** A run of kcompactd in one zone, with all that others did meanwhile. */
export interface RecordedRun {
  readonly us: number;
  /** Pages that it moved. */
  readonly pages: number;
}

export function kcompactdRuns(trace: KernelTrace): RecordedRun[] {
  const runs: RecordedRun[] = [];
  let [beginUs, pages] = [0, 0];
  for (let event = 0; event < trace.count; event += 1) {
    if (!isKcompactd(trace, event)) continue;
    const kind = trace.kind[event];
    if (kind === T.EVENT_COMPACT_BEGIN) [beginUs, pages] = [timeOf(trace, event), 0];
    else if (kind === T.EVENT_MIGRATE) pages += trace.pfn[event] ?? 0;
    else if (kind === T.EVENT_COMPACT_END) runs.push({ us: timeOf(trace, event) - beginUs, pages });
  }
  return runs;
}

/**
 * How long the emulated kcompactd takes, run by run, the last for all that follow: for each page what one took in that run
 * there, or, where that moved none, what the run took.
 */
export class CompactionPace {
  readonly #runs: readonly RecordedRun[];
  #next = 0;

  constructor(trace: KernelTrace) {
    this.#runs = kcompactdRuns(trace);
  }

  get isTold(): boolean {
    return this.#runs.length > 0;
  }

  /** Of a batch of so many pages, with which, or before which, so many runs began. */
  takesUs(pages: number, begun: number): number {
    let us = 0;
    for (let run = 0; run < begun; run += 1) {
      us += this.#at(this.#next).pages === 0 ? this.#at(this.#next).us : 0;
      this.#next += 1;
    }
    const { us: runUs, pages: moved } = this.#at(this.#next - 1);
    return us + (moved === 0 ? 0 : (pages * runUs) / moved);
  }

  #at(run: number): RecordedRun {
    return this.#runs[Math.min(Math.max(0, run), this.#runs.length - 1)] ?? { us: 0, pages: 0 };
  }
}
