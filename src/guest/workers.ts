// The clocks of a guest kernel (docs/linux-memory.md A.10, B.1): the vmstat worker, which lets the
// per-cpu lists shrink once a second, and kcompactd, woken by kswapd's end and every 500 ms to look
// how scattered memory is. Each is armed only while it may have something to do, so an idle guest
// costs nothing: the guest's requests and frees arm them, a turn that changes nothing does not.
// Reporting, the balloon and virtio-mem have their own timers with their drivers.

import { NS_PER_MS, NS_PER_S } from '../abi/unit.ts';
import {
  type KswapdWake,
  STATUS_MOVES_FULL,
  STAT_ALLOC_PAGES,
  STAT_FREE_PAGES,
  STAT_MIGRATED_PAGES,
} from '../core/index.ts';
import { Beat, type Timers } from '../time/index.ts';
import { joinWakes } from './kswapd.ts';
import type { GuestMemory } from './memory.ts';

/** Turns of the vmstat worker lie this far apart (vm.stat_interval), on whole seconds. */
const VMSTAT_NS: number = NS_PER_S;
/**
 * Turns that take high from its most to its least, whatever they are: an eighth a turn, and it is
 * at most some thousand times as much.
 */
const MOST_TURNS = 64;
/** Looks of kcompactd at how scattered memory is (HPAGE_FRAG_CHECK_INTERVAL_MSEC). */
const PROACTIVE_NS: number = 500 * NS_PER_MS;
/**
 * The score is a percentage: it is asked for when a hundredth of memory has changed hands since the
 * last time. Linux asks each time.
 */
const SCORE_SHARE = 100;
/** After a run that did not help so many times as long (1 << COMPACT_MAX_DEFER_SHIFT). */
const PROACTIVE_DEFER = 64;
/** Percent of scattered memory above which it runs (vm.compaction_proactiveness 20). */
const PROACTIVE_SCORE = 90;
/** kcompactd's processor. */
const CPU = 0;

/** The turn of the vmstat worker that a time lies behind. */
function secondOf(nowNs: number): number {
  return Math.floor(nowNs / VMSTAT_NS + 1e-6);
}

/** The clocks that the kernels of one host share. */
export class KernelClocks {
  readonly timers: Timers;
  readonly vmstat: Beat;
  readonly proactive: Beat;

  constructor(timers: Timers) {
    this.timers = timers;
    this.vmstat = new Beat(timers, VMSTAT_NS);
    this.proactive = new Beat(timers, PROACTIVE_NS);
  }
}

export class Workers {
  readonly #memory: GuestMemory;
  readonly #clocks: KernelClocks;
  /** Told before a worker looks at the guest. */
  readonly #about: () => void;
  /** Told after a turn that gave blocks back or moved pages. */
  readonly #worked: (moved: boolean) => void;
  /** Pages requested and freed at the last look. */
  #seen = -1;
  /** Of those, what the core has not heard of yet. */
  #owed = 0;
  /** The same when the score was asked for last, and how many more make it worth asking again. */
  #scoredAt: number;
  readonly #scorePages: number;
  #isVmstatArmed = false;
  /** Second of the last turn. */
  #lastTurn: number;
  #isProactiveArmed = false;
  /** The last score was low, and no kernel zone has changed since. */
  #isScoreLow = false;
  /** Before this time no proactive run is tried again. */
  #proactiveFromNs = 0;
  #wanted: KswapdWake | undefined;
  #isStopped = false;
  /** The guest's time stands still. */
  #isPaused = false;
  readonly #onVmstat = (): void => this.#decay();
  readonly #onProactive = (): void => this.#compactProactively();

  constructor(
    memory: GuestMemory,
    clocks: KernelClocks,
    about: () => void,
    worked: (moved: boolean) => void,
  ) {
    this.#memory = memory;
    this.#clocks = clocks;
    this.#about = about;
    this.#worked = worked;
    this.#lastTurn = Math.floor(clocks.timers.nowNs / VMSTAT_NS);
    const { core } = memory;
    const present = core.kernelZones.reduce((sum, zone) => sum + zone.present, 0);
    this.#scorePages = Math.floor(present / SCORE_SHARE);
    this.#scoredAt = core.stat(STAT_ALLOC_PAGES) + core.stat(STAT_FREE_PAGES);
  }

  /** Arms what the guest's doings since the last look call for. */
  poll(): void {
    const { core, kswapd } = this.#memory;
    const woken = kswapd.takeCompaction();
    if (woken !== undefined) {
      this.#isScoreLow = false;
      this.#wakeCompaction(woken);
    }
    const pages = core.stat(STAT_ALLOC_PAGES) + core.stat(STAT_FREE_PAGES) + this.#owed;
    if (pages === this.#seen) return;
    this.#turn();
    this.#see(pages);
  }

  #see(pages: number): void {
    this.#seen = pages;
    if (pages - this.#scoredAt >= this.#scorePages) this.#armProactive();
  }

  /**
   * So many more pages have changed hands, which the core will hear of later: they come and go on
   * lists at rest, so there is no turn to make.
   */
  skip(pages: number): void {
    this.#owed += pages;
    this.#see(this.#seen + pages);
  }

  /** Something else than pages that come and go happens to the guest. */
  stir(): void {
    this.#isScoreLow = false;
  }

  /** The core has heard of what was skipped, the last of it at this time. */
  catchUp(lastNs: number): void {
    this.#owed = 0;
    this.#lastTurn = Math.max(this.#lastTurn, secondOf(lastNs));
  }

  /** The guest's time stands still: what becomes due waits. */
  pause(): void {
    this.#isPaused = true;
  }

  /** It goes on from where it stood. */
  resume(): void {
    this.#isPaused = false;
    this.#lastTurn = Math.max(this.#lastTurn, secondOf(this.#clocks.timers.nowNs));
    this.#seen = -1;
    if (this.#wanted !== undefined) this.#clocks.timers.after(0, () => this.#compact());
  }

  /** The guest has ended: what is armed still does nothing. */
  stop(): void {
    this.#isStopped = true;
  }

  #armVmstat(): void {
    if (this.#isVmstatArmed) return;
    this.#isVmstatArmed = true;
    this.#clocks.vmstat.next(this.#onVmstat);
  }

  #decay(): void {
    this.#isVmstatArmed = false;
    if (this.#isStopped || this.#isPaused) return;
    if (this.#owed > 0) this.#turnsDue();
    else if (this.#turn()) {
      this.#about();
      this.#worked(false);
    }
  }

  /**
   * Makes the turns that have come due, if any. Another is armed while it will find pages to take
   * back; turns that only let high fall are made up for when the guest next does something.
   */
  #turn(): boolean {
    const turns = Math.min(this.#turnsDue(), MOST_TURNS);
    if (turns === 0 && this.#isVmstatArmed) return false;
    const goesOn = this.#memory.core.pages.decay(turns);
    if (goesOn) {
      this.#isScoreLow = false;
      this.#armVmstat();
    }
    return goesOn;
  }

  /** Seconds since the last turn: those in which the worker slept only had a high to lower. */
  #turnsDue(): number {
    const second = secondOf(this.#clocks.timers.nowNs);
    const turns = second - this.#lastTurn;
    this.#lastTurn = second;
    return turns;
  }

  #wakeCompaction(wake: KswapdWake): void {
    if (this.#wanted === undefined) this.#clocks.timers.after(0, () => this.#compact());
    this.#wanted = joinWakes(this.#wanted, wake);
  }

  /** kcompactd after kswapd. */
  #compact(): void {
    if (this.#isPaused || this.#wanted === undefined) return;
    const { order, highest } = this.#wanted;
    this.#wanted = undefined;
    if (this.#isStopped) return;
    this.#about();
    const { compaction } = this.#memory.core;
    this.#moving(() => compaction.background(order, highest, CPU));
  }

  #armProactive(): void {
    if (this.#isProactiveArmed) return;
    this.#isProactiveArmed = true;
    this.#clocks.proactive.next(this.#onProactive);
  }

  #compactProactively(): void {
    this.#isProactiveArmed = false;
    if (this.#isStopped || this.#isPaused) return;
    this.#scoredAt = this.#seen;
    if (this.#isScoreLow) return;
    // a look at free lists, which calls that were put off leave as they are
    const { compaction } = this.#memory.core;
    const before = compaction.score;
    this.#isScoreLow = before <= PROACTIVE_SCORE;
    if (this.#isScoreLow) return;
    this.#armProactive();
    const { nowNs } = this.#clocks.timers;
    if (nowNs < this.#proactiveFromNs) return;
    this.#about();
    this.#moving(() => compaction.proactive(CPU));
    // telling the host of the moves may have ended the guest
    if (this.#isStopped) return;
    if (compaction.score >= before) this.#proactiveFromNs = nowNs + PROACTIVE_NS * PROACTIVE_DEFER;
  }

  /** A run of compaction, again while the log of moves is full. */
  #moving(run: () => number): void {
    const memory = this.#memory;
    const before = memory.core.stat(STAT_MIGRATED_PAGES);
    while (run() === STATUS_MOVES_FULL && memory.deliverMoves() > 0);
    memory.deliverMoves();
    if (memory.core.stat(STAT_MIGRATED_PAGES) > before) this.#worked(true);
  }
}
