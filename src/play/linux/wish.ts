// What the host asks of a guest through its balloon: the same words for both sides.

import type { Model } from './sight.ts';

/** The device of both sides. Whether it offers reporting is said at the start: a driver takes features once. */
export const DEVICE = {
  profile: 'qemu',
  deflateOnOom: true,
  stats: true,
  freePageHinting: true,
} as const;

export type Wish =
  | { readonly kind: 'target'; readonly pages: number }
  | { readonly kind: 'statistics' }
  | { readonly kind: 'hint' }
  | { readonly kind: 'unhint' };

/** What was asked of one guest's device. */
export class Wishes {
  /** Pages that had been hinted when the last run of hinting was asked for. */
  hintedBefore = 0;
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  grant(wish: Wish): void {
    const model = this.#model;
    if (wish.kind === 'target') model.setTarget(wish.pages);
    else if (wish.kind === 'statistics') model.pollStats();
    else if (wish.kind === 'hint') {
      this.hintedBefore = model.counters.hintedPages;
      model.startHinting(false);
    } else model.finishHinting();
  }
}
