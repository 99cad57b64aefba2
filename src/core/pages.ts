// Page requests and frees: Linux's alloc_pages and free_pages, and what reclaim does to the lists.
// Answers of zero and above are results, those below zero STATUS_* codes, here as in all calls.

import { NONE } from '../abi/unit.ts';
import { expectWords } from '../check/index.ts';
import type { LlfreeGuestExports } from './exports.ts';
import type { Instance } from './instance.ts';

const ALLOC = 'pages.alloc gfp order cpu tag';
const FREE = 'pages.free pfn order cpu';
const DECAY = 'pages.decay turns';
const RELEASE_HIGHATOMIC = 'pages.releaseHighatomic type';

export class Pages {
  private readonly _instance: Instance;

  constructor(instance: Instance) {
    this._instance = instance;
  }

  /** 2^order frames for a mask: the head. `tag` stays with the block. */
  alloc(gfp: number, order: number, cpu: number, tag = 0): number {
    expectWords(ALLOC, gfp, order, cpu, tag);
    return this._instance.raw.allocPages(gfp, order, cpu, tag);
  }

  free(pfn: number, order: number, cpu: number): number {
    expectWords(FREE, pfn, order, cpu);
    return this._instance.raw.freePages(pfn, order, cpu);
  }

  /** On LLFree: the first frame of what a request got that the host must put memory behind first (STATUS_NEED_INSTALL). */
  get waitingFrame(): number | undefined {
    const raw = this._instance.raw as Partial<LlfreeGuestExports>;
    const pfn = raw.llfreeWaiting?.() ?? NONE;
    return pfn === NONE ? undefined : pfn;
  }

  /** Every per-cpu list goes back to its zone, or on LLFree all that CPUs have reserved. */
  drainAll(): void {
    this._instance.raw.drainAll();
  }

  /** So many turns of every cpu's vmstat worker. Whether they drained lists, or the next ones will. */
  decay(turns: number): boolean {
    expectWords(DECAY, turns);
    return this._instance.raw.decay(NONE, turns) > 0;
  }

  /** One pageblock of the high-order atomic reserve becomes `type`, with `force` even the last. */
  releaseHighatomic(type: number, force: boolean): number {
    expectWords(RELEASE_HIGHATOMIC, type);
    return this._instance.raw.releaseHighatomic(type, force ? 1 : 0);
  }
}
