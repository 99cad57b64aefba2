// Compaction: pages move together so that a zone has a block of an order again.

import { expectAnswer } from './error.ts';
import type { CoreExports } from './exports.ts';

export class Compaction {
  readonly #raw: CoreExports;

  constructor(raw: CoreExports) {
    this.#raw = raw;
  }

  /** Before a request of 2^order frames is tried again. COMPACT_* of the last zone tried. */
  direct(gfp: number, order: number, mode: number, cpu: number): number {
    return this.#raw.compactDirect(gfp, order, mode, cpu);
  }

  /** The request got the block at `pfn` after it: what failures had put off in that zone is put off no more. */
  served(pfn: number, order: number): void {
    expectAnswer(this.#raw.compactServed(pfn, order), 'compaction.served');
  }

  /** kcompactd's turn after kswapd. Zones up to `highest` that have a block of the order now, or a status. */
  background(order: number, highest: number, cpu: number): number {
    return this.#raw.compactBackground(order, highest, cpu);
  }

  /** How scattered free memory is, in percent. */
  get score(): number {
    return this.#raw.proactiveScore();
  }

  /** kcompactd's proactive turn. The score afterwards, STATUS_SKIPPED (it is low enough), or another status. */
  proactive(cpu: number): number {
    return this.#raw.compactProactive(cpu);
  }

  /** kswapd goes to sleep: stale hints are forgotten. */
  forgetHints(): void {
    this.#raw.compactForgetHints();
  }
}
