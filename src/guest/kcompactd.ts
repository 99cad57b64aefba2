// kcompactd (docs/linux-memory.md B.1): woken by kswapd's end for a block of an order, and by itself every 500 ms to look how
// scattered memory is. It looks only while there may be something to do, so an idle guest costs nothing. A run takes no time,
// unless a pace says how long it takes for a batch of pages: what else the guest does then happens between batches.

import { NS_PER_MS } from '../abi/unit.ts';
import { expectFunction, expectNumber } from '../check/index.ts';
import {
  KCOMPACTD_PAUSES,
  KCOMPACTD_WOKEN,
  type KswapdWake,
  STATUS_MOVES_FULL,
  STATUS_PAUSED,
  STATUS_SKIPPED,
  STAT_ALLOC_PAGES,
  STAT_COMPACT_RUNS,
  STAT_FREE_PAGES,
  STAT_MIGRATED_PAGES,
} from '../core/index.ts';
import { bound } from '../graph/index.ts';
import type { Beat, TimerHandle, Timers } from '../time/index.ts';
import { joinWakes } from './kswapd.ts';
import type { GuestMemory } from './memory.ts';

/** It waits so long between two looks (HPAGE_FRAG_CHECK_INTERVAL_MSEC). */
export const PROACTIVE_NS: number = 500 * NS_PER_MS;
/** The same once it was woken: its timer expires on whole 32 ms. */
const WAIT_NS: number = 16 * 32 * NS_PER_MS;
/**
 * After a proactive run that did not help so many times as long (1 << COMPACT_MAX_DEFER_SHIFT), on whole 2.048 s. It sleeps: what
 * kswapd wants meanwhile waits too, unless it is woken.
 */
const PROACTIVE_DEFER = 64;
/** Percent of scattered memory above which it runs (vm.compaction_proactiveness 20). */
const PROACTIVE_SCORE = 90;
/**
 * The score is a percentage: it is asked for when a hundredth of memory has changed hands since the last time. Linux asks each
 * time.
 */
const SCORE_SHARE = 100;
/** Its processor. */
const CPU = 0;

/** How long, in ns, the machine takes for a batch of so many pages, with or before which so many runs in a zone began. */
export type CompactionPace = (pages: number, runs: number) => number;

/** What a task asked for (vm.compact_memory). */
interface Asked {
  readonly zone: number;
  readonly cpu: number;
  readonly pace: CompactionPace;
}

/** What it tells its kernel. */
export interface KcompactdEvents {
  /** Before it looks at the guest. */
  readonly about: () => void;
  /** When it has moved pages. */
  readonly moved: () => void;
}

export class Kcompactd {
  private readonly _memory: GuestMemory;
  private readonly _timers: Timers;
  private readonly _beat: Beat;
  private readonly _events: KcompactdEvents;
  private _pace: CompactionPace | undefined;
  /** What it was woken for and has not begun with. */
  private _wanted: KswapdWake | undefined;
  /** What its run is for, the run that is under way; and the score before a proactive one. */
  private _work: KswapdWake | undefined;
  private _isRunning = false;
  /** The run under way is a task's. */
  private _asked: Asked | undefined;
  /** Its next batch. */
  private _batch: TimerHandle | undefined;
  private _scoreBefore = 0;
  /** What its last batch came to. */
  private _result = 0;
  private _isArmed = false;
  /** Pages requested and freed; the same when the score was asked for last, and how many more make it worth asking again. */
  private _seen = 0;
  private _scoredAt: number;
  private _scorePages: number;
  /** Since when it waits; undefined: it was never woken, and looks on half seconds. */
  private _waitsFromNs: number | undefined;
  /** It sleeps until then, if nobody wakes it. */
  private _proactiveFromNs = 0;
  /** The last score was low, and no kernel zone has changed since. */
  private _isScoreLow = false;
  private _isStopped = false;
  private _isPaused = false;
  private readonly _onWake: () => void = bound(this, this._woken);
  private readonly _onLook: () => void = bound(this, this._look);
  private readonly _onBatch: () => void = bound(this, this._proceed);

  /** `beat`: half seconds that the kernels of a host share. */
  constructor(memory: GuestMemory, timers: Timers, beat: Beat, events: KcompactdEvents) {
    this._memory = memory;
    this._timers = timers;
    this._beat = beat;
    this._events = events;
    const { core } = memory;
    const present = core.kernelZones.reduce((sum, zone) => sum + zone.present, 0);
    this._scorePages = Math.floor(present / SCORE_SHARE);
    this._scoredAt = core.stat(STAT_ALLOC_PAGES) + core.stat(STAT_FREE_PAGES);
  }

  /** From now on its runs take time. `looksNs`: a time at which it looks by itself, if nobody wakes it before. */
  setPace(pace: CompactionPace, looksNs?: number): void {
    this._pace = expectFunction('pace', pace);
    // where its time counts it asks each time, as Linux does: when little is free, a few pages make the score
    this._scorePages = 1;
    if (looksNs === undefined) return;
    expectNumber('looksNs', looksNs, 0, Number.MAX_SAFE_INTEGER);
    const waits = Math.ceil((looksNs - this._timers.nowNs) / WAIT_NS);
    this._waitsFromNs = looksNs - waits * WAIT_NS;
  }

  /** kswapd wants a block of an order. */
  wake(wake: KswapdWake): void {
    this._isScoreLow = false;
    if (this._wanted === undefined && !this._isRunning) this._timers.after(0, this._onWake);
    this._wanted = joinWakes(this._wanted, wake);
  }

  /**
   * A task has a zone compacted from edge to edge (vm.compact_memory), at its own pace; kcompactd waits until that is over.
   * In the midst of one of its runs it takes no time.
   */
  compactZone(zone: number, cpu: number, pace: CompactionPace): void {
    if (this._rests) {
      this._memory.compactZone(zone, cpu);
      return;
    }
    this._asked = { zone, cpu, pace };
    this._isRunning = true;
    this._run(0);
  }

  /** The task goes on: what it asked for is done. */
  endZone(): void {
    if (this._asked === undefined) return;
    this._finish();
    this._wakeForMore();
  }

  /** So many pages were requested and freed by now. */
  see(pages: number): void {
    this._seen = pages;
    if (pages - this._scoredAt >= this._scorePages) this._arm();
  }

  private _arm(): void {
    if (this._isArmed) return;
    this._isArmed = true;
    if (this._waitsFromNs === undefined) this._beat.next(this._onLook);
    else {
      const waited = Math.floor(this._timers.nowNs - this._waitsFromNs) % WAIT_NS;
      this._timers.after(WAIT_NS - waited, this._onLook);
    }
  }

  /** Kernel zones have changed: the last score says nothing any more. */
  stir(): void {
    this._isScoreLow = false;
  }

  /** The guest's time stands still; a run is over before. */
  pause(): void {
    this._finish();
    this._isPaused = true;
  }

  resume(): void {
    this._isPaused = false;
    if (this._wanted !== undefined) this._timers.after(0, this._onWake);
  }

  /** The guest has ended, or becomes an image. */
  stop(): void {
    this._finish();
    this._isStopped = true;
  }

  private get _rests(): boolean {
    return this._isStopped || this._isPaused || this._isRunning;
  }

  /** It is woken only where a zone is suitable. Else what is wanted waits until it looks by itself. */
  private _woken(): void {
    if (this._rests || this._wanted === undefined) return;
    this._events.about();
    this._begin(KCOMPACTD_WOKEN);
  }

  private _begin(how: number): void {
    this._work = this._wanted;
    this._isRunning = true;
    this._run(how);
  }

  /** Whole nanoseconds: a wait of less would never end. */
  private get _isEarly(): boolean {
    const fromNs = this._waitsFromNs;
    return fromNs !== undefined && Math.ceil(this._timers.nowNs - fromNs) < WAIT_NS;
  }

  /** Its time is up: it works for what is wanted, or looks how scattered memory is. */
  private _look(): void {
    this._isArmed = false;
    if (this._rests) return;
    // it was woken meanwhile, and waits anew
    if (this._isEarly) {
      this._arm();
      return;
    }
    const isAsleep = this._timers.nowNs < this._proactiveFromNs;
    if (this._wanted !== undefined) {
      if (isAsleep) {
        this._arm();
        return;
      }
      this._events.about();
      this._begin(0);
      return;
    }
    this._scoredAt = this._seen;
    if (this._isScoreLow) return;
    // a look at free lists, which calls that were put off leave as they are
    this._scoreBefore = this._memory.core.compaction.score;
    this._isScoreLow = this._scoreBefore <= PROACTIVE_SCORE;
    if (this._isScoreLow) return;
    this._arm();
    if (isAsleep) return;
    this._events.about();
    this._begin(0);
  }

  private _proceed(): void {
    if (!this._isRunning) return;
    if (this._result !== STATUS_PAUSED) {
      this._end(this._result);
      return;
    }
    this._events.about();
    this._run(0);
  }

  /** To the run's end; with a pace to the end of a batch. */
  private _run(how: number): void {
    const { core } = this._memory;
    const pace = this._asked?.pace ?? this._pace;
    const pagesBefore = core.stat(STAT_MIGRATED_PAGES);
    const runsBefore = core.stat(STAT_COMPACT_RUNS);
    this._result = this._turn(pace === undefined ? how : how | KCOMPACTD_PAUSES);
    const pages = core.stat(STAT_MIGRATED_PAGES) - pagesBefore;
    if (pages > 0) this._events.moved();
    // telling the host of the moves may have ended the guest
    if (!this._isRunning) return;
    const delayNs = pace?.(pages, core.stat(STAT_COMPACT_RUNS) - runsBefore) ?? 0;
    const goesOn = this._result === STATUS_PAUSED;
    if (goesOn || delayNs > 0) this._batch = this._timers.after(delayNs, this._onBatch);
    else this._end(this._result);
  }

  /** A turn in the core, again while the log of moves is full. */
  private _turn(how: number): number {
    const memory = this._memory;
    const { compaction } = memory.core;
    const run = (): number => {
      if (this._asked !== undefined)
        return compaction.whole(this._asked.zone, this._asked.cpu, how);
      if (this._work === undefined) return compaction.proactive(CPU, how);
      return compaction.background(this._work.order, this._work.highest, CPU, how);
    };
    let result = run();
    while (result === STATUS_MOVES_FULL && memory.deliverMoves() > 0) result = run();
    memory.deliverMoves();
    return result;
  }

  private _end(result: number): void {
    this._isRunning = false;
    const { nowNs } = this._timers;
    const [work, asked] = [this._work, this._asked];
    this._work = undefined;
    this._asked = undefined;
    if (asked !== undefined) {
      this._wakeForMore();
      return;
    }
    if (work === undefined) {
      // a proactive run
      const helped = this._memory.core.compaction.score < this._scoreBefore;
      if (!helped) this._proactiveFromNs = nowNs + WAIT_NS * PROACTIVE_DEFER;
      if (this._pace !== undefined) this._waitsFromNs = nowNs;
    } else if (result === STATUS_SKIPPED) {
      this._arm();
      return;
    } else {
      // it waits anew before it looks by itself, and forgets that a run did not help
      this._waitsFromNs = nowNs;
      this._proactiveFromNs = 0;
      if ((this._wanted?.order ?? 0) <= work.order) this._wanted = undefined;
    }
    this._wakeForMore();
  }

  private _wakeForMore(): void {
    if (this._wanted !== undefined) this._timers.after(0, this._onWake);
  }

  /** What is left of a run takes no time. */
  private _finish(): void {
    while (this._isRunning && this._result === STATUS_PAUSED) {
      this._result = this._turn(KCOMPACTD_PAUSES);
    }
    this._batch?.cancel();
    this._isRunning = false;
    this._work = undefined;
    this._asked = undefined;
  }
}
