// Compaction: pages move together so that a zone has a block of an order again.

import { expectWords } from '../check/index.ts';
import { expectAnswer } from './error.ts';
import type { CoreExports } from './exports.ts';
import type { Instance } from './instance.ts';

const DIRECT = 'compaction.direct gfp order mode cpu';
const SERVED = 'compaction.served pfn order';
const BACKGROUND = 'compaction.background order highest cpu how';
const WHOLE = 'compaction.whole zone cpu how';
const PROACTIVE = 'compaction.proactive cpu how';

export class Compaction {
  private readonly _instance: Instance;

  constructor(instance: Instance) {
    this._instance = instance;
  }

  private get _raw(): CoreExports {
    return this._instance.raw;
  }

  /** Before a request of 2^order frames is tried again. COMPACT_* of the last zone tried. */
  direct(gfp: number, order: number, mode: number, cpu: number): number {
    expectWords(DIRECT, gfp, order, mode, cpu);
    return this._raw.compactDirect(gfp, order, mode, cpu);
  }

  /** The request got the block at `pfn` after it: what failures had put off in that zone is put off no more. */
  served(pfn: number, order: number): void {
    expectWords(SERVED, pfn, order);
    expectAnswer(this._raw.compactServed(pfn, order), 'compaction.served');
  }

  /**
   * kcompactd's turn after kswapd. Zones up to `highest` that have a block of the order now, or a status. `how`:
   * KCOMPACTD_WOKEN, then STATUS_SKIPPED where no zone is suitable; KCOMPACTD_PAUSES, then STATUS_PAUSED after each batch of
   * pages, and the next such call goes on.
   */
  background(order: number, highest: number, cpu: number, how?: number): number {
    expectWords(BACKGROUND, order, highest, cpu, how);
    return this._raw.compactBackground(order, highest, cpu, how);
  }

  /** How scattered free memory is, in percent. */
  get score(): number {
    return this._instance.rest?.score ?? this._raw.proactiveScore();
  }

  /** kcompactd's proactive turn. The score afterwards, STATUS_SKIPPED (it is low enough), or another status. */
  proactive(cpu: number, how?: number): number {
    expectWords(PROACTIVE, cpu, how);
    return this._raw.compactProactive(cpu, how);
  }

  /**
   * A zone from edge to edge (vm.compact_memory). COMPACT_*, or a status. `how`: KCOMPACTD_PAUSES, then STATUS_PAUSED after each
   * batch of pages, and the next call for the zone goes on.
   */
  whole(zone: number, cpu: number, how?: number): number {
    expectWords(WHOLE, zone, cpu, how);
    return this._raw.compactZone(zone, cpu, how);
  }

  /** kswapd goes to sleep: stale hints are forgotten. */
  forgetHints(): void {
    this._raw.compactForgetHints();
  }
}
