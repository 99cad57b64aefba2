/** The wall clock as devices want it: a v86 machine runs in real time. */

import { NS_PER_MS } from '../abi/unit.ts';
import type { TimerHandle, Timers } from '../time/index.ts';

export class WallClock implements Timers {
  readonly #startMs: number = performance.now();

  get nowNs(): number {
    return Math.round((performance.now() - this.#startMs) * NS_PER_MS);
  }

  after(delayNs: number, fire: () => void): TimerHandle {
    const timer = setTimeout(fire, delayNs / NS_PER_MS);
    return { cancel: (): void => clearTimeout(timer) };
  }
}
