// Containers that a keep-alive policy wants to be there before their calls come: when, and how many of them were of use.

import type { KeepAlive } from '../serverless/index.ts';
import type { Clock } from '../time/index.ts';
import { EVENT_PREWARM, eventOf } from './event.ts';

export interface PrewarmCounts {
  /** Containers that were started before a call came. */
  started: number;
  /** Those of them that got one. */
  used: number;
}

export class Prewarmer {
  readonly counts: PrewarmCounts = { started: 0, used: 0 };
  readonly #policy: KeepAlive;
  readonly #clock: Clock;
  /** By function: when its next one is due (Infinity: never), and how long that stays. */
  readonly #dueMs: Float64Array;
  readonly #keepMs: Float64Array;

  /** The clock's ticks are milliseconds. */
  constructor(functions: number, policy: KeepAlive, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
    this.#dueMs = new Float64Array(functions).fill(Infinity);
    this.#keepMs = new Float64Array(functions);
  }

  /** A call of the function has ended: what the policy wants now, in place of what it wanted before. */
  ended(functionId: number): void {
    const { now } = this.#clock;
    const wanted = this.#policy.prewarm?.(functionId, now);
    if (wanted === undefined) return;
    const dueMs = now + wanted.inMs;
    this.#dueMs[functionId] = dueMs;
    this.#keepMs[functionId] = wanted.keepMs;
    this.#clock.post(dueMs, eventOf(EVENT_PREWARM, functionId));
  }

  /** A call has come first. */
  arrived(functionId: number): void {
    this.#dueMs[functionId] = Infinity;
  }

  /** How long the container stays that is due now; undefined: none is. */
  take(functionId: number): number | undefined {
    if (this.#dueMs[functionId] !== this.#clock.now) return undefined;
    this.#dueMs[functionId] = Infinity;
    return this.#keepMs[functionId];
  }
}
