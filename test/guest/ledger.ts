/** What our device was told, page by page, kept beside the device and by other means than it. */

import { DiscardCauses } from '../../src/play/linux/cause.ts';
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
  readonly #causes: DiscardCauses;

  constructor(balloon: V86Balloon) {
    this.#causes = new DiscardCauses(balloon.model.counters);
    balloon.frames.onEvent = (event, pfn, count): void => {
      if (event === 'need') this.#deflated(pfn, count);
      else this.#given(pfn, count);
    };
  }

  clear(): void {
    for (const list of [this.inflated, this.deflated, this.reported, this.hinted]) list.length = 0;
  }

  #given(pfn: number, count: number): void {
    const cause = this.#causes.next();
    if (cause === 'report') this.reported.push({ pfn, count });
    else if (cause === 'hint') {
      this.hinted.push({ pfn, count });
      this.onHint?.();
    } else {
      for (let at = pfn; at < pfn + count; at++) {
        this.held.add(at);
        this.inflated.push(at);
      }
    }
  }

  #deflated(pfn: number, count: number): void {
    for (let at = pfn; at < pfn + count; at++) {
      this.held.delete(at);
      this.deflated.push(at);
    }
  }
}

export function pagesOf(ranges: readonly Range[]): number[] {
  return ranges.flatMap(({ pfn, count }) => Array.from({ length: count }, (_, i) => pfn + i));
}
