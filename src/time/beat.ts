// A beat that many share: whoever waits for the next one is called then, all by one timer. For work that the kernels of
// a host's guests do on whole seconds, so that a hundred guests cost one timer and no closure each.

import type { Timers } from './timers.ts';

export class Beat {
  readonly #timers: Timers;
  readonly #periodNs: number;
  /** Who is called at the next beat, and room for those who come while one is under way. */
  #waiting: (() => void)[] = [];
  #calling: (() => void)[] = [];
  readonly #fire = (): void => this.#beat();

  /** Beats lie on multiples of the period. Without anyone who waits there is no timer. */
  constructor(timers: Timers, periodNs: number) {
    this.#timers = timers;
    this.#periodNs = periodNs;
  }

  /** Calls at the next beat, which is never now. */
  next(call: () => void): void {
    if (this.#waiting.length === 0) {
      const since = this.#timers.nowNs % this.#periodNs;
      this.#timers.after(this.#periodNs - since, this.#fire);
    }
    this.#waiting.push(call);
  }

  #beat(): void {
    const calling = this.#waiting;
    this.#waiting = this.#calling;
    this.#calling = calling;
    for (const call of calling) call();
    calling.length = 0;
  }
}
