// The clocks of a guest kernel (docs/linux-memory.md A.10): the vmstat worker, which lets the
// per-cpu lists shrink once a second, and kcompactd's (kcompactd). Each is armed only while it may
// have something to do, so an idle guest costs nothing: the guest's requests and frees arm them, a
// turn that changes nothing does not. Reporting, the balloon and virtio-mem have their own timers
// with their drivers.

import { bound } from '../graph/index.ts';
import { NS_PER_S } from '../abi/unit.ts';
import { expectNumber } from '../check/index.ts';
import { STAT_ALLOC_PAGES, STAT_FREE_PAGES } from '../core/index.ts';
import { Beat, type Timers } from '../time/index.ts';
import { type CompactionPace, Kcompactd, PROACTIVE_NS } from './kcompactd.ts';
import type { GuestMemory } from './memory.ts';

/** Turns of the vmstat worker lie this far apart (vm.stat_interval), on whole seconds. */
const VMSTAT_NS: number = NS_PER_S;
/**
 * Turns that take high from its most to its least, whatever they are: an eighth a turn, and it is
 * at most some thousand times as much.
 */
const MOST_TURNS = 64;

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
  private _isVmstatArmed = false;
  /** Second of the last turn. */
  private _lastTurn: number;
  private _isStopped = false;
  /** The guest's time stands still. */
  private _isPaused = false;
  private readonly _onVmstat: () => void = bound(this, this._decay);
  private readonly _kcompactd: Kcompactd;

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
    this._kcompactd = new Kcompactd(memory, clocks.timers, clocks.proactive, {
      about,
      moved: bound(this, this._moved),
    });
  }

  private _moved(): void {
    this._worked(true);
  }

  /** kcompactd's runs take time from now on; `looksNs`: it looks by itself then. */
  paceCompaction(pace: CompactionPace, looksNs?: number): void {
    this._kcompactd.setPace(pace, looksNs);
  }

  /** A task has a zone compacted, until it ends that. */
  compactZone(zone: number, cpu: number, pace: CompactionPace): void {
    this._kcompactd.compactZone(zone, cpu, pace);
  }

  /** The task goes on: what is left of its run is over. */
  endZone(): void {
    this._kcompactd.endZone();
  }

  /** Arms what the guest's doings since the last look call for. */
  poll(): void {
    const { core, kswapd } = this._memory;
    const woken = kswapd.takeCompaction();
    if (woken !== undefined) this._kcompactd.wake(woken);
    const pages = core.stat(STAT_ALLOC_PAGES) + core.stat(STAT_FREE_PAGES) + this._owed;
    if (pages === this._seen) return;
    this._turn();
    this._see(pages);
  }

  private _see(pages: number): void {
    this._seen = pages;
    this._kcompactd.see(pages);
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
    this._kcompactd.stir();
  }

  /** The core has heard of what was skipped, the last of it at this time. */
  catchUp(lastNs: number): void {
    expectNumber('lastNs', lastNs, 0, this._clocks.timers.nowNs);
    this._owed = 0;
    this._lastTurn = Math.max(this._lastTurn, secondOf(lastNs));
  }

  /** The guest's time stands still: what becomes due waits. */
  pause(): void {
    this._kcompactd.pause();
    this._isPaused = true;
  }

  /** It goes on from where it stood. */
  resume(): void {
    this._isPaused = false;
    this._lastTurn = Math.max(this._lastTurn, secondOf(this._clocks.timers.nowNs));
    this._seen = -1;
    this._kcompactd.resume();
  }

  /** The guest has ended: what is armed still does nothing. */
  stop(): void {
    this._kcompactd.stop();
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
      this._kcompactd.stir();
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
}
