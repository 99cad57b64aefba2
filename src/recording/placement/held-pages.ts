// Which frame of ours holds the page that the recording has in another: by recorded frame, and the
// blocks that they came in. Pages whose recorded frame is not known wait here, oldest first.

import { PAGEBLOCK_FRAMES } from '../../core/index.ts';
import { type AllocatorState, eachFreeBlock } from '../read/index.ts';

/** No frame of ours. */
export const NOWHERE = -1;

interface LostPage {
  readonly pfn: number;
  readonly order: number;
}

export class HeldPages {
  /** Our frame by recorded frame. */
  readonly #held: Int32Array;
  /** Order of the block that each frame of ours is part of. */
  readonly #order: Uint8Array;
  readonly #lost: LostPage[] = [];

  /** `recorded` and `frames`: one past the last frame of the recording and of ours. */
  constructor(recorded: number, frames: number) {
    this.#held = new Int32Array(recorded).fill(NOWHERE);
    this.#order = new Uint8Array(frames);
  }

  /** At the start every frame of a zone that is on no list is in use, and where it was recorded. */
  holdStart({ zones }: AllocatorState): void {
    for (const zone of zones) {
      const first = zone.startPfn - (zone.startPfn % PAGEBLOCK_FRAMES);
      for (let pfn = zone.startPfn; pfn < zone.startPfn + zone.spanned; pfn += 1) {
        const type = zone.blocks[Math.floor((pfn - first) / PAGEBLOCK_FRAMES)] ?? -1;
        if (type >= 0) this.#held[pfn] = pfn;
      }
      eachFreeBlock(zone, (pfn, order) => this.#held.fill(NOWHERE, pfn, pfn + 2 ** order));
    }
  }

  /** Our frame for a recorded one, NOWHERE if nobody holds it. */
  frameOf(recorded: number): number {
    return this.#held[recorded] ?? NOWHERE;
  }

  /** The recorded block is ours at `pfn`. */
  hold(recorded: number, pfn: number, order: number): void {
    for (let i = 0; i < 2 ** order; i += 1) this.#held[recorded + i] = pfn + i;
  }

  drop(recorded: number, order: number): void {
    this.#held.fill(NOWHERE, recorded, recorded + 2 ** order);
  }

  orderOf(pfn: number): number {
    return this.#order[pfn] ?? 0;
  }

  /** Frames of ours from `pfn` on, 2^order of them, are parts of blocks of `size`. */
  setOrder(pfn: number, order: number, size: number): void {
    this.#order.fill(size, pfn, pfn + 2 ** order);
  }

  /** Size of the blocks of ours that a recorded block lies in; undefined where they are no run. */
  sizeOfRun(recorded: number, order: number): number | undefined {
    const pfn = this.frameOf(recorded);
    if (pfn === NOWHERE || pfn % 2 ** order !== 0) return undefined;
    const size = this.#order[pfn];
    for (let i = 0; i < 2 ** order; i += 1) {
      if (this.#held[recorded + i] !== pfn + i || this.#order[pfn + i] !== size) return undefined;
    }
    return size;
  }

  /** A block of ours whose recorded frame is not known. */
  lose(pfn: number, order: number): void {
    this.#lost.push({ pfn, order });
  }

  /**
   * Takes a lost block back: the one at the recorded frame, else the first that is the freer's own,
   * else the first; NOWHERE: none is lost.
   */
  takeLost(recorded: number, order: number, isOwn: (pfn: number) => boolean): number {
    let [first, own] = [-1, -1];
    for (const [at, page] of this.#lost.entries()) {
      if (page.order !== order) continue;
      if (page.pfn === recorded) return this.#removeLost(at);
      if (first < 0) first = at;
      if (own < 0 && isOwn(page.pfn)) own = at;
    }
    return this.#removeLost(own < 0 ? first : own);
  }

  #removeLost(at: number): number {
    return at < 0 ? NOWHERE : (this.#lost.splice(at, 1)[0]?.pfn ?? NOWHERE);
  }
}
