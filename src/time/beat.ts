// A beat that many share: whoever waits for the next one is called then, all by one timer. For work that the kernels of
// a host's guests do on whole seconds, so that a hundred guests cost one timer and no closure each.

import { bound } from '../graph/index.ts';
import type { Timers } from './timers.ts';

/** What stands where nobody waits: who was called is not held on to. */
export function nobodyWaits(): void {}

export class Beat {
  private readonly _timers: Timers;
  private readonly _periodNs: number;
  /** Who is called at the next beat, and room for those who come while one is under way. Arrays keep their length. */
  private _waiting: (() => void)[] = [];
  private _count = 0;
  private _calling: (() => void)[] = [];
  private readonly _fire: () => void = bound(this, this._beat);

  /** Beats lie on multiples of the period. Without anyone who waits there is no timer. */
  constructor(timers: Timers, periodNs: number) {
    this._timers = timers;
    this._periodNs = periodNs;
  }

  /** Calls at the next beat, which is never now. */
  next(call: () => void): void {
    if (this._count === 0) {
      const since = this._timers.nowNs % this._periodNs;
      this._timers.after(this._periodNs - since, this._fire);
    }
    this._waiting[this._count] = call;
    this._count += 1;
  }

  private _beat(): void {
    const calling = this._waiting;
    const count = this._count;
    this._waiting = this._calling;
    this._count = 0;
    this._calling = calling;
    for (let at = 0; at < count; at += 1) {
      calling[at]?.();
      calling[at] = nobodyWaits;
    }
  }
}
