// Plays sessions: a sandbox has each figure of its memory from that figure's time on, counted from the begin of its call.

import { bound } from '../graph/index.ts';
import { NS_PER_MS } from '../abi/unit.ts';
import type { TimerHandle, Timers } from '../time/index.ts';
import type { MemorySeries, Session } from '../trace/index.ts';

/** The sandbox in a slot has so many frames from now on. */
export type Follow = (slot: number, frames: number) => void;

export class SessionPlayer {
  private readonly _series: readonly MemorySeries[];
  private readonly _clock: Timers;
  private readonly _follow: Follow;
  /** What comes next, by slot. */
  private readonly _timers: Map<number, TimerHandle> = new Map<number, TimerHandle>();

  /** Sessions are one a function, by function id. */
  constructor(sessions: readonly Session[], clock: Timers, follow: Follow) {
    this._series = sessions.map(({ memory }) => memory);
    this._clock = clock;
    this._follow = follow;
  }

  begin(slot: number, functionId: number): void {
    const series = this._series[functionId];
    if (series !== undefined) this._play(slot, series, 0, this._clock.nowNs);
  }

  /** Nothing follows any more: the call has ended, or its sandbox is gone. */
  end(slot: number): void {
    this._timers.get(slot)?.cancel();
    this._timers.delete(slot);
  }

  private _play(slot: number, series: MemorySeries, index: number, beganNs: number): void {
    const { atMs, frames } = series;
    this._follow(slot, frames[index] as number);
    const next = index + 1;
    if (next === atMs.length) {
      this._timers.delete(slot);
      return;
    }
    const atNs = beganNs + (atMs[next] as number) * NS_PER_MS;
    const delayNs = Math.max(0, atNs - this._clock.nowNs); // rounding must not go back in time
    const play = bound(this, this._play, slot, series, next, beganNs);
    this._timers.set(slot, this._clock.after(delayNs, play));
  }
}
