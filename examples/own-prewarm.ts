// A keep-alive policy of your own that ends containers at once, and starts one before the next call of a function that is called as
// regularly as a timer.

import { type KeepAlive, type Prewarm, SYSTEMS, generateSynthetic, replay } from 'guestmem';

const AHEAD_MS = 2000;

class LikeATimer implements KeepAlive {
  readonly #lastMs = new Map<number, number>();
  readonly #gapMs = new Map<number, number>();

  arrived(functionId: number, nowMs: number): void {
    const last = this.#lastMs.get(functionId);
    if (last !== undefined) this.#gapMs.set(functionId, nowMs - last);
    this.#lastMs.set(functionId, nowMs);
  }

  keepMs(): number {
    return 0;
  }

  /** Asked after each call: when to start a container, and how long it waits for its call. */
  prewarm(functionId: number, nowMs: number): Prewarm | undefined {
    const gapMs = this.#gapMs.get(functionId);
    if (gapMs === undefined) return undefined;
    const nextMs = (this.#lastMs.get(functionId) ?? nowMs) + gapMs;
    return { inMs: Math.max(0, nextMs - AHEAD_MS - nowMs), keepMs: 2 * AHEAD_MS };
  }
}

const trace = generateSynthetic({ seed: 1, minutes: 5 });
const systems = SYSTEMS.filter(({ name }) => name === 'scpv-snapshot');
const options = { systems, seed: 1, keepAlive: () => new LikeATimer() };
const { starts, prewarms } = (await replay(trace, options)).systems[0]!;
console.log(
  `${starts.cold} cold, ${starts.warm} warm; ${prewarms.started} ahead, ${prewarms.used} used`,
);
