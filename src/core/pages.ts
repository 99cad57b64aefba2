// Page requests and frees: Linux's alloc_pages and free_pages, and what reclaim does to the lists.
// Answers of zero and above are results, those below zero STATUS_* codes, here as in all calls.

import { NONE } from '../abi/unit.ts';
import type { CoreExports } from './exports.ts';

export class Pages {
  readonly #raw: CoreExports;

  constructor(raw: CoreExports) {
    this.#raw = raw;
  }

  /** 2^order frames for a mask: the head. `tag` stays with the block. */
  alloc(gfp: number, order: number, cpu: number, tag = 0): number {
    return this.#raw.allocPages(gfp, order, cpu, tag);
  }

  free(pfn: number, order: number, cpu: number): number {
    return this.#raw.freePages(pfn, order, cpu);
  }

  /** Every per-cpu list goes back to its zone. */
  drainAll(): void {
    this.#raw.drainAll();
  }

  /** So many turns of every cpu's vmstat worker. Whether they drained lists, or the next ones will. */
  decay(turns: number): boolean {
    return this.#raw.decay(NONE, turns) > 0;
  }

  /** One pageblock of the high-order atomic reserve becomes `type`, with `force` even the last. */
  releaseHighatomic(type: number, force: boolean): number {
    return this.#raw.releaseHighatomic(type, force ? 1 : 0);
  }
}
