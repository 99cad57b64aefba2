// The clocks of a guest kernel (docs/linux-memory.md A.10, B.1): the vmstat worker, which lets the
// per-cpu lists shrink once a second, and kcompactd, woken by kswapd's end and every 500 ms to look
// how scattered memory is. Each is armed only while it may have something to do, so an idle guest
// costs nothing: the guest's requests and frees arm them, a turn that changes nothing does not.
// Reporting, the balloon and virtio-mem have their own timers with their drivers.

import { bound } from '../graph/index.ts';
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
  private readonly _memory: GuestMemory;
  private readonly _clocks: KernelClocks;
  /** Told before a worker looks at the guest. */
  private readonly _about: () => void;
  /** Told after a turn that gave blocks back or moved pages. */
  private readonly _worked: (moved: boolean) => void;
  /** Pages requested and freed at the last look. */
  private _seen = -1;
  /** Of those, what the core has not heard of yet. */
  private _owed = 0;
  /** The same when the score was asked for last, and how many more make it worth asking again. */
  private _scoredAt: number;
  private readonly _scorePages: number;
  private _isVmstatArmed = false;
  /** Second of the last turn. */
  private _lastTurn: number;
  private _isProactiveArmed = false;
  /** The last score was low, and no kernel zone has changed since. */
  private _isScoreLow = false;
  /** Before this time no proactive run is tried again. */
  private _proactiveFromNs = 0;
  private _wanted: KswapdWake | undefined;
  private _isStopped = false;
  /** The guest's time stands still. */
  private _isPaused = false;
  private readonly _onVmstat: () => void = bound(this, this._decay);
  private readonly _onProactive: () => void = bound(this, this._compactProactively);

  constructor(
    memory: GuestMemory,
    clocks: KernelClocks,
    about: () => void,
    worked: (moved: boolean) => void,
  ) {
    this._memory = memory;
    this._clocks = clocks;
    this._about = about;
    this._worked = worked;
    this._lastTurn = Math.floor(clocks.timers.nowNs / VMSTAT_NS);
    const { core } = memory;
    const present = core.kernelZones.reduce((sum, zone) => sum + zone.present, 0);
    this._scorePages = Math.floor(present / SCORE_SHARE);
    this._scoredAt = core.stat(STAT_ALLOC_PAGES) + core.stat(STAT_FREE_PAGES);
  }

  /** Arms what the guest's doings since the last look call for. */
  poll(): void {
    const { core, kswapd } = this._memory;
    const woken = kswapd.takeCompaction();
    if (woken !== undefined) {
      this._isScoreLow = false;
      this._wakeCompaction(woken);
    }
    const pages = core.stat(STAT_ALLOC_PAGES) + core.stat(STAT_FREE_PAGES) + this._owed;
    if (pages === this._seen) return;
    this._turn();
    this._see(pages);
  }

  private _see(pages: number): void {
    this._seen = pages;
    if (pages - this._scoredAt >= this._scorePages) this._armProactive();
  }

  /**
   * So many more pages have changed hands, which the core will hear of later: they come and go on
   * lists at rest, so there is no turn to make. None: nothing that a worker has a turn for.
   */
  skip(pages: number): void {
    if (pages === 0) return;
    this._owed += pages;
    this._see(this._seen + pages);
  }

  /** Something else than pages that come and go happens to the guest. */
  stir(): void {
    this._isScoreLow = false;
  }

  /** The core has heard of what was skipped, the last of it at this time. */
  catchUp(lastNs: number): void {
    this._owed = 0;
    this._lastTurn = Math.max(this._lastTurn, secondOf(lastNs));
  }

  /** The guest's time stands still: what becomes due waits. */
  pause(): void {
    this._isPaused = true;
  }

  /** It goes on from where it stood. */
  resume(): void {
    this._isPaused = false;
    this._lastTurn = Math.max(this._lastTurn, secondOf(this._clocks.timers.nowNs));
    this._seen = -1;
    if (this._wanted !== undefined) this._clocks.timers.after(0, bound(this, this._compact));
  }

  /** The guest has ended: what is armed still does nothing. */
  stop(): void {
    this._isStopped = true;
  }

  private _armVmstat(): void {
    if (this._isVmstatArmed) return;
    this._isVmstatArmed = true;
    this._clocks.vmstat.next(this._onVmstat);
  }

  private _decay(): void {
    this._isVmstatArmed = false;
    if (this._isStopped || this._isPaused) return;
    if (this._owed > 0) this._turnsDue();
    else if (this._turn()) {
      this._about();
      this._worked(false);
    }
  }

  /**
   * Makes the turns that have come due, if any. Another is armed while it will find pages to take
   * back; turns that only let high fall are made up for when the guest next does something.
   */
  private _turn(): boolean {
    const turns = Math.min(this._turnsDue(), MOST_TURNS);
    if (turns === 0 && this._isVmstatArmed) return false;
    const goesOn = this._memory.core.pages.decay(turns);
    if (goesOn) {
      this._isScoreLow = false;
      this._armVmstat();
    }
    return goesOn;
  }

  /** Seconds since the last turn: those in which the worker slept only had a high to lower. */
  private _turnsDue(): number {
    const second = secondOf(this._clocks.timers.nowNs);
    const turns = second - this._lastTurn;
    this._lastTurn = second;
    return turns;
  }

  private _wakeCompaction(wake: KswapdWake): void {
    if (this._wanted === undefined) this._clocks.timers.after(0, bound(this, this._compact));
    this._wanted = joinWakes(this._wanted, wake);
  }

  /** kcompactd after kswapd. */
  private _compact(): void {
    if (this._isPaused || this._wanted === undefined) return;
    const { order, highest } = this._wanted;
    this._wanted = undefined;
    if (this._isStopped) return;
    this._about();
    const { compaction } = this._memory.core;
    this._moving(() => compaction.background(order, highest, CPU));
    // from here it waits anew before it looks by itself, and forgets that a run did not help
    this._proactiveFromNs = this._clocks.timers.nowNs + PROACTIVE_NS;
  }

  private _armProactive(): void {
    if (this._isProactiveArmed) return;
    this._isProactiveArmed = true;
    this._clocks.proactive.next(this._onProactive);
  }

  private _compactProactively(): void {
    this._isProactiveArmed = false;
    if (this._isStopped || this._isPaused) return;
    this._scoredAt = this._seen;
    if (this._isScoreLow) return;
    // a look at free lists, which calls that were put off leave as they are
    const { compaction } = this._memory.core;
    const before = compaction.score;
    this._isScoreLow = before <= PROACTIVE_SCORE;
    if (this._isScoreLow) return;
    this._armProactive();
    const { nowNs } = this._clocks.timers;
    if (nowNs < this._proactiveFromNs) return;
    this._about();
    this._moving(() => compaction.proactive(CPU));
    // telling the host of the moves may have ended the guest
    if (this._isStopped) return;
    if (compaction.score >= before) this._proactiveFromNs = nowNs + PROACTIVE_NS * PROACTIVE_DEFER;
  }

  /** A run of compaction, again while the log of moves is full. */
  private _moving(run: () => number): void {
    const memory = this._memory;
    const before = memory.core.stat(STAT_MIGRATED_PAGES);
    while (run() === STATUS_MOVES_FULL && memory.deliverMoves() > 0);
    memory.deliverMoves();
    if (memory.core.stat(STAT_MIGRATED_PAGES) > before) this._worked(true);
  }
}
