// kswapd (docs/linux-memory.md A.13, A.16): woken by the allocator, shrinks clean page cache until
// its node is balanced, then sleeps. Whether it is, the core says: the test knows marks, boost and
// reserves. Guests have no swap, so anonymous memory stays.

import { type Core, type KswapdWake, PAGEBLOCK_ORDER } from '../core/index.ts';

/** Pages that reclaim takes at a time (SWAP_CLUSTER_MAX). */
export const SWAP_CLUSTER_MAX = 32;

/** What it works on (GuestMemory). */
export interface Shrinkable {
  readonly core: Core;
  /** Has what can be given up give up to so many pages. Frames freed. */
  shrink(pages: number): number;
}

/** Two wakes of kcompactd in one: the larger order, the lower zone. */
export function joinWakes(before: KswapdWake | undefined, wake: KswapdWake): KswapdWake {
  if (before === undefined) return wake;
  return {
    order: Math.max(before.order, wake.order),
    highest: Math.min(before.highest, wake.highest),
  };
}

export class Kswapd {
  /** Runs, and pages that they freed (pageoutrun, pgsteal_kswapd). */
  runs = 0;
  freedPages = 0;
  private readonly _memory: Shrinkable;
  private _compaction: KswapdWake | undefined;

  constructor(memory: Shrinkable) {
    this._memory = memory;
  }

  /** Its run, if it was woken. Pages freed. */
  run(): number {
    const { core } = this._memory;
    const wake = core.takeKswapdWake();
    if (wake === undefined) return 0;
    this.runs += 1;
    const zones = core.kernelZones.slice(0, wake.highest + 1);
    const boosts = zones.map((zone) => zone.boost);
    for (const zone of zones) zone.isReclaimed = true;
    const freed = this._balance(wake);
    this.freedPages += freed;
    zones.forEach((zone, index) => {
      zone.isReclaimed = false;
      zone.boost -= Math.min(zone.boost, boosts[index] as number);
    });
    core.compaction.forgetHints();
    const isBoosted = boosts.some((frames) => frames > 0);
    const order = Math.max(wake.order, isBoosted ? PAGEBLOCK_ORDER : 0);
    if (order > 0) this._compaction = joinWakes(this._compaction, { order, highest: wake.highest });
    return freed;
  }

  /** What kcompactd was woken for since the last time. */
  takeCompaction(): KswapdWake | undefined {
    const wanted = this._compaction;
    this._compaction = undefined;
    return wanted;
  }

  /**
   * Until balanced or nothing is left. For a high order it frees twice a block's size at most, then
   * looks at single pages only: the rest is compaction's.
   */
  private _balance({ order, highest }: KswapdWake): number {
    const { core } = this._memory;
    const enough = 2 * 2 ** order;
    let freed = 0;
    while (!core.isBalanced({ order: freed < enough ? order : 0, highest })) {
      const got = this._memory.shrink(SWAP_CLUSTER_MAX);
      if (got === 0) break;
      freed += got;
    }
    return freed;
  }
}
