// The clocks of a guest kernel (docs/linux-memory.md A.10, B.1): the vmstat worker, which lets the
// per-cpu lists shrink once a second, and kcompactd, woken by kswapd's end and every 500 ms to look
// how scattered memory is. Each is armed only while it may have something to do, so an idle guest
// costs nothing: the guest's requests and frees arm them, a turn that changes nothing does not.
// Reporting, the balloon and virtio-mem have their own timers with their drivers.

import { NS_PER_MS, NS_PER_S } from '../abi/unit.ts';
import {
  KERNEL_ZONES,
  type KswapdWake,
  STATUS_MOVES_FULL,
  STATUS_SKIPPED,
  STAT_ALLOC_CALLS,
  STAT_FREE_CALLS,
  STAT_MIGRATED_PAGES,
} from '../core/index.ts';
import type { TimerHandle, Timers } from '../time/index.ts';
import type { GuestMemory } from './memory.ts';

/** Turns of the vmstat worker lie this far apart (vm.stat_interval), on whole seconds. */
const VMSTAT_NS: number = NS_PER_S;
/** Looks of kcompactd at how scattered memory is (HPAGE_FRAG_CHECK_INTERVAL_MSEC). */
const PROACTIVE_NS: number = 500 * NS_PER_MS;
/** After a run that did not help so many times as long (1 << COMPACT_MAX_DEFER_SHIFT). */
const PROACTIVE_DEFER = 64;
/** kcompactd's processor. */
const CPU = 0;

export class Workers {
  readonly #memory: GuestMemory;
  readonly #timers: Timers;
  /** Told after a turn that gave blocks back or moved pages. */
  readonly #worked: (moved: boolean) => void;
  readonly #pending: Map<string, TimerHandle> = new Map<string, TimerHandle>();
  /** Requests and frees at the last look. */
  #seen = -1;
  #wanted: KswapdWake | undefined;

  constructor(memory: GuestMemory, timers: Timers, worked: (moved: boolean) => void) {
    this.#memory = memory;
    this.#timers = timers;
    this.#worked = worked;
  }

  /** Arms what the guest's doings since the last look call for. */
  poll(): void {
    const { core, kswapd } = this.#memory;
    const woken = kswapd.takeCompaction();
    if (woken !== undefined) {
      this.#wanted = woken;
      this.#arm('kcompactd', 0, () => this.#compact());
    }
    const doings = core.stat(STAT_ALLOC_CALLS) + core.stat(STAT_FREE_CALLS);
    if (doings === this.#seen) return;
    this.#seen = doings;
    this.#armVmstat();
    this.#armProactive(PROACTIVE_NS);
  }

  /** The guest has ended. */
  stop(): void {
    for (const timer of this.#pending.values()) timer.cancel();
    this.#pending.clear();
  }

  #arm(name: string, delayNs: number, turn: () => void): void {
    if (this.#pending.has(name)) return;
    const timer = this.#timers.after(delayNs, () => {
      this.#pending.delete(name);
      turn();
    });
    this.#pending.set(name, timer);
  }

  #armVmstat(): void {
    const sinceSecond = this.#timers.nowNs % VMSTAT_NS;
    this.#arm('vmstat', VMSTAT_NS - sinceSecond, () => this.#decay());
  }

  #decay(): void {
    const { core } = this.#memory;
    let goesOn = false;
    for (let zone = 0; zone < KERNEL_ZONES; zone += 1) {
      if ((core.kernelZones[zone]?.present ?? 0) === 0) continue;
      for (let cpu = 0; cpu < core.config.cpus; cpu += 1) {
        if (core.pages.decay(cpu, zone)) goesOn = true;
      }
    }
    if (!goesOn) return;
    this.#armVmstat();
    this.#worked(false);
  }

  #armProactive(delayNs: number): void {
    this.#arm('proactive', delayNs, () => this.#compactProactively());
  }

  /** kcompactd after kswapd. */
  #compact(): void {
    const { order, highest } = this.#wanted as KswapdWake;
    this.#wanted = undefined;
    const { compaction } = this.#memory.core;
    this.#moving(() => compaction.background(order, highest, CPU));
  }

  #compactProactively(): void {
    const { compaction } = this.#memory.core;
    const before = compaction.score;
    const after = this.#moving(() => compaction.proactive(CPU));
    if (after === STATUS_SKIPPED) return;
    this.#armProactive(compaction.score < before ? PROACTIVE_NS : PROACTIVE_NS * PROACTIVE_DEFER);
  }

  /** A run of compaction, again while the log of moves is full. */
  #moving(run: () => number): number {
    const memory = this.#memory;
    const before = memory.core.stat(STAT_MIGRATED_PAGES);
    let answer = run();
    while (answer === STATUS_MOVES_FULL && memory.deliverMoves() > 0) answer = run();
    memory.deliverMoves();
    if (memory.core.stat(STAT_MIGRATED_PAGES) > before) this.#worked(true);
    return answer;
  }
}
