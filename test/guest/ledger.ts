/** What our device was told, page by page, kept beside the device and by other means than it. */

import type { V86Balloon } from '../../src/v86/index.ts';

export interface Range {
  readonly pfn: number;
  readonly count: number;
}

export class Ledger {
  /** Pages in the balloon by the messages that came. */
  readonly held: Set<number> = new Set();
  /** Pages named, in order, since they were last cleared. */
  readonly inflated: number[] = [];
  readonly deflated: number[] = [];
  readonly reported: Range[] = [];
  readonly hinted: Range[] = [];
  /** Called for each range that is hinted. */
  onHint: (() => void) | undefined;
  readonly #balloon: V86Balloon;
  #reportedPages = 0;
  #hintedPages = 0;

  constructor(balloon: V86Balloon) {
    this.#balloon = balloon;
    this.#reportedPages = balloon.model.counters.reportedPages;
    this.#hintedPages = balloon.model.counters.hintedPages;
    balloon.frames.onEvent = (event, pfn, count): void => {
      if (event === 'discard') this.#discarded(pfn, count);
      else if (event === 'need') this.#deflated(pfn, count);
      else this.#hinted({ pfn, count });
    };
  }

  clear(): void {
    for (const list of [this.inflated, this.deflated, this.reported, this.hinted]) list.length = 0;
  }

  /** Which of the three ways a discard came: the device has counted it just before. */
  #discarded(pfn: number, count: number): void {
    const { reportedPages, hintedPages } = this.#balloon.model.counters;
    if (reportedPages !== this.#reportedPages) this.reported.push({ pfn, count });
    else if (hintedPages !== this.#hintedPages) this.#hinted({ pfn, count });
    else {
      for (let at = pfn; at < pfn + count; at++) {
        this.held.add(at);
        this.inflated.push(at);
      }
    }
    this.#reportedPages = reportedPages;
    this.#hintedPages = hintedPages;
  }

  #deflated(pfn: number, count: number): void {
    for (let at = pfn; at < pfn + count; at++) {
      this.held.delete(at);
      this.deflated.push(at);
    }
  }

  #hinted(range: Range): void {
    this.hinted.push(range);
    this.#hintedPages = this.#balloon.model.counters.hintedPages;
    this.onHint?.();
  }
}

export function pagesOf(ranges: readonly Range[]): number[] {
  return ranges.flatMap(({ pfn, count }) => Array.from({ length: count }, (_, i) => pfn + i));
}
