// A beat that many share: whoever waits for the next one is called then, all by one timer. For work that the kernels of
// a host's guests do on whole seconds, so that a hundred guests cost one timer and no closure each.

import type { Timers } from './timers.ts';

/** What stands where nobody waits: who was called is not held on to. */
const NOBODY = (): void => {};

export class Beat {
  readonly #timers: Timers;
  readonly #periodNs: number;
  /** Who is called at the next beat, and room for those who come while one is under way. Arrays keep their length. */
  #waiting: (() => void)[] = [];
  #count = 0;
  #calling: (() => void)[] = [];
  readonly #fire = (): void => this.#beat();

  /** Beats lie on multiples of the period. Without anyone who waits there is no timer. */
  constructor(timers: Timers, periodNs: number) {
    this.#timers = timers;
    this.#periodNs = periodNs;
  }

  /** Calls at the next beat, which is never now. */
  next(call: () => void): void {
    if (this.#count === 0) {
      const since = this.#timers.nowNs % this.#periodNs;
      this.#timers.after(this.#periodNs - since, this.#fire);
    }
    this.#waiting[this.#count] = call;
    this.#count += 1;
  }

  #beat(): void {
    const calling = this.#waiting;
    const count = this.#count;
    this.#waiting = this.#calling;
    this.#count = 0;
    this.#calling = calling;
    for (let at = 0; at < count; at += 1) {
      calling[at]?.();
      calling[at] = NOBODY;
    }
  }
}
