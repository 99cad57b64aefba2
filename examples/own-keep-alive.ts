// A keep-alive policy of your own: a function that is called often is kept long, one that is called rarely is not.

import { type KeepAlive, SYSTEMS, generateSynthetic, replay } from 'guestmem';

const MINUTE_MS = 60_000;

class TwiceTheGap implements KeepAlive {
  readonly #lastMs = new Map<number, number>();
  readonly #gapMs = new Map<number, number>();

  arrived(functionId: number, nowMs: number): void {
    const last = this.#lastMs.get(functionId);
    if (last !== undefined) this.#gapMs.set(functionId, nowMs - last);
    this.#lastMs.set(functionId, nowMs);
  }

  /** Milliseconds, 0 or more. */
  keepMs(functionId: number): number {
    return Math.min(2 * (this.#gapMs.get(functionId) ?? MINUTE_MS), 10 * MINUTE_MS);
  }
}

const trace = generateSynthetic({ seed: 1, minutes: 5 });
const systems = SYSTEMS.filter(({ name }) => name === 'scpv-template');
for (const keepAlive of [undefined, () => new TwiceTheGap()]) {
  const { systems: played } = await replay(trace, { systems, seed: 1, keepAlive });
  const { cold, warm } = played[0]!.starts;
  console.log(`${keepAlive === undefined ? 'fixed 10m' : 'own'}: ${cold} cold, ${warm} warm`);
}
