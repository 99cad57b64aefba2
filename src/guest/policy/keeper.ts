// Keeps the zones of a guest: creates them, lets them grow and shrink by policy, follows the
// runtime's marks of idle and active, and has what is unused of idle zones reclaimed after a delay.
// How a request travels to the host is the caller's (src/virtio/czone); when it is made, and that
// work takes it back, is decided here.

import {
  CZONE_ACTIVE,
  CZONE_GROW_ASK,
  CZONE_IDLE,
  CZONE_LIMIT_OOM,
  STAT_BACKED_FAULTS,
  STATUS_ZONE_FULL,
  expectAnswer,
} from '../../core/index.ts';
import type { TimerHandle, Timers } from '../../time/index.ts';
import type { CZones } from '../zones.ts';
import type { GuestMemory } from '../memory.ts';
import type { GrowthPolicy, ShrinkPolicy, CZoneView } from './policy.ts';

/** Asks the host to take what an idle zone does not use, and takes the request back. */
export interface ReclaimPort {
  reclaim(zone: number): void;
  cancel(zone: number): void;
}

export interface KeeperOptions {
  readonly growth: GrowthPolicy;
  readonly shrink?: ShrinkPolicy;
  /** CZONE_LIMIT_*: what happens at the limit. */
  readonly limitPolicy?: number;
  /** From idle to the request; undefined: never. */
  readonly reclaimAfterNs?: number;
  /** Pages that a shrink may move to free blocks; 0: only blocks that are free already leave. */
  readonly movePages?: number;
}

interface Kept {
  readonly key: string;
  idleSinceNs: number | undefined;
  wait: TimerHandle | undefined;
  /** Host faults of the guest when the zone last became active. */
  faultsAtWork: number;
}

export class CZoneKeeper {
  readonly #memory: GuestMemory;
  readonly #zones: CZones;
  readonly #options: KeeperOptions;
  readonly #timers: Timers;
  readonly #port: ReclaimPort;
  readonly #kept: Map<number, Kept> = new Map();

  constructor(
    memory: GuestMemory,
    zones: CZones,
    options: KeeperOptions,
    timers: Timers,
    port: ReclaimPort,
  ) {
    this.#memory = memory;
    this.#zones = zones;
    this.#options = options;
    this.#timers = timers;
    this.#port = port;
    const { czones } = memory.core;
    memory.addReliever(STATUS_ZONE_FULL, () => this.grow(czones.fullZone()) > 0);
  }

  /** A zone for a container of a function. Its index. */
  create(key: string, owner: number, limitFrames: number): number {
    const { growth, limitPolicy } = this.#options;
    const { blockFrames } = this.#zones.region;
    const blocks = growth.firstBlocks(key, Math.floor(limitFrames / blockFrames));
    const zone = this.#zones.create(owner, limitFrames, blocks);
    const { czones } = this.#memory.core;
    expectAnswer(
      czones.setPolicy(zone, limitPolicy ?? CZONE_LIMIT_OOM, CZONE_GROW_ASK),
      'czones.setPolicy',
    );
    this.#kept.set(zone, { key, idleSinceNs: undefined, wait: undefined, faultsAtWork: 0 });
    this.#mark(zone, CZONE_ACTIVE);
    return zone;
  }

  view(zone: number): CZoneView {
    const kept = this.#keptOf(zone);
    const { blockFrames } = this.#zones.region;
    const { blocks, limit, free, peakBlocks } = this.#memory.core.zone(zone);
    return {
      key: kept.key,
      blocks,
      limitBlocks: Math.floor(limit / blockFrames),
      freeBlocks: Math.floor(free / blockFrames),
      peakBlocks,
      idleSinceNs: kept.idleSinceNs,
    };
  }

  #keptOf(zone: number): Kept {
    const kept = this.#kept.get(zone);
    if (kept === undefined) throw new RangeError(`zone ${zone} is not kept here`);
    return kept;
  }

  /**
   * A zone is full: adds what the policy says, from the host if the pool is short. Blocks added.
   */
  grow(zone: number): number {
    if (!this.#kept.has(zone)) return 0;
    const view = this.view(zone);
    const wanted = Math.max(1, this.#options.growth.nextBlocks(view));
    const blocks = Math.min(wanted, view.limitBlocks - view.blocks);
    const { czones } = this.#memory.core;
    const added = expectAnswer(czones.grow(zone, blocks), 'czones.grow');
    if (added === blocks) return added;
    this.#zones.plug(blocks - added);
    return added + expectAnswer(czones.grow(zone, blocks - added), 'czones.grow');
  }

  /** Gives back what the shrink policy says. Blocks given back to the pool. */
  shrink(zone: number): number {
    const { shrink, movePages } = this.#options;
    const blocks = shrink?.blocksToGive(this.view(zone), this.#timers.nowNs) ?? 0;
    if (blocks === 0) return 0;
    const { czones } = this.#memory.core;
    if ((movePages ?? 0) > 0) {
      expectAnswer(czones.compact(zone, movePages ?? 0, 0), 'czones.compact');
      this.#memory.deliverMoves();
    }
    return expectAnswer(czones.shrink(zone, blocks), 'czones.shrink');
  }

  #mark(zone: number, state: number): void {
    expectAnswer(this.#memory.core.czones.setState(zone, state), 'czones.setState');
  }

  /** The runtime says that the container waits for work. */
  idle(zone: number): void {
    const kept = this.#keptOf(zone);
    if (kept.idleSinceNs !== undefined) return;
    kept.idleSinceNs = this.#timers.nowNs;
    this.#mark(zone, CZONE_IDLE);
    const { reclaimAfterNs } = this.#options;
    if (reclaimAfterNs === undefined) return;
    kept.wait = this.#timers.after(reclaimAfterNs, () => {
      kept.wait = undefined;
      this.#port.reclaim(zone);
    });
  }

  /** Work has arrived: no request is made now, and one that runs is taken back. */
  active(zone: number): void {
    const kept = this.#keptOf(zone);
    kept.faultsAtWork = this.#memory.core.stat(STAT_BACKED_FAULTS);
    if (kept.idleSinceNs === undefined) return;
    kept.idleSinceNs = undefined;
    this.#mark(zone, CZONE_ACTIVE);
    if (kept.wait === undefined) this.#port.cancel(zone);
    kept.wait?.cancel();
    kept.wait = undefined;
  }

  /**
   * Host faults since the zone last became active: what its call pays for what was taken while it
   * was idle.
   */
  faultsSinceActive(zone: number): number {
    return this.#memory.core.stat(STAT_BACKED_FAULTS) - this.#keptOf(zone).faultsAtWork;
  }

  /**
   * The container is gone. Call before the zone ends: its size is remembered for the next of its
   * kind.
   */
  forget(zone: number): void {
    const kept = this.#keptOf(zone);
    kept.wait?.cancel();
    this.#options.growth.observe(kept.key, this.view(zone).peakBlocks);
    this.#kept.delete(zone);
  }
}
