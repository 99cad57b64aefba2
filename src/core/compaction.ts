// Compaction: pages move together so that a zone has a block of an order again.

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
}
