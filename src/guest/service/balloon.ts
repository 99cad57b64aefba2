// The guest kernel behind the balloon driver: where its pages come from and go to, on the core. The
// driver's protocol and its own list of pages are in src/virtio/balloon; the core keeps the same
// list, because it migrates the pages.

import {
  GFP_BALLOON,
  GFP_NOMEMALLOC,
  GFP_NORETRY,
  GFP_NOWARN,
  GFP_TRANSHUGE_LIGHT,
  ORDER_MAX,
  THP_ORDER,
  expectAnswer,
} from '../../core/index.ts';
import type { GuestMemory } from '../memory.ts';
import { slowPath } from '../slow-path.ts';

/**
 * What free page hinting asks with: no right to reclaim, no movable and no highmem bit
 * (docs/linux-memory.md C.8).
 */
const GFP_HINT: number = GFP_NORETRY + GFP_NOWARN + GFP_NOMEMALLOC;
/**
 * Blocks of the 2 MiB balloon: as huge pages are asked for without reclaim, and quietly given up.
 */
const GFP_HUGE_BALLOON: number = GFP_TRANSHUGE_LIGHT + GFP_NORETRY;

/** Order of a balloon of 2 MiB blocks. */
export const HUGE_BALLOON_ORDER: typeof THP_ORDER = THP_ORDER;
/** Order of the blocks that a balloon holds. */
export type BalloonOrder = 0 | typeof HUGE_BALLOON_ORDER;

export class BalloonPages {
  private readonly _memory: GuestMemory;
  private readonly _order: BalloonOrder;
  private readonly _gfp: number;
  private readonly _cpu: number;

  /** `order`: of every block that the balloon will hold. */
  constructor(memory: GuestMemory, order: BalloonOrder = 0, cpu = 0) {
    this._memory = memory;
    this._order = order;
    this._gfp = order === 0 ? GFP_BALLOON : GFP_HUGE_BALLOON;
    this._cpu = cpu;
  }

  /** Frames in the balloon, those on their way out not included. */
  get heldFrames(): number {
    return this._memory.core.balloon.heldFrames;
  }

  /** Whether inflated pages leave their zones' managed ones. Only while the balloon is empty. */
  adjustManaged(on: boolean): void {
    expectAnswer(this._memory.core.balloon.adjustManaged(on), 'balloon.adjustManaged');
  }

  /**
   * Requests up to `count` blocks one by one, with one round of reclaim for each that is not there
   * (NORETRY), never the OOM killer. How many it got, in `pfns` in order of allocation.
   */
  alloc(pfns: Uint32Array, count: number): number {
    const memory = this._memory;
    // the driver waited for the device before this message: kswapd had its turn
    memory.kswapd.run();
    let got = 0;
    while (got < count) {
      const attempt = (): number => this._request(pfns, got, count - got);
      const head = (): number => pfns[got] as number;
      const request = { gfp: this._gfp, order: this._order, cpu: this._cpu, attempt, head };
      const answer = slowPath(memory, request, attempt());
      memory.deliverMoves();
      if (answer <= 0) break;
      got += answer;
    }
    return got;
  }

  private _request(pfns: Uint32Array, at: number, count: number): number {
    const { balloon } = this._memory.core;
    return balloon.request(pfns, at, count, this._order, this._gfp, this._cpu);
  }

  /**
   * Blocks from alloc() enter the balloon; `pfns` is as the device sees them, the last allocated
   * first.
   */
  enter(pfns: Uint32Array, count: number): void {
    expectAnswer(this._memory.core.balloon.enter(pfns, count), 'balloon.enter');
  }

  /**
   * The first blocks of the list leave it, to be freed when the device has answered. How many the
   * core has.
   */
  leave(count: number): number {
    return expectAnswer(this._memory.core.balloon.pop(count), 'balloon.pop');
  }

  /** Frees blocks that left(), in the order of the array. */
  free(pfns: Uint32Array, count: number): void {
    expectAnswer(this._memory.core.balloon.release(pfns, count, this._cpu), 'balloon.release');
  }

  /** One free block of 4 MiB for hinting, or undefined. */
  allocHint(): number | undefined {
    const pfn = this._memory.core.pages.alloc(GFP_HINT, ORDER_MAX, this._cpu);
    return pfn < 0 ? undefined : pfn;
  }

  freeHint(pfn: number): void {
    expectAnswer(this._memory.core.pages.free(pfn, ORDER_MAX, this._cpu), 'pages.free');
  }
}
