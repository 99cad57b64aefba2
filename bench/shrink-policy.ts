// When a living zone gives blocks back, as docs/decisions/0014 compares it. No system does so yet: in none is a zone short
// of blocks that another one does not use.

import type { CZoneView } from '../src/guest/index.ts';

export interface ShrinkView extends CZoneView {
  /** Undefined while the zone works. */
  readonly idleSinceNs: number | undefined;
}

export interface ShrinkPolicy {
  readonly name: string;
  /** Blocks to give back now. */
  blocksToGive(zone: ShrinkView, nowNs: number): number;
}
