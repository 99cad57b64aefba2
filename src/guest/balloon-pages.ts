// The guest kernel behind the balloon driver: where its pages come from and go to, on the core. The
// driver's protocol and its own list of pages are in src/virtio/balloon; the core keeps the same
// list, because it migrates the pages.

import {
  GFP_BALLOON,
  GFP_NOMEMALLOC,
  GFP_NORETRY,
  GFP_NOWARN,
  GFP_TRANSHUGE_LIGHT,
  GUEST_BALLOON_COUNT_OFFSET,
  GUEST_SCRATCH_OFFSET,
  ORDER_MAX,
  PAGEBLOCK_ORDER,
  STATUS_NEED_RECLAIM,
  expectAnswer,
} from '../core/index.ts';
import type { GuestMemory } from './memory.ts';

/**
 * What free page hinting asks with: no right to reclaim, no movable and no highmem bit
 * (docs/linux-memory.md C.8).
 */
const GFP_HINT: number = GFP_NORETRY + GFP_NOWARN + GFP_NOMEMALLOC;
/**
 * Blocks of the 2 MiB balloon: as huge pages are asked for without reclaim, and quietly given up.
 */
const GFP_HUGE_BALLOON: number = GFP_TRANSHUGE_LIGHT + GFP_NORETRY;

export class BalloonPages {
  readonly #memory: GuestMemory;
  readonly #order: 0 | 9;
  readonly #gfp: number;
  readonly #cpu: number;

  /** `order` 9: the balloon holds blocks of 2 MiB. */
  constructor(memory: GuestMemory, order: 0 | 9 = 0, cpu = 0) {
    this.#memory = memory;
    this.#order = order;
    this.#gfp = order === 0 ? GFP_BALLOON : GFP_HUGE_BALLOON;
    this.#cpu = cpu;
  }

  /** Frames in the balloon, those on their way out not included. */
  get heldFrames(): number {
    return this.#memory.core.headerWord(GUEST_BALLOON_COUNT_OFFSET);
  }

  #scratch(count: number): Uint32Array {
    const { core } = this.#memory;
    const first = core.headerWord(GUEST_SCRATCH_OFFSET) >> 2;
    return core.words.subarray(first, first + count);
  }

  /** Whether inflated pages leave their zones' managed ones. Only while the balloon is empty. */
  adjustManaged(on: boolean): void {
    const { raw } = this.#memory.core;
    expectAnswer(raw.balloonAdjustManaged(on ? 1 : 0), 'balloonAdjustManaged');
  }

  /**
   * Requests up to `count` blocks one by one, with one round of reclaim for each that is not there
   * (NORETRY), never the OOM killer. How many it got, in `pfns` in order of allocation.
   */
  alloc(pfns: Uint32Array, count: number): number {
    const memory = this.#memory;
    const { raw } = memory.core;
    let got = 0;
    while (got < count) {
      const answer = raw.balloonRequest(0, count - got, this.#order, this.#gfp, this.#cpu);
      if (answer > 0) {
        pfns.set(this.#scratch(answer), got);
        got += answer;
        memory.deliverMoves();
        continue;
      }
      if (answer !== STATUS_NEED_RECLAIM || this.#order > 0 || !memory.reclaim()) break;
      if (!this.#allocOne(pfns, got)) break;
      got += 1;
    }
    return got;
  }

  /** The try after a round of reclaim. */
  #allocOne(pfns: Uint32Array, at: number): boolean {
    const answer = this.#memory.core.raw.balloonRequest(0, 1, this.#order, this.#gfp, this.#cpu);
    if (answer !== 1) return false;
    pfns.set(this.#scratch(1), at);
    return true;
  }

  /**
   * Blocks from alloc() enter the balloon; `pfns` is as the device sees them, the last allocated
   * first.
   */
  enter(pfns: Uint32Array, count: number): void {
    const slots = this.#scratch(count);
    for (let at = 0; at < count; at += 1) slots[at] = pfns[count - 1 - at] as number;
    expectAnswer(this.#memory.core.raw.balloonEnter(count), 'balloonEnter');
  }

  /**
   * The first blocks of the list leave it, to be freed when the device has answered. How many the
   * core has.
   */
  leave(count: number): number {
    return expectAnswer(this.#memory.core.raw.balloonPop(count), 'balloonPop');
  }

  /** Frees blocks that left(), in the order of the array. */
  free(pfns: Uint32Array, count: number): void {
    const slots = this.#scratch(count);
    for (let at = 0; at < count; at += 1) slots[at] = pfns[count - 1 - at] as number;
    expectAnswer(this.#memory.core.raw.balloonRelease(count, this.#cpu), 'balloonRelease');
  }

  /** Blocks that alloc() gave and that never entered go back, in the order of the array. */
  drop(pfns: Uint32Array, count: number): void {
    const { raw } = this.#memory.core;
    for (let at = 0; at < count; at += 1) {
      expectAnswer(raw.freePages(pfns[at] as number, this.#order, this.#cpu), 'freePages');
    }
  }

  /** One free block of 4 MiB for hinting, or undefined. */
  allocHint(): number | undefined {
    const pfn = this.#memory.core.raw.allocPages(GFP_HINT, ORDER_MAX, this.#cpu, 0);
    return pfn < 0 ? undefined : pfn;
  }

  freeHint(pfn: number): void {
    expectAnswer(this.#memory.core.raw.freePages(pfn, ORDER_MAX, this.#cpu), 'freePages');
  }
}

/** Frames of a balloon block by order. */
export const HUGE_BALLOON_ORDER: 9 = PAGEBLOCK_ORDER;
