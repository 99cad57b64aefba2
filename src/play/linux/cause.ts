// Why a device had pages discarded. What it discards looks alike to the host, and it has counted the pages just before.

import type { V86Balloon } from '../../v86/index.ts';

type Counters = V86Balloon['model']['counters'];

export type Cause = 'balloon' | 'report' | 'hint';

export class DiscardCauses {
  readonly #counters: Counters;
  #reported: number;
  #hinted: number;

  constructor(counters: Counters) {
    this.#counters = counters;
    this.#reported = counters.reportedPages;
    this.#hinted = counters.hintedPages;
  }

  /** Of the discard or note at hand; to be asked at each. */
  next(): Cause {
    const { reportedPages, hintedPages } = this.#counters;
    const isReport = reportedPages !== this.#reported;
    const isHint = hintedPages !== this.#hinted;
    this.#reported = reportedPages;
    this.#hinted = hintedPages;
    return isReport ? 'report' : isHint ? 'hint' : 'balloon';
  }
}
